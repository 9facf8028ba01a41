"""Whether what was booked is what the rulebook says: pooling, its price and rewards, entry by entry, from an exported book.

A bundle may say of an entry by what facts, documents and values it was decided: a `Decided`, one line each, in the order
of the records. Here each is held against the digest sealed with its entry, each case is decided again, and what the
clauses answer and enter is held against what was found then and what the entry moved.
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
from itertools import zip_longest

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
from liangtian.policy.clause import EVENTS, Case
from liangtian.policy.evaluate import Decision, Rulebook, rules_digest
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
# What is looked at: what the rules judged here book, and whatever names its decision. A quotation mark in a text is escaped.
_JUDGED = re.compile(rb'"kind":"(?:%s)"|"facts:' % b"|".join(name.encode() for name in RULES))

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """By what an entry was decided.

    Attributes
    ----------
    entry : key of the entry
    event : step of procedure
    place, within : the place, and those it lies in, as the rulebook calls them
    documents : ids of the documents that bound it on the day
    parties : party of a posting → place of an account
    facts : names of the facts dictionary, JSON-ready (`policy.facts.plain_facts`)
    values : the values of places beside those the documents declare, as `policy.values_file.write_values` writes them
    findings : rule and outcome of each finding that could have stopped it, in the order of the rulebook
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
    findings: tuple[tuple[str, str], ...] = ()

    def line(self) -> bytes:
        """The one way it is written.

        Examples
        --------
        >>> given = Decided(entry="e", event="payment", on=date(2024, 6, 1), place="339901", documents=(), parties={}, facts={})
        >>> Decided.read(given.line()) == given
        True
        """
        content = {**asdict(self), "on": self.on.isoformat()}
        if not self.findings:
            del content["findings"]  # as decisions were written before they kept any
        return written(content)

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
            outcomes = tuple((str(rule), Outcome(outcome).value) for rule, outcome in raw.get("findings", ()))
            found = cls(**raw | lists | {"on": date.fromisoformat(raw["on"]), "findings": outcomes})
            is_asked = found.event in EVENTS or (not found.findings and isinstance(found.event, str))
            is_whole = is_asked and all(isinstance(each, dict) for each in (found.parties, found.facts))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise BookRefused("decision-unreadable", reason=f"{type(error).__name__}: {error}") from error
        if not is_whole or found.line() != line:
            raise BookRefused("decision-unreadable", reason="not canonical")
        return found

    @property
    def mark(self) -> str:
        """What a sealed entry names it by, among its rules."""
        return FACTS + hashlib.sha256(self.line()).hexdigest()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules it is asked again: those whose postings are judged here, and those it keeps findings of."""
        return tuple(sorted({*RULES.get(self.event, ()), *(rule for rule, _ in self.findings)}))

    def again(self) -> Answered:
        """Decide the case anew.

        Raises
        ------
        LiangtianError : a fact, a value or a document is not known
        """
        if not self.rules:
            return Answered({}, ())
        facts = read_facts(self.facts)
        rulebook = _rulebook(self.documents, self.values, self.rules)
        decided = rulebook.decide(Case(self.on, self.place, self.event, facts, self.within))
        kept = {rule for rule, _ in self.findings}
        outcomes = ((each.rule, each.outcome.value) for each in decided.findings if each.rule in kept)
        return Answered(self._due(facts, decided), tuple(outcomes))

    def due(self) -> dict[Key, int]:
        """Place, pool and index → what the case moves there by the rulebook, where the rules judged here say so.

        Raises
        ------
        LiangtianError : a fact, a value or a document is not known
        """
        return self.again().due

    def _due(self, facts: Mapping[str, object], decided: Decision) -> dict[Key, int]:
        judged = RULES.get(self.event, ())
        entered = (each.posting for each in decided.postings if each.rule in judged)
        moved: Counter[Key] = Counter()
        for each in map(_on_book, (*_registered(self.event, facts), *entered)):
            if each.party not in self.parties:
                raise BookRefused("party-unknown", party=each.party, known=", ".join(self.parties))
            moved[self.parties[each.party], each.pool, each.index] += each.amount
        return _compared(moved)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a decision comes to when it is made again: what is due where, and the outcomes of the rules it keeps."""

    due: dict[Key, int]
    findings: tuple[tuple[str, str], ...]


def check_rulebook(examined: Examined) -> Iterator[Finding]:
    """What was pooled, paid for it and paid as a reward is what the rulebook says, by the facts that come with the book."""
    judge = _Judge(examined.bundle)
    for at, line in enumerate(examined.bundle.records, 1):
        if _JUDGED.search(line):
            entry = read_or_tell(line)
            if isinstance(entry, Entry) and (is_judged(entry) or marks_of(entry)):
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
        marks = marks_of(entry)
        if decided is None:
            if (entry.kind in NEEDED and is_judged(entry)) or marks:
                self._missing.append(entry.key)
            return
        if not _belongs(decided, entry, marks):
            yield _fail("decision-altered", at=at, key=entry.key)
            return
        try:
            answered = decided.again()
        except LiangtianError as error:
            reason = {f"reason_{lang}": render_error(error, lang=lang) for lang in ("zh", "en")}
            yield _fail("decision-unanswered", at=at, key=entry.key, **reason)
            return
        yield from _found_otherwise(at, entry, answered, decided)
        if is_judged(entry):
            yield from _differing(at, entry, answered.due, decided)

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


def marks_of(entry: Entry) -> list[str]:
    """What an entry names its decision by."""
    return [rule for rule in entry.rules if rule.startswith(FACTS)]


def is_judged(entry: Entry) -> bool:
    """Whether the rules judged here book such an entry; what the province's pool or the nation's gives out no rule computes."""
    if entry.kind != "pool-use":
        return entry.kind in RULES
    return any(leg.account.pool == "municipal" for leg in entry.legs)


def _belongs(decided: Decided, entry: Entry, marks: list[str]) -> bool:
    """Whether it is the decision of this entry: by its digest, or by its day and event where the entry names none."""
    if decided.on != entry.on or (marks and marks != [decided.mark]):
        return False
    return decided.event == entry.kind if is_judged(entry) else decided.event not in RULES


def _found_otherwise(at: int, entry: Entry, answered: Answered, decided: Decided) -> Iterator[Finding]:
    """The first rule that answers otherwise than it did when the entry was booked."""
    for was, now in zip_longest(decided.findings, answered.findings, fillvalue=("–", "–")):
        if was != now:
            params = {"at": at, "key": entry.key, "rule": now[0] if was[0] == "–" else was[0]}
            apart = _is_apart(entry, decided)
            outcome, message = (Outcome.UNKNOWN, "found-by-other-rules") if apart else (Outcome.FAIL, "found-differs")
            yield Finding("", outcome, message, params)
            return


def _is_apart(entry: Entry, decided: Decided) -> bool:
    """Whether it was booked by another version of the rules."""
    return f"rules:{_digest(decided.documents)}" not in entry.rules


def _differing(at: int, entry: Entry, due: Mapping[Key, int], decided: Decided) -> Iterator[Finding]:
    """Accounts in which the entry moved something else than is due; by other rules than these, nobody can tell."""
    moved: Counter[Key] = Counter()
    for leg in entry.legs:
        moved[leg.account.place, leg.account.pool, leg.account.index] += leg.amount
    booked = _compared(moved)
    if entry.kind == "payment" and not due:
        return  # a payment that is no reward
    apart = _is_apart(entry, decided)
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
