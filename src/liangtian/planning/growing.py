"""Blocks grown step by step: the greedy answer, and better ones that whole-number programs start from."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from liangtian.planning.network import Floats, Links, Mask, Need, Network

Grow = Callable[[Mask], Mask | None]


def greedy(network: Network, links: Links, need: Need) -> Mask | None:
    """Convert, beside the largest block, what wins most area for its money, until the size is reached; then the next.

    Returns
    -------
    ndarray : shape (n,), what is converted; None where a block so begun cannot reach the size
    """

    def one(blocked: Mask) -> Mask | None:
        area = np.where(blocked, -1, network.area_dm2 + np.where(network.standing, 1, 0))
        block = _Block(network, links, blocked).take([int(area.argmax())])
        while block.area < need.block_dm2:
            best = block.best_beside()
            if best is None:
                return None
            block.take([best])
        return block.mask

    return _several(network, links, need, one)


def grown(network: Network, links: Links, need: Need, weight: Floats, seeds: Sequence[int]) -> Mask | None:
    """The same by whole paths: what is reached at least weight for its area is joined, with all that leads there.

    Parameters
    ----------
    weight : shape (n,), what converting a node counts for: its cost, or less where a relaxed program converts it
    seeds : nodes to begin at; the cheapest of the blocks grown is taken
    """
    weights = weight.tolist()

    def one(blocked: Mask) -> Mask | None:
        made = [_by_paths(network, links, (need.block_dm2, weights, seed), blocked) for seed in seeds]
        full = [trimmed(network, each, need.block_dm2) for each in made if each is not None]
        return min(full, key=lambda each: int(network.cost_fen[each].sum()), default=None)

    return _several(network, links, need, one)


def trimmed(network: Network, inside: Mask, block_dm2: int) -> Mask:
    """Give back what a block does not need, dearest first; what falls off with it goes as well."""
    inside = inside.copy()
    for node in np.argsort(-network.cost_fen, kind="stable").tolist():
        if not inside[node] or network.standing[node]:
            continue
        trial = inside.copy()
        trial[node] = False
        label = network.groups(trial)
        area = np.bincount(label[trial], weights=network.area_dm2[trial], minlength=len(network))
        largest = int(area.argmax())
        if area[largest] >= block_dm2:
            inside = label == largest
    return inside


@dataclass(slots=True, eq=False)
class _Block:
    """A block that grows; whatever stands beside it belongs to it."""

    network: Network
    links: Links
    blocked: Mask
    inside: set[int] = field(default_factory=set)
    beside: set[int] = field(default_factory=set)
    area: int = 0

    def take(self, nodes: Sequence[int]) -> _Block:
        rest = list(nodes)
        while rest:
            node = rest.pop()
            if node in self.inside:
                continue
            self.inside.add(node)
            self.area += int(self.network.area_dm2[node])
            for each in self.links[node]:
                if each not in self.inside and not self.blocked[each]:
                    (rest.append if self.network.standing[each] else self.beside.add)(each)
        self.beside -= self.inside
        return self

    def best_beside(self) -> int | None:
        """The node that wins most area, joined blocks included, for its cost; of equals the first."""
        rated = ((-self._won(node) / max(int(self.network.cost_fen[node]), 1), node) for node in self.beside)
        return min(rated, default=(0.0, None))[1]

    def _won(self, node: int) -> int:
        new = {each for each in self.links[node] if self.network.standing[each]} - self.inside
        return int(self.network.area_dm2[node]) + sum(int(self.network.area_dm2[each]) for each in new)

    @property
    def mask(self) -> Mask:
        mask = np.zeros(len(self.network), dtype=bool)
        mask[sorted(self.inside)] = True
        return mask


def _several(network: Network, links: Links, need: Need, one: Grow) -> Mask | None:
    """As many blocks as needed, one after the other; what lies beside a block made is no ground for the next."""
    blocked = np.zeros(len(network), dtype=bool)
    converted = np.zeros(len(network), dtype=bool)
    for _ in range(need.count):
        inside = None if blocked.all() else one(blocked)
        if inside is None:
            return None
        converted |= inside & ~network.standing
        blocked |= inside
        for node in np.flatnonzero(inside).tolist():
            blocked[links[node]] = True
    return converted


def _by_paths(network: Network, links: Links, ask: tuple[int, list[float], int], blocked: Mask) -> Mask | None:
    block_dm2, weights, seed = ask
    if blocked[seed]:
        return None
    block = _Block(network, links, blocked).take([seed])
    while block.area < block_dm2:
        path = _best_path(block, weights, block_dm2 - block.area)
        if path is None:
            return None
        block.take(path)
    return block.mask


def _best_path(block: _Block, weights: list[float], missing: int) -> list[int] | None:
    """The path from a block that wins area at the least weight, counting no more area than is missing."""
    area = block.network.area_dm2
    heap = [(weights[node], node, -1) for node in sorted(block.beside)]
    heapq.heapify(heap)
    before: dict[int, int] = {}
    won: dict[int, int] = {-1: 0}
    best, end = float("inf"), -1
    while heap:
        far, node, came = heapq.heappop(heap)
        if node in before:
            continue
        if far / missing > best:  # nothing further away can win its area for less
            break
        before[node], won[node] = came, won[came] + int(area[node])
        rate = far / max(min(won[node], missing), 1)
        if rate < best:
            best, end = rate, node
        for each in block.links[node]:
            if each not in before and each not in block.inside and not block.blocked[each]:
                heapq.heappush(heap, (far + weights[each], each, node))
    path = []
    while end != -1:
        path.append(end)
        end = before[end]
    return path or None
