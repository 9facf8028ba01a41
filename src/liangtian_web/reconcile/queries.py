"""Which statements a user may see, the lines of the book a statement is held against, and what else bears a line's names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import filings_for
from liangtian_web.ledger.models import Account, Entry, Leg, Lot, Proposal
from liangtian_web.ledger.queries import Line as BookLine
from liangtian_web.ledger.queries import balance, lots_for, proposals_for, statement
from liangtian_web.ledger.records import OUTSIDE
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.reconcile.matching import Own
from liangtian_web.reconcile.models import SETTLED, Explanation, Import, Match
from liangtian_web.reconcile.projects import projects_told
from liangtian_web.reconcile.threeway import LAPSE
from liangtian_web.reconcile.words import plain

OPENING = "opening"
WAITING_MAX = 500
FILED = re.compile(r"filing:([0-9a-f-]{36})")  # how the key of an entry begins that a procedure booked


def imports_for(user: User | AnonymousUser) -> QuerySet[Import]:
    """Statements of the user's places."""
    found = Import.objects.filter(place__in=places_for(user)).defer("content")
    return found.select_related("place", "actor", "result__actor")


def matches_for(user: User | AnonymousUser) -> QuerySet[Match]:
    """What was found of them."""
    found = Match.objects.filter(result__of__place__in=places_for(user))
    return found.select_related("result__of__place", "entry", "filing__decision")


def accounts_of(place: Place, pool: str) -> dict[str, Account]:
    """The accounts of a pool of a place by index."""
    return {each.index: each for each in Account.objects.filter(place=place, pool=pool).select_related("place")}


def held_on(accounts: Mapping[str, Account], index: str, on: date, known_on: datetime) -> int:
    """What the book holds of an index at the end of a day; an account never opened holds nothing."""
    return balance(accounts[index], on, known_on) if index in accounts else 0


def own_lines(accounts: Mapping[str, Account], days: tuple[date, date], known_on: datetime) -> list[Own]:
    """What moved on the accounts from the first to the last of the days, entry by entry, under all its names."""
    moved = [(index, line) for index, each in accounts.items() for line in statement(each, *days, known_on).lines]
    place = next((each.place for each in accounts.values()), None)
    names, filed = _names([line for _, line in moved], place), _filed([line for _, line in moved])
    return [
        Own(line.entry.pk, index, line.on, line.amount, *names[line.entry.pk], line.entry.kind == OPENING, key)
        for (index, line), key in zip(moved, filed, strict=True)
    ]  # fmt: skip


def _filed(lines: Sequence[BookLine]) -> list[str]:
    """The filing whose entry, or an entry linked with it, moved each line, or whose entry it takes back; nothing where none did."""
    entries = [line.entry.reverses or line.entry for line in lines]
    decided = Filing.objects.filter(decision__entry__in={each.pk for each in entries})
    known = {entry: f"{uuid}" for entry, uuid in decided.values_list("decision__entry", "uuid")}
    found = []
    for line, entry in zip(lines, entries, strict=True):
        linked = FILED.match(entry.key)
        key = known.get(entry.pk) or (linked.group(1) if linked else "")
        found.append(f"{key}{LAPSE}" if key and line.lapse else key)
    return found


def _names(lines: Sequence[BookLine], place: Place | None) -> dict[int, tuple[frozenset[str], frozenset[str]]]:
    """Entry → documents and projects a place may know it by: its evidence, its filing, its lots."""
    entries = {line.entry.pk: line.entry for line in lines}
    documents: defaultdict[int, set[str]] = defaultdict(set)
    projects: defaultdict[int, set[str]] = defaultdict(set)
    filed = _filings(entries.values())
    for number, entry in entries.items():
        for text in entry.evidence:
            filing = filed.get(text)
            documents[number].add(plain(filing.document if filing else text))
            if filing and place:
                projects[number] |= {plain(each) for each in projects_told(filing, place)}
    # Of lots, only those the entry earned: what spends a lot bears the name of what it is spent on.
    earned = Leg.objects.filter(entry__in=entries, lot__isnull=False, account__pool=OUTSIDE, amount__lt=0)
    lots = earned.values_list("entry", "lot__project", "lot__document")
    for number, project, document in lots.distinct():
        documents[number] |= {plain(document)} - {""}
        projects[number].add(plain(project))
    return {number: (frozenset(documents[number]), frozenset(projects[number])) for number in entries}


def _filings(entries: Iterable[Entry]) -> dict[str, Filing]:
    """The filings that evidence names, by what it says."""
    named = {text.removeprefix("filing:") for each in entries for text in each.evidence if text.startswith("filing:")}
    found = Filing.objects.filter(uuid__in=named).select_related("place", "begun__begun").defer("wkb")
    return {f"filing:{each.uuid}": each for each in found}


@dataclass(frozen=True, slots=True)
class Ties:
    """What of ours bears the names of a line: what waits to be booked, and lots."""

    filings: Sequence[Filing]
    proposals: Sequence[Proposal]
    lots: Sequence[Lot]

    def __bool__(self) -> bool:
        return bool(self.filings or self.proposals or self.lots)


def filings_seen(user: User, lines: Iterable[Match]) -> set[int]:
    """Of the filings behind some lines, those the user may open."""
    return set(filings_for(user).filter(pk__in={each.filing_id for each in lines}).values_list("pk", flat=True))


def group_of(line: Match) -> list[Match]:
    """The rows that belong together with one, itself among them."""
    if line.group is None:
        return [line]
    found = Match.objects.filter(result=line.result_id, group=line.group).order_by("n")
    return list(found.select_related("entry", "filing__decision"))


def ties_of(user: User, line: Match, most: int = 3) -> Ties:
    """Filings and proposals that wait, and lots, of the document or project of a line that has no pair."""
    names = {text for text in (line.document, line.project) if text}
    waiting = filings_for(user).filter(decision=None)[:WAITING_MAX]
    filings = [each for each in waiting if names & {plain(each.document), plain(each.project)}]
    asked = proposals_for(user).filter(decision=None).exclude(evidence__startswith="DZ-")[:WAITING_MAX]
    proposals = [each for each in asked if line.document and line.document in plain(each.evidence)]
    lots = lots_for(user).filter(Q(document__in=names) | Q(project__in=names)) if names else ()
    return Ties(filings[:most], proposals[:most], list(lots[:most]))


def open_differences(user: User) -> Iterator[tuple[Import, int]]:
    """The newest statement recorded of each place and pool, where differences are neither explained nor being corrected.

    One is looked at when it is asked for: whoever shows five reads no more of them.
    """
    newest = imports_for(user).filter(result__isnull=False)
    newest = newest.order_by("place_id", "pool", "-pk").distinct("place_id", "pool")
    for given in newest:
        lines = list(Match.objects.filter(result=given.pk).exclude(SETTLED).select_related("filing__decision"))
        handled = explanations_of(given.pk).keys() | corrected(corrections_of(user, given.pk))
        handled |= {each.whole for each in lines if is_decided_since(each)}
        if left := len({each.whole for each in lines} - handled):
            yield given, left


def corrected(made: Mapping[int, Proposal]) -> set[int]:
    """What of it is being corrected or was: a correction that was sent back leaves its difference as it stood."""
    return {whole for whole, each in made.items() if not hasattr(each, "decision") or each.decision.entry_id}


def is_decided_since(line: Match) -> bool:
    """Whether what waited when it was recorded has been booked, or was only on file and was sent back.

    Where the statement says another amount, a decision alone settles nothing: what is booked still differs from it.
    """
    if line.filed_state != Match.State.WAITING or line.filing is None or line.verdict == "waiting-differs":
        return False
    decision = getattr(line.filing, "decision", None)
    return decision is not None and (decision.entry_id is not None or line.verdict == "waiting-only")


def explanations_of(result: int) -> dict[int, Explanation]:
    """What belongs together → why it stands, by the first of its lines that was explained."""
    found = Explanation.objects.filter(match__result=result).select_related("match", "actor").order_by("-match__n")
    return {each.match.whole: each for each in found}


def corrections_of(user: User, result: int) -> dict[int, Proposal]:
    """What belongs together → the newest proposal made to correct it."""
    made = proposals_for(user).filter(evidence__startswith=f"DZ-{result}-").order_by("pk")
    named = {each.evidence.split("：")[0].strip(): each for each in made}
    lines = {each.reference: each.whole for each in Match.objects.filter(result=result).only("result", "n", "group")}
    return {lines[reference]: each for reference, each in named.items() if reference in lines}
