"""Three sides held together: the statement, the book and what the project's own record says. Pure, over three lists.

Statement and book are paired first (`matching`). A record that was booked joins the book's lines of its own filing, whatever they
say; one that waits, was sent back, or of which the book has no line is held against what of the statement the book lacks. What is
joined is a group, and the group's three sums say who disagrees with whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from liangtian_web.reconcile.matching import Own, Pair, match
from liangtian_web.reconcile.reading import Line

State = Literal["booked", "waiting", "refused"]
STATES: tuple[State, ...] = (
    "booked",
    "waiting",
    "refused",
)  # what is done, then what may come, is held against the statement
LAPSE = ":lapse"  # ends the key of what comes back when a hold comes to its day


@dataclass(frozen=True, slots=True)
class Record:
    """What a filing says moved on a day, by its own papers and not by the legs of an entry.

    Attributes
    ----------
    key : the filing, as `Own.key` names it
    number : the filing's row
    state : whether it was booked (and perhaps reversed since: another record then takes it back), waits, or was sent back
    """

    key: str
    number: int
    index: str
    on: date
    amount: int
    state: State
    documents: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each side, or of some of them; rows of one `group` belong together, and the verdict is the group's."""

    pair: Pair
    record: Record | None
    group: int
    verdict: str


def hold_together(theirs: Iterable[Line], ours: Iterable[Own], records: Iterable[Record], *, window: int) -> list[Row]:
    """Join what belongs together, and say of each group who disagrees.

    Parameters
    ----------
    window : days by which two sides may date the same movement apart

    Returns
    -------
    list of Row : every line and record once, whatever order they came in; groups in the order of the statement, then of the
        book, then of the records
    """
    lines = sorted(theirs, key=lambda each: (each.row, each.index, each.on, each.amount, each.document, each.project))
    known = sorted(records, key=lambda each: (each.on, each.number, each.key, each.index, each.amount, each.state))
    pairs = match(lines, sorted(ours, key=_order), window=window)
    joined, rows = _Joined(), list[tuple[Pair, Record | None]]()
    for each in pairs:
        joined.join(*_nodes(each))

    booked = _by_key(each for each in known if each.state == "booked")
    keys = _keys(pairs)
    missed = [each for each in known if each.state != "booked" or (each.index, each.key) not in keys]
    found = {id(line): tied for line, tied in _on_file(pairs, missed, joined, window)}
    for each in pairs:
        if each.theirs is not None and id(each.theirs) in found:
            tied, record = found.pop(id(each.theirs))
            rows.append((replace(each, kind="theirs", by=tied.by), record))
        else:
            rows.append((each, _record_of(each, booked)))
    used = {id(record) for _, record in rows if record}
    rows += [(Pair("project", ""), each) for each in known if id(each) not in used]
    return _numbered(rows, joined)


def _order(own: Own) -> tuple[date, int, str, int, str]:
    return own.on, own.entry, own.index, own.amount, own.key


def _keys(pairs: Iterable[Pair]) -> set[tuple[str, str]]:
    return {(each.ours.index, each.ours.key) for each in pairs if each.ours is not None}


def _by_key(records: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    found: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    for each in records:
        found[each.index, each.key].append(each)
    return found


def _record_of(pair: Pair, booked: dict[tuple[str, str], list[Record]]) -> Record | None:
    """The record of the filing that booked a line: of several, the one that says the same."""
    own = pair.ours
    left = booked.get((own.index, own.key), []) if own and own.key else []
    if not own or not left:
        return None
    return left.pop(min(range(len(left)), key=lambda n: (abs(left[n].amount - own.amount), n)))


def _on_file(
    pairs: Sequence[Pair], known: Sequence[Record], joined: _Joined, window: int
) -> Iterator[tuple[Line, tuple[Pair, Record]]]:
    """Lines only the statement has, each with a record the book has no line of."""
    free = [each.theirs for each in pairs if each.kind in ("theirs", "duplicate") and each.theirs is not None]
    for state in STATES:
        mine = [each for each in known if each.state == state]
        as_own = [Own(n, r.index, r.on, r.amount, r.documents, r.projects) for n, r in enumerate(mine)]
        tied = match(free, as_own, window=window)
        for each in tied:
            joined.join(
                *(id(side) for side in (each.theirs, mine[each.ours.entry] if each.ours else None) if side), *_sum(each)
            )
        for each in tied:
            if each.theirs is not None and each.ours is not None:
                yield each.theirs, (each, mine[each.ours.entry])
        taken = {
            id(each.theirs) for each in tied if each.theirs is not None and (each.ours is not None or each.by == "sum")
        }
        free = [each for each in free if id(each) not in taken]


class _Joined:
    """What belongs together, by the names of what was joined."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def root(self, name: Hashable) -> Hashable:
        while (above := self._above.get(name, name)) != name:
            name = above
        return name

    def join(self, *names: Hashable) -> None:
        for each in names[1:]:
            self._above[self.root(each)] = self.root(names[0])


def _nodes(pair: Pair) -> Iterator[Hashable]:
    """What a pair joins: its lines, the document whose sum agrees, the filing that booked it."""
    yield from (id(side) for side in (pair.theirs, pair.ours) if side is not None)
    yield from _sum(pair)
    if pair.ours is not None and pair.ours.key:
        yield pair.ours.index, pair.ours.key


def _sum(pair: Pair) -> Iterator[Hashable]:
    side = pair.theirs or pair.ours
    if pair.by == "sum" and side is not None:
        yield side.index, "sum", pair.of


def _numbered(rows: Sequence[tuple[Pair, Record | None]], joined: _Joined) -> list[Row]:
    """Rows by group, groups in the order of their first row."""
    groups: defaultdict[Hashable, list[tuple[Pair, Record | None]]] = defaultdict(list)
    for pair, record in rows:
        if record is not None:
            joined.join(*_nodes(pair), id(record), *([(record.index, record.key)] if record.state == "booked" else []))
    for pair, record in rows:
        groups[joined.root(next(_nodes(pair), id(record)))].append((pair, record))
    return [
        Row(pair, record, number, verdict)
        for number, found in enumerate(groups.values(), 1)
        for verdict in [verdict_of([pair for pair, _ in found], [record for _, record in found if record])]
        for pair, record in found
    ]


def verdict_of(pairs: Sequence[Pair], records: Sequence[Record]) -> str:
    """Who disagrees with whom, by the sums of a group: an entry of `[verdicts]` in `words.toml`."""
    theirs = [each.theirs for each in pairs if each.theirs]
    ours = [each.ours for each in pairs if each.ours]
    if all(each.kind == "duplicate" for each in pairs) and not (theirs and records):
        return "statement-twice" if theirs else "book-twice"
    said, slack = sum(each.amount for each in theirs), sum(each.slack for each in theirs)
    held, filed = sum(each.amount for each in ours), sum(each.amount for each in records)
    far = any(each.kind == "date" for each in pairs)
    if not records:
        return _of_two(bool(theirs), bool(ours), near=abs(said - held) <= slack, far=far)
    states = {each.state for each in records}
    if "booked" not in states:
        return _of_unbooked("waiting" in states, bool(theirs), near=abs(said - filed) <= slack)
    if not theirs:
        return "not-stated-differs" if held != filed else "not-stated" if held else "agree"
    return _of_three(abs(said - held) <= slack, abs(said - filed) <= slack, held == filed, far=far)


def _of_two(stated: bool, booked: bool, *, near: bool, far: bool) -> str:
    if not (stated and booked):
        return "statement-only" if stated else "book-only"
    return "unfiled-differs" if not near else "dates" if far else "unfiled"


def _of_unbooked(waits: bool, stated: bool, *, near: bool) -> str:
    if not waits:
        return "refused" if stated else "refused-only"
    return "waiting-only" if not stated else "waiting" if near else "waiting-differs"


def _of_three(book_near: bool, project_near: bool, same: bool, *, far: bool) -> str:
    """Which of the three stands alone; a statement rounds, book and record do not."""
    if book_near and same:
        return "dates" if far else "agree"
    if book_near:
        return "project-differs"
    if project_near:
        return "book-differs"
    return "statement-differs" if same else "all-differ"
