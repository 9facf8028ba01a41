"""Whether what was booked is what the rulebook says: pooling, its price and rewards, entry by entry, from an exported book.

A bundle may say of an entry by what facts, documents and values it was decided: a `Decided`, one line each, in the order
of the records. Here each case is decided again, and what the clauses enter is held against what the entry moved.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache

from liangtian.errors import BookRefused, LiangtianError
from liangtian.finding import Finding, Outcome
from liangtian.ledger.bundle import Bundle
from liangtian.ledger.entry import Entry
from liangtian.ledger.examined import Examined, read_or_tell
from liangtian.ledger.indices import index_words
from liangtian.ledger.kinds import pools
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.ledger.records import written
from liangtian.messages import render_error
from liangtian.policy.amounts import COMPENSATION, amounts
from liangtian.policy.clause import Case
from liangtian.policy.evaluate import Rulebook, rules_digest
from liangtian.policy.facts import read_facts
from liangtian.policy.parameters import Parameters
from liangtian.policy.values_file import read_values
from liangtian.rules.documents import DOCUMENTS

RULES: Mapping[str, tuple[str, ...]] = {
    "acceptance": ("wenzhou-2019（六）.2", "wenzhou-2019（六）.4", "wenzhou-2019（六）.6"),
    "pool-use": ("wenzhou-2019（六）.5",),
    "payment": ("wenzhou-2019（十六）.4", "wenzhou-2019（十六）.5"),
}
"""Step of procedure, which is also the kind of its entry → the rules whose postings are computed again."""

NEEDED = frozenset({"acceptance", "pool-use"})
"""Kinds of entry that pool or use what is pooled: without its decision nobody can tell whether one is right."""

POOLS = frozenset({"municipal", "provincial", "fund", "earmarked", "outside"})
"""Where the rules judged here put something, or what their facts state comes from: compared account by account."""

COUNTED = frozenset({*COMPENSATION, "money_fen"})
OUTSIDE, COUNTY, PROVINCE = Pocket("outside", "outside"), Pocket("county", "reserve"), Pocket("province", "provincial")
FACTS = "facts:"
"""What the sealed rules of an entry name its decision by: with it, the facts are as sealed as the entry."""

FINDINGS_MAX = 1_000
_KIND = re.compile(rb'"kind":"(?:%s)"' % b"|".join(name.encode() for name in RULES))

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """By what an entry was decided.

    Attributes
    ----------
    entry : key of the entry
    event : step of procedure, one of `RULES`
    place, within : the place, and those it lies in, as the rulebook calls them
    documents : ids of the documents that bound it on the day
    parties : party of a posting → place of an account
    facts : names of the facts dictionary, JSON-ready (`policy.facts.plain_facts`)
    values : the values of places beside those the documents declare, as `policy.values_file.write_values` writes them
    """

    entry: str
    event: str
    on: date
    place: str
    within: tuple[str, ...] = ()
    documents: tuple[str, ...]
    parties: Mapping[str, str]
    facts: Mapping[str, object]
    values: str = ""

    def line(self) -> bytes:
        """The one way it is written.

        Examples
        --------
        >>> given = Decided(entry="e", event="payment", on=date(2024, 6, 1), place="339901", documents=(), parties={}, facts={})
        >>> Decided.read(given.line()) == given
        True
        """
        return written({**asdict(self), "on": self.on.isoformat()})

    @classmethod
    def read(cls, line: bytes) -> Decided:
        """Take it from its line.

        Raises
        ------
        BookRefused (decision-unreadable)
        """
        try:
            raw = json.loads(line)
            lists = {name: tuple(map(str, raw[name])) for name in ("within", "documents")}
            found = cls(**raw | lists | {"on": date.fromisoformat(raw["on"])})
            is_whole = found.event in RULES and all(isinstance(each, dict) for each in (found.parties, found.facts))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise BookRefused("decision-unreadable", reason=f"{type(error).__name__}: {error}") from error
        if not is_whole or found.line() != line:
            raise BookRefused("decision-unreadable", reason="not canonical")
        return found

    @property
    def mark(self) -> str:
        """What a sealed entry names it by, among its rules."""
        return FACTS + hashlib.sha256(self.line()).hexdigest()

    def due(self) -> dict[Key, int]:
        """Place, pool and index → what the case moves there by the rulebook, where the rules judged here say so.

        Raises
        ------
        LiangtianError : a fact, a value or a document is not known
        """
        rulebook = _rulebook(self.documents, self.values, RULES[self.event])
        facts = read_facts(self.facts)
        decided = rulebook.decide(Case(self.on, self.place, self.event, facts, self.within))
        postings = [*_registered(self.event, facts), *(each.posting for each in decided.postings)]
        moved: Counter[Key] = Counter()
        for each in map(_on_book, postings):
            if each.party not in self.parties:
                raise BookRefused("party-unknown", party=each.party, known=", ".join(self.parties))
            moved[self.parties[each.party], each.pool, each.index] += each.amount
        return _compared(moved)


def check_rulebook(examined: Examined) -> Iterator[Finding]:
    """What was pooled, paid for it and paid as a reward is what the rulebook says, by the facts that come with the book."""
    judge = _Judge(examined.bundle)
    for at, line in enumerate(examined.bundle.records, 1):
        if _KIND.search(line):
            entry = read_or_tell(line)
            if isinstance(entry, Entry) and entry.kind in RULES:
                yield from judge.entry(at, entry)
    yield from judge.rest()


class _Judge:
    """Entries and decisions side by side: both come in the order of the records."""

    def __init__(self, bundle: Bundle) -> None:
        self._lines = enumerate(bundle.decisions, 1)
        self._stated, self._count = bundle.manifest.decisions, 0
        self._waiting: dict[str, Decided] = {}
        self._unreadable: list[Finding] = []
        self._missing: list[str] = []

    def entry(self, at: int, entry: Entry) -> Iterator[Finding]:
        """What is wrong with an entry."""
        decided = self._decision(entry.key)
        marks = [rule for rule in entry.rules if rule.startswith(FACTS)]
        if decided is None:
            if entry.kind in NEEDED or marks:
                self._missing.append(entry.key)
            return
        if (decided.event, decided.on) != (entry.kind, entry.on) or (marks and marks != [decided.mark]):
            yield _fail("decision-altered", at=at, key=entry.key)
            return
        try:
            due = decided.due()
        except LiangtianError as error:
            reason = {f"reason_{lang}": render_error(error, lang=lang) for lang in ("zh", "en")}
            yield _fail("decision-unanswered", at=at, key=entry.key, **reason)
            return
        yield from _differing(at, entry, due, decided)

    def rest(self) -> Iterator[Finding]:
        """What is wrong with the decisions themselves, and how many entries have none."""
        for _ in self._read():
            pass
        yield from self._unreadable
        if self._count != self._stated:
            yield _fail("decision-count", count=self._count, stated=self._stated)
        for key in self._waiting:
            yield _fail("decision-of-nothing", key=key)
        if self._missing:
            yield Finding(
                "", Outcome.UNKNOWN, "decision-missing", {"count": len(self._missing), "key": self._missing[0]}
            )

    def _decision(self, key: str) -> Decided | None:
        if key not in self._waiting:
            for found in self._read():
                if found.entry == key:
                    break
        return self._waiting.pop(key, None)

    def _read(self) -> Iterator[Decided]:
        for at, line in self._lines:
            self._count = at
            try:
                found = Decided.read(line)
            except BookRefused as error:
                if len(self._unreadable) < FINDINGS_MAX:
                    self._unreadable.append(_fail("decision-not-read", at=at, reason=str(error.params["reason"])))
                continue
            self._waiting[found.entry] = found
            yield found


def _differing(at: int, entry: Entry, due: Mapping[Key, int], decided: Decided) -> Iterator[Finding]:
    """Accounts in which the entry moved something else than is due; by other rules than these, nobody can tell."""
    moved: Counter[Key] = Counter()
    for leg in entry.legs:
        moved[leg.account.place, leg.account.pool, leg.account.index] += leg.amount
    booked = _compared(moved)
    if entry.kind == "payment" and not due:
        return  # a payment that is no reward
    apart = f"rules:{_digest(decided.documents)}" not in entry.rules
    for place, pool, index in sorted(due.keys() | booked.keys()):
        sums = due.get((place, pool, index), 0), booked.get((place, pool, index), 0)
        if sums[0] != sums[1]:
            words = {"place": place, "pool_zh": pools()[pool].zh, "pool_en": pools()[pool].en, **index_words(index)}
            params = {"at": at, "key": entry.key, **words, "due": f"{sums[0]:,}", "booked": f"{sums[1]:,}"}
            outcome, message = (Outcome.UNKNOWN, "booked-by-other-rules") if apart else (Outcome.FAIL, "booked-differs")
            yield Finding("", outcome, message, params)


def _compared(moved: Mapping[Key, int]) -> dict[Key, int]:
    return {key: amount for key, amount in moved.items() if amount and key[1] in POOLS and key[2] in COUNTED}


def _registered(event: str, facts: Mapping[str, object]) -> Iterator[Posting]:
    """An acceptance credits the county with all that was accepted, and hands on what the province pools of it."""
    if event != "acceptance":
        return
    for source, name, target in ((OUTSIDE, "accepted_amounts", COUNTY), (COUNTY, "provincial_amounts", PROVINCE)):
        for index, amount in amounts(facts.get(name) or ()).items():  # type: ignore[arg-type]
            yield from move(index, amount, from_=source, to=target)


def _on_book(each: Posting) -> Posting:
    """A unit that carries a project out keeps no book: its money goes outside."""
    return Posting(*OUTSIDE, each.index, each.amount) if each.party == "unit" else each


@lru_cache(maxsize=64)
def _rulebook(documents: tuple[str, ...], values: str, rules: tuple[str, ...]) -> Rulebook:
    if missing := [name for name in documents if name not in DOCUMENTS]:
        raise BookRefused("decision-document", document=missing[0], known=", ".join(DOCUMENTS))
    chosen = {name: DOCUMENTS[name] for name in documents}
    known = Parameters(chosen)
    return Rulebook(chosen, known.with_values(read_values(values, "decisions.jsonl", known)) if values else None, rules)


@lru_cache(maxsize=64)
def _digest(documents: tuple[str, ...]) -> str:
    return rules_digest({name: DOCUMENTS[name] for name in documents})


def _fail(message_id: str, **params: object) -> Finding:
    return Finding("", Outcome.FAIL, message_id, params)
