"""Where a block can lie: for each of its possible roots the nodes near enough, and what the block costs at least.

The root of a block is the largest block that stands within it, or where none does the largest piece converted. Larger
blocks, and all that touches them, cannot then belong to it. So no two blocks have one root, and each has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from liangtian.planning.network import Links, Mask, Need, Network, reach
from liangtian.planning.search import cost_of


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
        return widened(self.nodes, converted)


def ceiling(network: Network, need: Need, best: Mask | None) -> int:
    """Only what costs less is asked for."""
    every = int(network.cost_fen.sum()) if need.budget_fen is None else need.budget_fen
    return every + 1 if best is None else min(every + 1, cost_of(network, best))


def regions_of(network: Network, links: Links, need: Need, ask: tuple[list[int], int]) -> Iterator[Region]:
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


def widened(nodes: Mask, converted: Mask | None) -> Mask | None:
    if converted is None:
        return None
    mask = np.zeros(len(nodes), dtype=bool)
    mask[np.flatnonzero(nodes)[converted]] = True
    return mask
