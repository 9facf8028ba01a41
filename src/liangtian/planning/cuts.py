"""Rows that a connected answer obeys and a relaxed one breaks: a node needs a way out of ground that is no block.

No block lies within some nodes W where W as a whole is smaller than the block needed, nor where W lacks the node that
the block is known to hold (its root). A node v of W can then belong to a block only if the block goes on among the
neighbours of W: x_v ≤ Σ x_u over the neighbours u of W. With every such row a set of nodes is allowed exactly where
each of its connected groups is a block.

Source
------
Node-separator inequalities: Fischetti, Leitner, Ljubić, Luipersbeck, Monaci, Resch, Salvagnin, Sinnl (2017), Thinning
out Steiner trees, Mathematical Programming Computation 9. That the size can stand in for a root is ours.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from liangtian.planning.flow import narrowest
from liangtian.planning.network import Floats, Links, Mask, Network
from liangtian.planning.program import Row

LEAST = 1e-6  # of a column: what is held at less is not in the answer
BROKEN = 0.02  # a row broken by less is not worth its place
DEEP = 5  # rows further and further out, beside each row that is broken
NAMED = 4  # nodes of a cut-off group that get a row each


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What rows are made of: ground is no block while its weight is below `whole`.

    Attributes
    ----------
    weight : of each node; its area, or nothing but for a root, which weighs `whole`
    root : a node the block is known to hold
    """

    network: Network
    links: Links
    weight: list[int]
    whole: int
    root: int | None

    @classmethod
    def of(cls, network: Network, links: Links, block_dm2: int, root: int | None) -> Ground:
        weight = network.area_dm2.tolist()
        if root is not None:
            weight = [block_dm2 if node == root else 0 for node in range(len(network))]
        return cls(network, links, weight, block_dm2, root)

    def cut_off(self, chosen: Mask) -> list[list[int]]:
        """The connected groups among some nodes that are no block."""
        label = self.network.groups(chosen)
        weight = np.bincount(label[chosen], np.array(self.weight)[chosen], minlength=len(label))
        small = np.unique(label[chosen & (weight[label] < self.whole)])
        return [np.flatnonzero(label == group).tolist() for group in small]


def ways_out(ground: Ground) -> Iterator[Row]:
    """A node that is no block by itself belongs to one only together with a neighbour."""
    for node, weight in enumerate(ground.weight):
        if weight < ground.whole:
            yield _row(node, set(ground.links[node]))


def against(ground: Ground, groups: list[list[int]]) -> Iterator[Row]:
    """Rows against whole groups that are no block, and against what lies around them step by step."""
    for group in groups:
        named = sorted(group, key=lambda each: int(ground.network.area_dm2[each]))[:NAMED]
        for ring in _wider(ground, set(group)):
            for node in named:
                yield _row(node, ring)


def broken(ground: Ground, values: Floats) -> Iterator[Row]:
    """Rows that fractional values break: all there are where a root is known, else those that growing ground finds."""
    done: set[int] = set()
    held = values.tolist()
    for node in np.argsort(-values, kind="stable").tolist():
        if held[node] <= BROKEN:
            return
        if node in done or ground.weight[node] >= ground.whole:
            continue
        if ground.root is None:
            inside = _tightest(ground, node, held)
        else:
            inside = narrowest(ground.links, held, node, root=ground.root, most=held[node] - BROKEN)
        if inside is not None:
            done |= inside
            for ring in _wider(ground, inside):
                yield _row(node, ring)


def _tightest(ground: Ground, node: int, held: list[float]) -> set[int] | None:
    """Nodes around one whose way out is narrowest: grown over the neighbour with the highest value each time."""
    inside, rim = {node}, set(ground.links[node])
    weight, out = ground.weight[node], sum(held[each] for each in rim)
    best, chosen = BROKEN, None
    heap = [(-held[each], each) for each in rim]
    heapq.heapify(heap)
    while True:
        if held[node] - out > best:
            best, chosen = held[node] - out, set(inside)
        while heap and weight + ground.weight[heap[0][1]] >= ground.whole:
            heapq.heappop(heap)  # with it there would be a block: it stays a way out
        if not heap or -heap[0][0] <= LEAST:
            return chosen
        _, taken = heapq.heappop(heap)
        inside.add(taken)
        rim.discard(taken)
        weight, out = weight + ground.weight[taken], out - held[taken]
        for each in ground.links[taken]:
            if each not in inside and each not in rim:
                rim.add(each)
                out += held[each]
                heapq.heappush(heap, (-held[each], each))


def _wider(ground: Ground, inside: set[int]) -> Iterator[set[int]]:
    """The neighbours of some nodes, then of these with their neighbours, as long as there is no block within."""
    inside = set(inside)
    for _ in range(DEEP):
        if sum(ground.weight[each] for each in inside) >= ground.whole:
            return
        rim = {each for node in inside for each in ground.links[node]} - inside
        yield rim
        if not rim:
            return
        inside |= rim


def _row(node: int, ring: set[int]) -> Row:
    """`Σ x over ring − x_node ≥ 0`."""
    at = (*sorted(ring), node)
    return Row(at, (*(1.0 for _ in ring), -1.0), least=0.0)
