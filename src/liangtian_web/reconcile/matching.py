"""Hold the lines of a statement against those of the book, and say of each what it is: pure, over two lists.

Lines of one index are paired by what ties them most, so that no weaker tie takes a line a stronger one needs:
1. document or project, amount, and a date within the window;
2. document or project and amount, whatever the date: the date differs;
3. all lines of one document, where only their sums agree: one side books in one piece what the other books in several;
4. amount and a date within the window, where no document speaks against it;
5. document or project alone: the amount differs.
What is left repeats a line that has its pair, or stands on one side only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from liangtian_web.reconcile.reading import Line

Kind = Literal["matched", "date", "amount", "ours", "theirs", "duplicate", "project"]
By = Literal["document", "sum", "amount", ""]


@dataclass(frozen=True, slots=True)
class Own:
    """A line of the book: what one entry moved on a day, and every name it may be known by."""

    entry: int
    index: str
    on: date
    amount: int
    documents: frozenset[str]
    projects: frozenset[str]
    opens: bool = False  # it gave the book its opening balance
    key: str = ""  # the filing that booked it; none where no procedure did


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of each side, or of one; what ties them, and what they are to each other.

    Attributes
    ----------
    of : the document whose lines agree by their sum
    """

    kind: Kind
    by: By
    theirs: Line | None = None
    ours: Own | None = None
    of: str = ""


def match(theirs: Sequence[Line], ours: Sequence[Own], *, window: int) -> list[Pair]:
    """Pair the lines of a statement with those of the book.

    Parameters
    ----------
    window : days by which the two may date the same movement apart

    Returns
    -------
    list of Pair : every line of both sides once; in the order of the statement, then of the book
    """
    found: list[Pair] = []
    for index in sorted({each.index for each in theirs} | {each.index for each in ours}):
        mine = [each for each in ours if each.index == index]
        found += _Matching([each for each in theirs if each.index == index], mine, window).pairs()
    return sorted(found, key=_order)


def _order(pair: Pair) -> tuple[int, int, date, int]:
    if pair.theirs is not None:
        return 0, pair.theirs.row, pair.theirs.on, 0
    assert pair.ours is not None
    return 1, 0, pair.ours.on, pair.ours.entry


class _Matching:
    """What is still without a pair, of one index."""

    def __init__(self, theirs: list[Line], ours: list[Own], window: int) -> None:
        self.theirs, self.ours, self.window = theirs, ours, window
        self.found: list[Pair] = []

    def pairs(self) -> list[Pair]:
        """Every line once."""
        near = self._near
        self._pair("matched", "document", self._by_name(), lambda t, o: _same(t, o) and near(t, o))
        self._pair("date", "document", self._by_name(), _same)
        self._sums()
        self._pair("matched", "amount", self._by_amount(), lambda t, o: not _otherwise(t, o) and near(t, o))
        self._pair("amount", "document", self._by_name(), lambda t, o: (t.amount > 0) == (o.amount > 0))
        self._rest()
        return self.found

    def _near(self, theirs: Line, ours: Own) -> bool:
        return abs((theirs.on - ours.on).days) <= self.window

    def _by_name(self) -> Iterator[tuple[int, int]]:
        """Numbers of lines that bear the same document, or else the same project."""
        bearing: defaultdict[str, set[int]] = defaultdict(set)
        for n, own in enumerate(self.ours):
            for name in own.documents | own.projects:
                bearing[name].add(n)
        for m, line in enumerate(self.theirs):
            for n in sorted(set().union(*(bearing.get(name, ()) for name in (line.document, line.project) if name))):
                if _named(line, self.ours[n]):
                    yield m, n

    def _by_amount(self) -> Iterator[tuple[int, int]]:
        """Numbers of lines of the same amount."""
        order = sorted(range(len(self.ours)), key=lambda n: self.ours[n].amount)
        amounts = [self.ours[n].amount for n in order]
        for m, line in enumerate(self.theirs):
            first, last = (
                bisect_left(amounts, line.amount - line.slack),
                bisect_right(amounts, line.amount + line.slack),
            )
            yield from ((m, n) for n in order[first:last])

    def _pair(self, kind: Kind, by: By, tied: Iterable[tuple[int, int]], accept: Callable[[Line, Own], bool]) -> None:
        """Pair what is tied and accepted, the nearest dates first."""
        sides = ((m, n, self.theirs[m], self.ours[n]) for m, n in tied)
        near = sorted((abs((t.on - o.on).days), abs(t.amount - o.amount), m, n) for m, n, t, o in sides if accept(t, o))
        theirs, ours = dict(enumerate(self.theirs)), dict(enumerate(self.ours))
        for _, _, m, n in near:
            if m in theirs and n in ours:
                self.found.append(Pair(kind, by, theirs.pop(m), ours.pop(n)))
        self.theirs, self.ours = list(theirs.values()), list(ours.values())

    def _sums(self) -> None:
        """Take out the lines of documents whose sums agree."""
        by_document: defaultdict[str, list[Line]] = defaultdict(list)
        for each in self.theirs:
            by_document[each.document].append(each)
        for document, lines in by_document.items():
            mine = [each for each in self.ours if document and document in each.documents]
            slack = sum(each.slack for each in lines)
            if mine and abs(sum(t.amount for t in lines) - sum(o.amount for o in mine)) <= slack:
                self.found += [Pair("matched", "sum", theirs=each, of=document) for each in lines]
                self.found += [Pair("matched", "sum", ours=each, of=document) for each in mine]
                gone_theirs, gone_ours = set(lines), set(mine)
                self.theirs = [each for each in self.theirs if each not in gone_theirs]
                self.ours = [each for each in self.ours if each not in gone_ours]

    def _rest(self) -> None:
        paired = [each for each in self.found if each.kind in ("matched", "date") and each.by != "sum"]
        known_theirs = {_key(each.theirs) for each in paired if each.theirs}
        known_ours = {(each.ours.amount, name) for each in paired if each.ours for name in _names(each.ours)}
        for line in self.theirs:
            self.found.append(Pair("duplicate" if _key(line) in known_theirs else "theirs", "", theirs=line))
            known_theirs.add(_key(line))
        for own in self.ours:
            twice = any((own.amount, name) in known_ours for name in _names(own))
            self.found.append(Pair("duplicate" if twice else "ours", "", ours=own))


def _names(own: Own) -> Iterable[str]:
    return own.documents | own.projects


def _key(line: Line) -> tuple[int, str, str, str]:
    """What a line repeats: a nameless one repeats nothing."""
    nameless = "" if line.document or line.project else f"{line.row}"
    return line.amount, line.document, line.project, nameless


def _same(theirs: Line, ours: Own) -> bool:
    return abs(theirs.amount - ours.amount) <= theirs.slack


def _named(theirs: Line, ours: Own) -> bool:
    """Whether a name of theirs is a name of ours; a document speaks before a project."""
    if theirs.document and theirs.document in ours.documents:
        return True
    return not _otherwise(theirs, ours) and bool(theirs.project) and theirs.project in ours.projects


def _otherwise(theirs: Line, ours: Own) -> bool:
    """Whether both name documents, and none of them is the same."""
    return bool(theirs.document and ours.documents) and theirs.document not in ours.documents
