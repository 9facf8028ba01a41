"""The cheapest conversions that make blocks of a size, with a bound on what any other set costs.

One block is looked for root by root: its root is the largest block that stands within it, or where none does the
largest piece converted. Then larger blocks, and all that touches them, cannot belong to it, and what is further from
the root than the best answer costs cannot either. What is left is small, and a bound for each root bounds the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liangtian.planning.growing import greedy, grown
from liangtian.planning.network import Links, Mask, Need, Network
from liangtian.planning.packing import several_blocks
from liangtian.planning.program import Effort
from liangtian.planning.regions import Region, ceiling, regions_of
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
    ways = _one_block if need.count == 1 else several_blocks
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
    for region in sorted(
        regions_of(network, links, need, (rank, ceiling(network, need, best))), key=lambda r: r.bound_fen
    ):
        most = ceiling(network, need, best)
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
        search.undercut(ceiling(network, need, best), effort.after(-used))
        found = search.run(bound)
        effort = effort.after(search.seconds - used)
        best = cheaper(network, need, best, region.widened(found.converted))
        bounds.append(max(found.bound_fen, bound))
        proven &= found.proven
    return best, min([ceiling(network, need, best), *bounds]), proven
