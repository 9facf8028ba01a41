"""The third side: what the filings of a place, and those of others that reach its pool, say moved there within some days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext

from liangtian.ledger.lots import Ground as Boundary
from liangtian.ledger.posting import Posting
from liangtian.policy.amounts import amounts
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import later
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.procedures.acceptance import ACCEPTANCE
from liangtian_web.balance.procedures.commitment import COMMITMENT
from liangtian_web.balance.procedures.corrections import FREEZING, THAWING
from liangtian_web.balance.procedures.occupation import APPROVAL, HOLD, RELEASE
from liangtian_web.balance.procedures.transfer import LISTING, TRANSFER, WITHDRAWAL
from liangtian_web.balance.queries import BOOKED, SUPPLY, is_supply, stands
from liangtian_web.ledger.models import Entry, Ground
from liangtian_web.ledger.records import as_ground, place_key
from liangtian_web.people.models import Place
from liangtian_web.reconcile.project_moves import Known, lapsed, moves
from liangtian_web.reconcile.threeway import LAPSE, Record, State
from liangtian_web.reconcile.words import plain
from liangtian_web.review.queries import HEAVY
from liangtian_web.transfers.models import Match as Matched

QUANTITY = "quantity_m2"
LAPSING = (HOLD.event, LISTING.event, FREEZING.event)
ENDINGS = (APPROVAL.event, RELEASE.event, WITHDRAWAL.event, THAWING.event)
GROUND_SLACK_M2 = 1  # a boundary measured again may round otherwise


@dataclass(frozen=True, slots=True)
class Scope:
    """One pool of a place over some days, as known at a moment; the indices asked for."""

    place: Place
    pool: str
    indices: Collection[str]
    days: tuple[date, date]
    known_on: datetime

    def is_within(self, on: date | None) -> bool:
        return on is not None and self.days[0] <= on <= self.days[1]


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the filings say, the measured ground of those that brought any, and what of it does not fit."""

    records: Sequence[Record] = ()
    ground_m2: Mapping[int, Decimal] = field(default_factory=dict)
    said: Sequence[str] = ()


def on_file(scope: Scope, booked: Collection[tuple[str, str]]) -> OnFile:
    """Gather it.

    Parameters
    ----------
    booked : index and filing of the lines the book has; a filing that says nought is told where the book says otherwise
    """
    filings = list(_filings(scope))
    known = _known(filings)
    records = [record for each in filings for record in _records(each, scope, known, booked)]
    accepted = [each for each in filings if each.event == ACCEPTANCE.event]
    ground = _ground(accepted)
    return OnFile(records, ground, list(_misfits(accepted, ground)))


def _filings(scope: Scope) -> QuerySet[Filing]:
    """Filings of the days, of the place and those under it; of others, what the book shows the place or draws on its listing."""
    place, key = scope.place, place_key(scope.place)
    own = Q(place__path__startswith=place.path) if place.path else Q(place=place)
    drawn = SUPPLY & Q(begun__place=place) | Q(begun__event=HOLD.event, begun__begun__place=place)
    reaching = Q(begun__place=place) | Q(facts__lender=key) | Q(begun__facts__lender=key)
    days = (
        Q(on__range=scope.days) | Q(expires__range=scope.days) | Q(decision__entry__reversed_by__on__range=scope.days)
    )
    found = Filing.objects.filter(
        own | drawn | reaching & Q(decision__entry__isnull=False), days, filed_at__lte=scope.known_on
    )
    followed = Filing.objects.select_related("decision__entry__reversed_by", "place__book_key", "begun").defer("wkb")
    return (
        found.select_related(
            "place__book_key", "place__parent__book_key", "run", "decision__entry__reversed_by",
            "begun__place__book_key", "begun__run", "begun__decision", "begun__begun__place__book_key",
        )
        .prefetch_related(Prefetch("later", followed), Prefetch("begun__later", followed))
        .defer("wkb", *(f"{run}__{name}" for run in ("run", "begun__run") for name in HEAVY if name != "facts"))
        .order_by("pk")
    )  # fmt: skip


def _known(filings: Sequence[Filing]) -> Known:
    """Promises for the land of their checks, and the matches behind their settlements."""
    runs = {run for each in filings for run in (each.run_id, each.begun.run_id if each.begun else None) if run}
    promised: dict[tuple[int, int], list[Filing]] = {}
    for row in Filing.objects.filter(BOOKED, event=COMMITMENT.event, run__in=runs).defer("wkb"):
        promised.setdefault((row.run_id or 0, row.place_id), []).append(row)
    near = [
        other
        for each in filings
        for other in (each, *each.later.all(), *(each.begun.later.all() if each.begun else ()))
    ]
    settled = {each.uuid for each in near if each.event == TRANSFER.event}
    matched = {row.uuid: (row.amounts, row.fen) for row in Matched.objects.filter(uuid__in=settled)}
    return Known(promised, matched)


def _records(filing: Filing, scope: Scope, known: Known, booked: Collection[tuple[str, str]]) -> Iterator[Record]:
    """What one filing says, on its day; what was reversed, and what lapsed, on theirs."""
    found = _state(filing, scope.known_on)
    if found is None:
        return
    state, entry = found
    said = _sums(filing, scope, moves(filing, known))
    if scope.is_within(filing.on):
        yield from _each(filing, scope, filing.on, said, key=f"{filing.uuid}", state=state, booked=booked)
    reversal: Entry | None = getattr(entry, "reversed_by", None)
    if reversal is not None and reversal.recorded_at <= scope.known_on:
        if scope.is_within(reversal.on):
            back = {index: -amount for index, amount in said.items()}
            yield from _each(filing, scope, reversal.on, back, key=f"{filing.uuid}", state=state, booked=())
    elif state == "booked" and scope.is_within(filing.expires) and _lapses(filing):
        assert filing.expires is not None
        came, key = _sums(filing, scope, lapsed(filing, known)), f"{_last_part(filing)}{LAPSE}"
        yield from _each(filing, scope, filing.expires, came, key=key, state=state, booked=booked)


def _state(filing: Filing, known_on: datetime) -> tuple[State, Entry | None] | None:
    """How it stood at a moment, and its entry; None: it books nothing."""
    decision = getattr(filing, "decision", None)
    if decision is None or decision.decided_at > known_on:
        return "waiting", None
    if decision.entry is not None:
        return "booked", decision.entry
    return None if decision.noted else ("refused", None)


def _sums(filing: Filing, scope: Scope, moved: Iterable[Posting]) -> dict[str, int]:
    """Index → what it moves on the pool asked for."""
    key, parties, found = place_key(scope.place), PROCEDURES[filing.event].parties(filing), Counter[str]()
    for each in moved:
        if each.pool == scope.pool and parties.get(each.party) == key:
            found[each.index] += each.amount
    return dict(found)


def _each(
    filing: Filing, scope: Scope, on: date, said: Mapping[str, int], *,
    key: str, state: State, booked: Collection[tuple[str, str]],
) -> Iterator[Record]:  # fmt: skip
    names = frozenset({plain(filing.document)}), frozenset({plain(each) for each in projects_told(filing, scope.place)})
    for index in sorted(scope.indices):
        amount = said.get(index, 0)
        if amount or (index, key) in booked:
            yield Record(key, filing.pk, index, on, amount, state, *names)


def projects_told(filing: Filing, place: Place) -> tuple[str, ...]:
    """What a filing is for, where the place may know it: its own, those under it, and what draws on what it offered.

    A lender reads what is owed and by whom, not what it was borrowed for.
    """
    began = filing.begun
    offered = {each.place_id for each in (began, began.begun if began else None) if each}
    own = filing.place_id == place.pk or (bool(place.path) and filing.place.path.startswith(place.path))
    return (filing.project,) if own or place.pk in offered else ()


def _lapses(filing: Filing) -> bool:
    """Whether nothing ended a hold before its day."""
    return filing.event in LAPSING and not any(each.event in ENDINGS for each in later(filing))


def _last_part(filing: Filing) -> str:
    """The filing whose entry holds what is left: the last that took a part of a listing, or the listing's own."""
    parts = [each for each in later(filing) if each.event == TRANSFER.event or is_supply(each)]
    return f"{parts[-1].uuid if parts else filing.uuid}"


def _ground(accepted: Sequence[Filing]) -> dict[int, Decimal]:
    """Filing → the area of its ground measured anew: of the lot that stands in the book, else of the boundary handed in."""
    entries = {each.decision.entry_id: each.pk for each in accepted if stands(each)}
    lots = Ground.objects.filter(lot__legs__entry__in=entries).values_list("pk", "lot__legs__entry").distinct()
    by_lot = {lot: entries[entry] for lot, entry in lots if entry in entries}
    found = {by_lot[row.pk]: as_ground(row) for row in Ground.objects.filter(pk__in=by_lot)}
    rest = Filing.objects.filter(pk__in=[each.pk for each in accepted if each.pk not in found], wkb__isnull=False)
    found |= {pk: Boundary(bytes(wkb), crs) for pk, wkb, crs in rest.values_list("pk", "wkb", "crs") if wkb}
    return {pk: Decimal(each.area_dm2) / 100 for pk, each in found.items()}


def _misfits(accepted: Sequence[Filing], ground: Mapping[int, Decimal]) -> Iterator[str]:
    """Where the ground measured anew is not what was measured then, or is less than what was accepted."""
    for each in accepted:
        area = ground.get(each.pk)
        if area is None:
            continue
        words = {"project": each.project, "document": each.document, "area": f"{area:,.2f}"}
        quantity = amounts(each.facts.get("accepted_amounts") or (), (QUANTITY,))[QUANTITY]
        if each.area_m2 is not None and abs(area - each.area_m2) > GROUND_SLACK_M2:
            yield gettext("%(project)s（%(document)s）：范围重新量算 %(area)s m²，申报时量得 %(then)s m²。") % {
                **words, "then": f"{each.area_m2:,.2f}",
            }  # fmt: skip
        if quantity > area + GROUND_SLACK_M2:
            yield gettext("%(project)s（%(document)s）：验收耕地数量 %(quantity)s m² 大于范围量算面积 %(area)s m²。") % {
                **words, "quantity": f"{quantity:,}",
            }  # fmt: skip
