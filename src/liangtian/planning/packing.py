"""Several blocks at once: each looked for by itself, then as many as needed chosen that stay apart.

Blocks have different roots, so the cheapest blocks of as many roots, whether they get into each other's way or not,
bound what the whole costs. Where they do not, they are the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liangtian.planning.network import Links, Mask, Need, Network
from liangtian.planning.program import Effort, Program, Row
from liangtian.planning.regions import Region, ceiling, regions_of, widened
from liangtian.planning.search import SLACK, Search, cheaper, cost_of

JOINT = 1500  # columns up to which all blocks are also looked for in one program


@dataclass(slots=True, eq=False)
class _Block:
    """The block of one root: how cheap it can be, and the cheapest found."""

    region: Region
    search: Search | None
    bound_fen: int
    converted: Mask | None
    exact: bool


def several_blocks(
    network: Network, links: Links, ask: tuple[Need, Effort, list[int]], best: Mask | None
) -> tuple[Mask | None, int, bool]:
    """The cheapest conversions for several blocks, a bound, and whether nothing is cheaper."""
    need, effort, rank = ask
    most = ceiling(network, need, best)
    single = Need(need.block_dm2)
    blocks, effort = _bounded(network, links, (single, effort, rank), most)
    if len(blocks) < need.count:
        return best, most, True
    effort = _settled(network, blocks, (single, need.count, effort), most)
    blocks.sort(key=lambda each: (each.bound_fen, each.region.root))
    bound = sum(each.bound_fen for each in blocks[: need.count])
    best = cheaper(network, need, best, _packed(network, links, blocks, need.count, effort))
    most = ceiling(network, need, best)
    if bound >= most * (1 - effort.gap - 2 * SLACK):
        return best, min(bound, most), True
    kept = np.logical_or.reduce([each.region.nodes for each in blocks])
    if not effort.left or kept.sum() * need.count > JOINT:
        return best, bound, False
    search = Search(network.within(kept), need, effort, below_fen=most)
    found = search.run(search.relax())
    return cheaper(network, need, best, widened(kept, found.converted)), max(bound, found.bound_fen), found.proven


def _bounded(
    network: Network, links: Links, ask: tuple[Need, Effort, list[int]], most: int
) -> tuple[list[_Block], Effort]:
    """The block of each root that can have one, with a first bound."""
    single, effort, rank = ask
    blocks = []
    for region in regions_of(network, links, single, (rank, most)):
        if network.area_dm2[region.root] >= single.block_dm2:
            blocks.append(_Block(region, None, 0, np.zeros(len(network), dtype=bool), exact=True))
        elif effort.left <= 0:
            blocks.append(_Block(region, None, region.bound_fen, None, exact=False))
        else:
            search = Search(network.within(region.nodes), single, effort, root=region.place, below_fen=most)
            bound = max(search.relax(), region.bound_fen)
            effort = effort.after(search.seconds)
            if bound < most:
                blocks.append(_Block(region, search, bound, region.widened(search.best), exact=False))
    return blocks, effort


def _settled(network: Network, blocks: list[_Block], ask: tuple[Need, int, Effort], most: int) -> Effort:
    """Solve, always the lowest bound first, until the lowest bounds, as many as blocks are needed, are costs."""
    _, count, effort = ask
    while effort.left > 0:
        blocks.sort(key=lambda each: (each.bound_fen, each.region.root))
        rest = [each for each in blocks[:count] if not each.exact and each.search is not None]
        if not rest:
            return effort
        block = rest[0]
        assert block.search is not None
        before = block.search.seconds
        block.search.undercut(most, effort.after(-before))
        found = block.search.run(block.bound_fen)
        effort = effort.after(block.search.seconds - before)
        block.bound_fen = max(block.bound_fen, found.bound_fen)
        if found.converted is not None:
            block.converted = block.region.widened(found.converted)
        if not found.proven:
            return effort
        block.exact = True
    return effort


def _packed(network: Network, links: Links, blocks: Sequence[_Block], count: int, effort: Effort) -> Mask | None:
    """The cheapest of the blocks found that neither share nor touch ground; None: not as many stay apart."""
    found = [each for each in blocks if each.converted is not None]
    sets = [_ground(network, each) for each in found]
    costs = np.array([cost_of(network, each.converted) for each in found], dtype=np.float64)
    if len(found) < count:
        return None
    rims = [_rim(links, each) for each in sets]
    program = Program(costs / max(float(costs.max()), 1.0), effort)
    program.add([Row(tuple(range(len(found))), (1.0,) * len(found), least=float(count), most=float(count))])
    pairs = [(i, j) for i in range(len(sets)) for j in range(i) if (sets[i] & (sets[j] | rims[j])).any()]
    program.add(Row(pair, (1.0, 1.0), most=1.0) for pair in pairs)
    solved = program.run(whole=True)
    if solved.values is None:
        return None
    taken = [found[n].converted for n in np.flatnonzero(solved.values > 0.5)]
    return np.asarray(np.logical_or.reduce([each for each in taken if each is not None]))


def _ground(network: Network, block: _Block) -> Mask:
    assert block.converted is not None
    label = network.groups(network.standing | block.converted)
    return np.asarray(label == label[block.region.root])


def _rim(links: Links, ground: Mask) -> Mask:
    rim = np.zeros(len(ground), dtype=bool)
    rim[[each for node in np.flatnonzero(ground).tolist() for each in links[node]]] = True
    return rim
