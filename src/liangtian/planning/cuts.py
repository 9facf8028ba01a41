"""Rows that a connected answer obeys and a relaxed one breaks: a node needs a way out of ground too small for a block.

If some nodes W together are smaller than the block needed, no block lies within W: a node v of W can belong to one only
if the block goes on among the neighbours of W. So x_v ≤ Σ x_u over the neighbours u of W. With every such row a set of
nodes is allowed exactly where each of its connected groups reaches the size.

Source
------
Node-separator inequalities: Fischetti, Leitner, Ljubić, Luipersbeck, Monaci, Resch, Salvagnin, Sinnl (2017), Thinning
out Steiner trees, Mathematical Programming Computation 9. That the size makes a root unnecessary is ours.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np

from liangtian.planning.network import Floats, Links, Network
from liangtian.planning.program import Row

LEAST = 1e-6  # of a column: what is held at less is not in the answer
BROKEN = 0.02  # a row broken by less is not worth its place
DEEP = 5  # rows further and further out, beside each row that is broken
NAMED = 4  # nodes of a cut-off group that get a row each


def way_out(links: Links, node: int) -> Row:
    """A node smaller than the block needed belongs to one only together with a neighbour."""
    return _row(node, set(links[node]))


def cut_off(network: Network, links: Links, groups: list[list[int]], block_dm2: int) -> Iterator[Row]:
    """Rows against whole groups that are too small, and against what lies around them step by step."""
    for group in groups:
        for ring in _wider(network, links, set(group), block_dm2):
            for node in sorted(group, key=lambda each: int(network.area_dm2[each]))[:NAMED]:
                yield _row(node, ring)


def broken(network: Network, links: Links, values: Floats, block_dm2: int) -> Iterator[Row]:
    """Rows that fractional values break, found by growing ground around each node where the values are highest."""
    done: set[int] = set()
    held = values.tolist()
    for node in np.argsort(-values, kind="stable").tolist():
        if held[node] <= BROKEN:
            return
        if node in done:
            continue
        ground = _tightest(network, links, (node, held), block_dm2)
        if ground is not None:
            done |= ground
            for ring in _wider(network, links, ground, block_dm2):
                yield _row(node, ring)


def _tightest(network: Network, links: Links, ask: tuple[int, list[float]], block_dm2: int) -> set[int] | None:
    """Ground around a node whose way out is narrowest: grown over the neighbour with the highest value each time."""
    node, held = ask
    ground, rim = {node}, set(links[node])
    area, out = int(network.area_dm2[node]), sum(held[each] for each in rim)
    best, chosen = BROKEN, None
    heap = [(-held[each], each) for each in rim]
    heapq.heapify(heap)
    while area < block_dm2:
        if held[node] - out > best:
            best, chosen = held[node] - out, set(ground)
        while heap and area + int(network.area_dm2[heap[0][1]]) >= block_dm2:
            heapq.heappop(heap)  # too large to lie within: it stays a way out
        if not heap or -heap[0][0] <= LEAST:
            break
        _, taken = heapq.heappop(heap)
        ground.add(taken)
        rim.discard(taken)
        area, out = area + int(network.area_dm2[taken]), out - held[taken]
        for each in links[taken]:
            if each not in ground and each not in rim:
                rim.add(each)
                out += held[each]
                heapq.heappush(heap, (-held[each], each))
    return chosen


def _wider(network: Network, links: Links, ground: set[int], block_dm2: int) -> Iterator[set[int]]:
    """The neighbours of some ground, then of that ground with its neighbours, as long as it stays too small."""
    ground = set(ground)
    for _ in range(DEEP):
        if sum(int(network.area_dm2[each]) for each in ground) >= block_dm2:
            return
        rim = {each for node in ground for each in links[node]} - ground
        yield rim
        if not rim:
            return
        ground |= rim


def _row(node: int, ring: set[int]) -> Row:
    """`Σ x over ring − x_node ≥ 0`."""
    at = (*sorted(ring), node)
    return Row(at, (*(1.0 for _ in ring), -1.0), least=0.0)
