"""Ground that may hang together, as a graph: blocks that stand and pieces that may be converted are its nodes."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt

from liangtian.space.contiguity import connected
from liangtian.units import MU_M2

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Links = list[list[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Nodes and the pairs of them that belong together once both are farmland.

    Attributes
    ----------
    area_dm2 : shape (n,), what a node adds to its block, net, hundredths of m²
    cost_fen : shape (n,), zero for blocks that stand
    standing : shape (n,), whether a node is farmland already; two of these are never a pair
    one, other : shape (e,), pairs
    """

    area_dm2: Ints
    cost_fen: Ints
    standing: Mask
    one: Ints
    other: Ints

    def __len__(self) -> int:
        return len(self.area_dm2)

    def links(self) -> Links:
        """The neighbours of each node, ascending."""
        ends = np.concatenate([self.one, self.other])
        to = np.concatenate([self.other, self.one])
        order = np.lexsort((to, ends))
        starts = np.searchsorted(ends[order], np.arange(len(self) + 1))
        flat = to[order].tolist()
        return [flat[a:b] for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]

    def groups(self, chosen: Mask) -> Ints:
        """The group of each node among those chosen, named by its lowest node; -1 for what is not chosen."""
        both = chosen[self.one] & chosen[self.other]
        label = connected(np.arange(len(self)), self.one[both], self.other[both])
        return np.where(chosen, label, -1)

    def within(self, kept: Mask) -> Network:
        """The same without the other nodes, which are numbered anew."""
        number = np.cumsum(kept) - 1
        both = kept[self.one] & kept[self.other]
        pairs = number[self.one[both]], number[self.other[both]]
        return Network(self.area_dm2[kept], self.cost_fen[kept], self.standing[kept], *pairs)

    def outcome(self, converted: Mask, need: Need) -> Outcome:
        """What stands once some nodes are converted, exactly."""
        label = self.groups(self.standing | converted)
        area = np.bincount(label[label >= 0], weights=self.area_dm2[label >= 0], minlength=len(self)).astype(np.int64)
        reaching = area >= need.block_dm2
        inside = converted & reaching[label]
        return Outcome(
            tuple(sorted(area[reaching].tolist(), reverse=True)),
            int(area.max(initial=0)),
            int(self.area_dm2[inside].sum()),
            int(self.cost_fen[converted].sum()),
            len(np.unique(label[converted])),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a set of conversions brings about.

    Attributes
    ----------
    blocks_dm2 : net area of each block that reaches the size needed, largest first
    largest_dm2 : net area of the largest block there is
    gain_dm2 : farmland won inside blocks that reach the size
    cost_fen : of all conversions
    places : how many blocks, of any size, hold conversions
    """

    blocks_dm2: tuple[int, ...]
    largest_dm2: int
    gain_dm2: int
    cost_fen: int
    places: int

    def meets(self, need: Need) -> bool:
        """Whether all that is needed is reached and paid for, nothing done beside it; whole numbers throughout."""
        paid = need.budget_fen is None or self.cost_fen <= need.budget_fen
        reached = len(self.blocks_dm2) >= need.count and self.gain_dm2 >= need.gain_dm2
        return reached and paid and (need.count > 1 or self.places <= 1)


@dataclass(frozen=True, slots=True)
class Need:
    """What a design has to reach.

    Attributes
    ----------
    block_dm2 : least net area of each block
    count : how many such blocks there have to be
    gain_dm2 : least farmland won by all conversions together
    budget_fen : what may be spent; None: no limit
    """

    block_dm2: int
    count: int = 1
    gain_dm2: int = 0
    budget_fen: int | None = None

    @classmethod
    def of(
        cls, block_mu: Fraction, *, count: int = 1, gain_mu: Fraction = Fraction(0), budget_fen: int | None = None
    ) -> Need:
        """The same from mu: 1000 mu is 2,000,000/3 m², so the least net area is 666,666.67 m².

        Examples
        --------
        >>> Need.of(Fraction(1000)).block_dm2
        66666667
        """
        return cls(least_dm2(block_mu), count, least_dm2(gain_mu), budget_fen)


def least_dm2(area_mu: Fraction) -> int:
    """The smallest whole number of hundredths of m² that reaches an area in mu."""
    return ceil(area_mu * MU_M2 * 100)


def reach(links: Links, network: Network, root: int, *, most: int, allowed: Mask) -> dict[int, int]:
    """What the cheapest path from a node to each node costs, both ends included, up to `most`; nearest first.

    Source
    ------
    Dijkstra (1959), A note on two problems in connexion with graphs, Numerische Mathematik 1, with costs at nodes.
    """
    cost, open_to = network.cost_fen.tolist(), allowed.tolist()
    heap, found = [(cost[root], root)], {}
    while heap:
        far, node = heapq.heappop(heap)
        if node in found or far > most:
            continue
        found[node] = far
        for beside in links[node]:
            if open_to[beside] and beside not in found:
                heapq.heappush(heap, (far + cost[beside], beside))
    return found
