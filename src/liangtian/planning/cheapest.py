"""The cheapest conversions that make blocks of a size, with a bound on what any other set costs.

One block is looked for root by root: its root is the largest block that stands within it, or where none does the
largest piece converted. Then larger blocks, and all that touches them, cannot belong to it, and what is further from
the root than the best answer costs cannot either. What is left is small, and a bound for each root bounds the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from liangtian.planning.growing import greedy, grown
from liangtian.planning.network import Links, Mask, Need, Network, reach
from liangtian.planning.program import Effort
from liangtian.planning.search import Search, cheaper, cost_of

SEEDS = 8  # nodes that grown answers begin at


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The cheapest set found and what is known of every other.

    Attributes
    ----------
    converted : shape (n,); None: none was found
    bound_fen : no set of conversions that meets the need costs less, within a millionth
    proven : `converted` is the cheapest, or within the gap asked for; or there is none
    greedy : shape (n,), the greedy answer where it meets the need
    """

    converted: Mask | None
    bound_fen: int
    proven: bool
    greedy: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Where a block with a certain root can lie, and a bound on its cost."""

    root: int
    nodes: Mask
    bound_fen: int

    @property
    def place(self) -> int:
        """The number of the root among the nodes of the region."""
        return int(np.count_nonzero(self.nodes[: self.root]))

    def closer(self, network: Network, links: Links, most: int) -> Region:
        """What is left of the region for an answer below `most`."""
        near = reach(links, network, self.root, most=most - 1, allowed=self.nodes)
        nodes = np.zeros(len(network), dtype=bool)
        nodes[list(near)] = True
        return Region(self.root, nodes, self.bound_fen)

    def widened(self, converted: Mask | None) -> Mask | None:
        """A set of nodes of the region as nodes of the network."""
        return _widened(self.nodes, converted)


def cheapest(network: Network, need: Need, effort: Effort) -> Answer:
    """Find the cheapest conversions after which enough blocks reach the size.

    Returns
    -------
    Answer : `converted` None and `proven` where nothing meets the need
    """
    nothing = np.zeros(len(network), dtype=bool)
    if network.outcome(nothing, need).meets(need):
        return Answer(nothing, 0, proven=True, greedy=nothing)
    links = network.links()
    first = greedy(network, links, need)
    simple = cheaper(network, need, first)
    rank = np.lexsort((np.arange(len(network)), -network.area_dm2, ~network.standing)).tolist()
    best = cheaper(network, need, simple, grown(network, links, need, network.cost_fen.astype(float), rank[:SEEDS]))
    ways = _one_block if need.count == 1 else _several_blocks
    found, bound, proven = ways(network, links, (need, effort, rank), best)
    if found is None:
        return Answer(None, bound, proven, simple)
    cost = cost_of(network, found)
    return Answer(found, cost if proven and not effort.gap else min(bound, cost), proven, simple)


Ask = tuple[Need, Effort, list[int]]


def _one_block(network: Network, links: Links, ask: Ask, best: Mask | None) -> tuple[Mask | None, int, bool]:
    """Bound the regions first, which rules out most of them; then solve the others, the lowest bound first."""
    need, effort, rank = ask
    open_: list[tuple[int, int, Region, Search]] = []
    bounds, proven = [], True
    for region in sorted(_regions(network, links, need, (rank, _most(network, need, best))), key=lambda r: r.bound_fen):
        most = _most(network, need, best)
        if region.bound_fen >= most * (1 - effort.gap) or effort.left <= 0:
            bounds.append(region.bound_fen)
            proven &= region.bound_fen >= most * (1 - effort.gap)
            continue
        near = region.closer(network, links, most)
        search = Search(network.within(near.nodes), need, effort, root=near.place, below_fen=most)
        bound = max(search.relax(), region.bound_fen)
        effort = effort.after(search.seconds)
        best = cheaper(network, need, best, near.widened(search.best))
        open_.append((bound, region.root, near, search))
    for bound, _, region, search in sorted(open_, key=lambda each: each[:2]):
        used = search.seconds
        search.undercut(_most(network, need, best), effort.after(-used))
        found = search.run(bound)
        effort = effort.after(search.seconds - used)
        best = cheaper(network, need, best, region.widened(found.converted))
        bounds.append(max(found.bound_fen, bound))
        proven &= found.proven
    return best, min([_most(network, need, best), *bounds]), proven


def _several_blocks(network: Network, links: Links, ask: Ask, best: Mask | None) -> tuple[Mask | None, int, bool]:
    need, effort, rank = ask
    most = _most(network, need, best)
    kept = np.zeros(len(network), dtype=bool)
    for region in _regions(network, links, need, (rank, most)):
        kept |= region.nodes
    if not kept.any():
        return best, most, True
    search = Search(network.within(kept), need, effort, below_fen=most)
    found = search.run(search.relax())
    return cheaper(network, need, best, _widened(kept, found.converted)), found.bound_fen, found.proven


def _most(network: Network, need: Need, best: Mask | None) -> int:
    """Only what costs less is asked for."""
    every = int(network.cost_fen.sum()) if need.budget_fen is None else need.budget_fen
    return every + 1 if best is None else min(every + 1, cost_of(network, best))


def _regions(network: Network, links: Links, need: Need, ask: tuple[list[int], int]) -> Iterator[Region]:
    """For each root the nodes a block can hold beside it that costs less than `most`, if they reach the size at all."""
    rank, most = ask
    allowed = np.ones(len(network), dtype=bool)
    for root in rank:
        if allowed[root]:
            near = reach(links, network, root, most=most - 1, allowed=allowed)
            nodes = np.array(list(near), dtype=np.int64)
            together = np.cumsum(network.area_dm2[nodes])
            if len(nodes) and together[-1] >= need.block_dm2:
                far = int(np.searchsorted(together, need.block_dm2))
                held = np.zeros(len(network), dtype=bool)
                held[nodes] = True
                yield Region(root, held, near[int(nodes[far])])
        allowed[root] = False
        if network.standing[root]:
            allowed[links[root]] = False


def _widened(nodes: Mask, converted: Mask | None) -> Mask | None:
    if converted is None:
        return None
    mask = np.zeros(len(nodes), dtype=bool)
    mask[np.flatnonzero(nodes)[converted]] = True
    return mask
