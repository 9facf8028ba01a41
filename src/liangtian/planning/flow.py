"""Ways from nodes to a root: the narrowest cut between them, and a flow that keeps whole-number answers together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import highspy

from liangtian.planning.network import Links
from liangtian.planning.program import Row

LEAST = 1e-9  # of a flow: less is none

State = tuple[int, bool]  # a node, and whether the far side of it has been reached


def narrowest(links: Links, held: list[float], node: int, *, root: int, most: float) -> set[int] | None:
    """Nodes around one, without the root, whose neighbours together are held at least; None: at `most` or more.

    Every node but the two lets through what it is held at.

    Source
    ------
    Ford, Fulkerson (1956), Maximal flow through a network, with shortest ways: Edmonds, Karp (1972).
    """
    flow = _Flow(links, held, node, root)
    while flow.total < most:
        before = flow.reached()
        if (root, True) not in before:
            return {each for each, far in before if far}
        flow.send(before)
    return None


class _Flow:
    def __init__(self, links: Links, held: list[float], node: int, root: int) -> None:
        self._links, self._held, self._node, self._root = links, held, node, root
        self._through: dict[int, float] = {}
        self._along: dict[tuple[int, int], float] = {}
        self.total = 0.0

    def reached(self) -> dict[State, State | None]:
        """How each state is reached from the node over what is not used up."""
        start: State = (self._node, True)
        before: dict[State, State | None] = {start: None}
        rest = deque([start])
        while rest and (self._root, True) not in before:
            state = rest.popleft()
            for each in self._onward(state):
                if each not in before:
                    before[each] = state
                    rest.append(each)
        return before

    def send(self, before: dict[State, State | None]) -> None:
        """Let as much through as the way found takes."""
        steps: list[tuple[State, State]] = []
        state: State = (self._root, True)
        while (came := before[state]) is not None:
            steps.append((came, state))
            state = came
        room = min((self._room(*step) for step in steps), default=1.0)
        for came, to in steps:
            if came[0] == to[0]:
                self._through[to[0]] = self._through.get(to[0], 0.0) + (room if to[1] else -room)
            else:
                way, sign = ((came[0], to[0]), 1.0) if came[1] else ((to[0], came[0]), -1.0)
                self._along[way] = self._along.get(way, 0.0) + sign * room
        self.total += room

    def _onward(self, state: State) -> Iterator[State]:
        node, far = state
        if far:
            for each in self._links[node]:
                if each == self._root:
                    yield (each, True)
                elif self._held[each] > LEAST:
                    yield (each, False)
            if node != self._node and self._through.get(node, 0.0) > LEAST:
                yield (node, False)
            return
        if self._held[node] - self._through.get(node, 0.0) > LEAST:
            yield (node, True)
        for each in self._links[node]:
            if self._along.get((each, node), 0.0) > LEAST:
                yield (each, True)

    def _room(self, came: State, to: State) -> float:
        if came[0] == to[0]:
            used = self._through.get(to[0], 0.0)
            return self._held[to[0]] - used if to[1] else used
        return 1.0 if came[1] else self._along[(to[0], came[0])]


def rows(links: Links, root: int) -> tuple[int, list[Row]]:
    """A unit of flow from the root to every node chosen, through chosen nodes alone.

    Returns
    -------
    tuple : how many columns the flow needs behind those of the nodes, each between nothing and the number of nodes; the rows
    """
    size = len(links)
    into: list[list[int]] = [[] for _ in links]
    out: list[list[int]] = [[] for _ in links]
    column = size
    for node, beside in enumerate(links):
        for each in beside:
            if each != root:
                out[node].append(column)
                into[each].append(column)
                column += 1
    made = []
    for node in range(size):
        if node != root:
            ones, back = (1.0,) * len(into[node]), (-1.0,) * len(out[node])
            made.append(Row((*into[node], *out[node], node), (*ones, *back, -1.0), least=0.0, most=0.0))
            made.append(Row((*into[node], node), (*ones, 1.0 - size), least=-highspy.kHighsInf, most=0.0))
    return column - size, made
