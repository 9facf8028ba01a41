"""File and decide: gather, decide, record; who files never decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from liangtian.check.gather import boundary_of
from liangtian.formats.features import Features
from liangtian.ledger.lots import Ground
from liangtian.ledger.posting import Posting
from liangtian.policy.facts import plain_facts
from liangtian_web.balance.basis import decided_by
from liangtian_web.balance.bounds import check_bounds
from liangtian_web.balance.granted import check_granted_once, lock_document, sharing
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.balance.procedure import Next, Parties
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.procedures.commitment import supply_due
from liangtian_web.balance.queries import (
    HOLD,
    decides,
    decision_of,
    held_by,
    is_lapsed,
    is_run_held,
    lock,
    open_holds,
    stands,
)
from liangtian_web.balance.ruling import Ruled, findings_text, on_book, posting_rows, rule
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.deciding import check_granted, told_to
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.ledger.records import OUTSIDE, place_key, places_by_key
from liangtian_web.ledger.turns import in_turn
from liangtian_web.people.models import Place
from liangtian_web.people.requests import Request
from liangtian_web.registers.actions import name_entry
from liangtian_web.review.models import Run
from liangtian_web.rulebook.queries import keys_of, values_known
from liangtian_web.trail.actions import note

Row = TypeVar("Row", bound=models.Model)

# What may be spent or will be: a place that brings it into the book is watched from above. Debts are nobody's gain.
CREDIT = ("reserve", "municipal", "provincial", "retained")


@dataclass(frozen=True, slots=True)
class Head:
    """What every filing says: the number that comes with its form, whose balance, what for, when, by which document."""

    uuid: UUID
    place: Place
    project: str
    on: date
    document: str


def file_acceptance(request: Request, head: Head, boundary: Features, facts: Mapping[str, Any]) -> Filing:
    """Keep an accepted project with its ground, measured on the ellipsoid; nothing is booked.

    Raises
    ------
    LiangtianError : the boundary cannot be measured
    StageRefused : more is credited than `bounds` allows
    """
    found = boundary_of(boundary)
    ground = Ground.of(found.shape, f"EPSG:{found.crs.to_epsg()}")
    area_m2 = Decimal(ground.area_dm2) / 100

    check_bounds(facts, area_m2, _best_ground(head))

    more = {"wkb": ground.wkb, "crs": ground.crs, "area_m2": area_m2, "source": boundary.source[:200]}
    return file(request, head, "acceptance", facts=plain_facts(facts), **more)


def _best_ground(head: Head) -> Fraction:
    """Capacity of the best grade of farmland on the day, kg per mu."""
    key, *within = keys_of(head.place)
    name = "liangtian-2026（技术）.capacity_by_grade"
    return max(values_known().resolve(name, on=head.on, place=key, within=tuple(within)).table.values())


def file_hold(request: Request, head: Head, run: Run, **more: Any) -> Filing:
    """Ask to hold what the land of a check owes; `more`: facts, lots, expires, and `begun`: the listing it draws on.

    Raises
    ------
    StageRefused : of a separate site, the indices would come from somebody who agreed to nothing, or a document does not grant
        as much beside what others draw on it
    """
    ways = ("transfer",) if more.get("begun") else ("pooling", "entrust")
    if run.kind == Run.Kind.SINGLE_SITE and more["facts"].get("balance_path") not in ways:
        raise StageRefused("balance-path-elsewhere")

    if more["facts"].get("balance_path") == "pooling":
        return _file_granted(request, head, run=run, **more)
    return file(request, head, "hold", run=run, **more)


def _file_granted(request: Request, head: Head, **more: Any) -> Filing:
    """Ask for what a document grants, less what others that wait or stand draw on it."""
    asked = Filing(uuid=head.uuid, event=HOLD, place=head.place, on=head.on, run=more["run"], facts=more["facts"])
    with transaction.atomic():
        lock_document(asked)
        if not Filing.objects.filter(uuid=head.uuid).exists():
            others = sharing(asked, timezone.localdate())
            uses = [(each, held_by(each) if hasattr(each, "decision") else supply_due(each)) for each in others]
            check_granted_once(asked, supply_due(asked), uses)
        return file(request, head, HOLD, **more)


def file_ending(request: Request, uuid: UUID, hold: Filing, event: str, *, today: date, **more: Any) -> Filing:
    """Ask to write off or to release what is held; `more`: on, document, facts.

    Raises
    ------
    StageRefused : nothing is held, or it has ended or lapsed
    """
    if not _is_open(hold, today):
        raise StageRefused("balance-not-held")
    if hold.later.filter(decision=None).exclude(uuid=uuid).exists():
        raise StageRefused("balance-ending-waits")

    head = Head(uuid, hold.place, hold.project, more["on"], more["document"])
    return file(request, head, event, begun=hold, facts=more["facts"])


def file(request: Request, head: Head, event: str, **more: Any) -> Filing:
    """Record a filing of a procedure once: a form sent again leads to what its first sending made.

    Parameters
    ----------
    event : a procedure of `procedures`
    more : facts, by the names of the dictionary; further columns of `Filing`

    Raises
    ------
    StageRefused : the form was sent before with other content, or by somebody else
    """
    given = {
        "uuid": head.uuid, "event": event, "filer": request.user, "place": head.place, "project": head.project,
        "on": head.on, "document": head.document, **more, "facts": plain_facts(more["facts"]),
    }  # fmt: skip
    with transaction.atomic():
        made, new = once(Filing, given)
        if new:
            note(request, "balance.file", f"filing:{made.uuid}", on=made.on, place=made.place)
    return made


def once(model: type[Row], given: Mapping[str, Any]) -> tuple[Row, bool]:
    """The row a form made, and whether it is new: sent again with the same content it changes nothing.

    Parameters
    ----------
    given : the columns of the row; `uuid` is the number the form came with

    Raises
    ------
    StageRefused : the number of the form stands for other content
    """
    made, new = model._default_manager.get_or_create(uuid=given["uuid"], defaults=given)
    if any(_plain(getattr(made, name)) != value for name, value in given.items()):
        raise StageRefused("balance-key-reused")
    return made, new


def beside(model: type[Row], filing: Filing, **given: Any) -> Row:
    """What is kept beside a filing, once.

    Raises
    ------
    StageRefused : it was kept before with other content
    """
    made, _ = model._default_manager.get_or_create(filing=filing, defaults=given)
    if any(getattr(made, name) != value for name, value in given.items()):
        raise StageRefused("balance-key-reused")
    return made


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _is_open(hold: Filing, today: date) -> bool:
    return open_holds(today).filter(pk=hold.pk).exists()


def next_steps(filing: Filing, today: date) -> tuple[Next, ...]:
    """What may follow a filing: it stands in the book, what it holds has not lapsed, and its procedure names the step."""
    return PROCEDURES[filing.event].follows(filing) if stands(filing) and not is_lapsed(filing, today) else ()


def may_follow(begun: Filing, event: str, today: date) -> bool:
    """Whether a step may go on with a filing on a day."""
    page = reverse("balance:next", args=[begun.uuid, event])
    return any(each.url == page for each in next_steps(begun, today))


def decide(
    request: Request, filing: Filing, *, accept: bool, today: date, reason: str = "", grounds: str = ""
) -> Decision:
    """Book a filing or send it back, once, by another person than the one who filed it, who decides for its place.

    Sent again, the same decision of the same person changes nothing. `today`: the day of the decision; gates of today
    hold on it beside the business date.

    Raises
    ------
    PermissionDenied : not the user's to decide
    StageRefused : decided otherwise, one's own, stopped by a clause, against one in principle without `grounds`, or of
        accounts the user does not keep
    BookRefused, Unbalanced : the book refuses it; nothing is recorded
    """
    if not decides(request.user, filing):
        raise PermissionDenied
    if filing.filer_id == request.user.pk:
        raise StageRefused("balance-own-filing")

    with told_to(request.user):
        return in_turn(lambda: _decide(request, filing, (accept, reason, grounds), today))


def _decide(request: Request, filing: Filing, said: tuple[bool, str, str], today: date) -> Decision:
    accept, reason, grounds = said
    lock(filing)
    if earlier := decision_of(filing):
        return _same(earlier, request, accept=accept)
    ruled = rule(filing, today)
    kept = grounds if accept and ruled.departs else ""
    entry = _book(request, filing, ruled, kept, today) if accept else None
    noted = accept and entry is None
    made = Decision.objects.create(
        filing=filing, entry=entry, noted=noted, reason=reason, grounds=kept, actor=request.user, **_basis(ruled)
    )  # fmt: skip
    what = f"entry:{entry.uuid}" if entry else f"filing:{filing.uuid}"
    act = "balance.post" if entry else "balance.note" if noted else "balance.refuse"
    note(request, act, what, on=filing.on, place=filing.place, rules_digest=ruled.digest)
    return made


def _same(earlier: Decision, request: Request, *, accept: bool) -> Decision:
    if earlier.actor_id != request.user.pk or (earlier.entry is not None or earlier.noted) != accept:
        raise StageRefused("balance-decided")
    return earlier


def _basis(ruled: Ruled) -> dict[str, Any]:
    """What the decision rested on, kept with it."""
    return {
        "findings": findings_text(ruled.findings),
        "postings": posting_rows(ruled.postings),
        "rules_digest": ruled.digest,
    }


def _book(request: Request, filing: Filing, ruled: Ruled, grounds: str, today: date) -> Entry | None:
    """The entry of a filing that nothing stops; none where its procedure books nothing."""
    _check(filing, ruled, grounds, today)
    procedure = PROCEDURES[filing.event]
    procedure.ready(filing, today)
    if not procedure.moves:
        return None
    parties = procedure.parties(filing)
    moved = [on_book(each.posting) for each in ruled.postings]
    _check_keeper(request, {parties[each.party] for each in moved if each.party in parties})
    check_granted(request.user, _minted(moved, parties))
    decided = decided_by(filing, ruled, parties)
    about = book.About(
        key=decided.entry, on=filing.on, kind=procedure.kind, actor=filing.filer, approver=request.user,
        evidence=(f"filing:{filing.uuid}", filing.document, *procedure.evidence(filing)), expires=filing.expires,
        rules=(*dict.fromkeys(each.rule for each in ruled.postings if each.rule), *_version(ruled), decided.mark),
    )  # fmt: skip
    entry = procedure.book(filing, moved, parties, about)
    book.keep_basis(entry, decided.line())
    if number := _key_project(filing):
        name_entry(entry, filing.place, number)
    return entry


def _key_project(filing: Filing) -> str:
    """The key project that a filing, or what it goes on with, names."""
    named: str = filing.facts.get("key_project_number") or ""
    return named or (_key_project(filing.begun) if filing.begun else "")


def _check(filing: Filing, ruled: Ruled, grounds: str, today: date) -> None:
    if is_run_held(filing, today):
        raise StageRefused("balance-run-held")
    if filing.begun is not None and filing.begun.event == HOLD and not _is_open(filing.begun, today):
        raise StageRefused("balance-not-held")
    if ruled.stops:
        rules = "、".join(dict.fromkeys(each.rule for each in ruled.stops))
        raise StageRefused("balance-stopped", rules=rules)
    if ruled.departs and grounds not in Decision.Grounds.values:
        rules = "、".join(dict.fromkeys(each.rule for each in ruled.departs))
        raise StageRefused("balance-grounds", rules=rules)
    if not ruled.postings and ruled.moves:
        raise StageRefused("balance-nothing")


def _version(ruled: Ruled) -> tuple[str, ...]:
    return (f"rules:{ruled.digest}",) if ruled.digest else ()


def _check_keeper(request: Request, touched: set[str]) -> None:
    """Whoever posts keeps the book of every place the entry moves."""
    strange = touched - {place_key(place) for place in keeping_places(request.user)} - {OUTSIDE}
    if strange:
        names = "、".join(place.name for place in places_by_key(strange).values() if place)
        raise StageRefused("balance-not-keeper", places=names)


def _minted(moved: Iterable[Posting], parties: Parties) -> set[str]:
    """The places that credit comes to from outside the book."""
    found = list(moved)
    made = {each.index for each in found if each.party == OUTSIDE and each.amount < 0}
    return {
        parties[each.party]
        for each in found
        if each.index in made and each.pool in CREDIT and each.amount > 0 and each.party in parties
    }
