"""Ground that may hang together, as a graph: blocks that stand and pieces that may be converted are its nodes."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
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
            bool((inside == converted).all()),
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
    nothing_outside : every conversion lies in a block that reaches the size
    """

    blocks_dm2: tuple[int, ...]
    largest_dm2: int
    gain_dm2: int
    cost_fen: int
    nothing_outside: bool

    def meets(self, need: Need) -> bool:
        """Whether all that is needed is reached and paid for; whole numbers throughout."""
        paid = need.budget_fen is None or self.cost_fen <= need.budget_fen
        return len(self.blocks_dm2) >= need.count and self.gain_dm2 >= need.gain_dm2 and paid


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


def distances(links: Links, cost: Iterable[int], start: Iterable[int], *, most: int | None = None) -> dict[int, int]:
    """What the cheapest path from any of some nodes to each node costs, both ends included, those up to `most`.

    Examples
    --------
    >>> distances([[1], [0, 2], [1]], [1, 5, 0], [0])
    {0: 1, 1: 6, 2: 6}
    """
    costs = list(cost)
    heap = sorted((costs[node], node) for node in start)
    found: dict[int, int] = {}
    while heap:
        far, node = heapq.heappop(heap)
        if node in found:
            continue
        found[node] = far
        for beside in links[node]:
            if beside not in found and (most is None or far + costs[beside] <= most):
                heapq.heappush(heap, (far + costs[beside], beside))
    return found


def least_costs(links: Links, network: Network, block_dm2: int, most: int) -> Floats:
    """A bound on what any block that holds a node costs: how far one must go from it to see enough area at all.

    Returns
    -------
    ndarray : shape (n,), fen; infinite where it would take `most` or more
    """
    area, cost = network.area_dm2.tolist(), network.cost_fen.tolist()
    return np.array([_far_enough(links, area, cost, node, (block_dm2, most)) for node in range(len(network))])


def _far_enough(links: Links, area: list[int], cost: list[int], node: int, ask: tuple[int, int]) -> float:
    block_dm2, most = ask
    heap, seen, together = [(cost[node], node)], {node}, 0
    while heap:
        far, at = heapq.heappop(heap)
        if far >= most:
            break
        together += area[at]
        if together >= block_dm2:
            return float(far)
        for beside in links[at]:
            if beside not in seen:
                seen.add(beside)
                heapq.heappush(heap, (far + cost[beside], beside))
    return float("inf")


def spread(links: Links, seeds: Iterable[int], allowed: Callable[[int], bool]) -> list[int]:
    """Everything that can be reached from some nodes over allowed ones, the seeds included, in order of finding."""
    found = list(dict.fromkeys(seeds))
    known = set(found)
    for node in found:  # grows while it is read
        for beside in links[node]:
            if beside not in known and allowed(beside):
                known.add(beside)
                found.append(beside)
    return found
