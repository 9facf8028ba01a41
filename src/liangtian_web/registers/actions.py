"""Enter rows and confirm another's: gather, decide, record. Nothing is edited; a later row supersedes an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from liangtian_web.errors import StageRefused
from liangtian_web.jobs import actions as jobs
from liangtian_web.jobs.models import Job
from liangtian_web.ledger.models import Entry
from liangtian_web.people.models import Place
from liangtian_web.people.requests import Request
from liangtian_web.registers import grounds
from liangtian_web.registers.kinds import Register
from liangtian_web.registers.measuring import assessed, keep_measured
from liangtian_web.registers.models import Decision, Naming, Row
from liangtian_web.registers.queries import places_of, waiting_for
from liangtian_web.registers.reading import Given
from liangtian_web.texts import unwritable
from liangtian_web.trail.actions import note


def enter(request: Request, register: Register, given: Sequence[Given], form: UUID) -> list[Row]:
    """Keep rows that wait for their confirmation, all or none; a form sent again leads to what it made.

    Raises
    ------
    PermissionDenied : a place the user may not enter rows for
    StageRefused (register-form-reused) : the form was sent before with other rows, or by somebody else
    StageRefused (register-nothing-to-end) : a row strikes out what was never entered
    GroundTaken (register-ground-taken) : another row has the same ground
    """
    mine = set(places_of(request.user, register).values_list("pk", flat=True))
    if {each.place.pk for each in given} - mine:
        raise PermissionDenied

    with transaction.atomic():
        sent = _sent_before(form, len(given))
        if register.ground:
            grounds.lock()
        for each in () if sent else given:
            _check_ending(register, each)
        made = [_keep(request, register, each, uuid5(form, str(number))) for number, each in enumerate(given)]
        for row in () if sent else made:  # after all are kept: one may give up the ground another takes
            grounds.check_free(row, request.user, waiting=True)
    return made


def _sent_before(form: UUID, count: int) -> bool:
    """Whether rows of a form were kept before, nobody else sending it until the transaction ends.

    Raises
    ------
    StageRefused : with more or fewer rows
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"registers.enter {form}"])
    numbers = [uuid5(form, str(number)) for number in range(count + 1)]
    kept = set(Row.objects.filter(uuid__in=numbers).values_list("uuid", flat=True))
    if kept and kept != set(numbers[:-1]):
        raise StageRefused("register-form-reused")
    return bool(kept)


def _check_ending(register: Register, given: Given) -> None:
    """Only what was entered can be struck out."""
    earlier = Row.objects.filter(register=register.id, place=given.place, key=given.key, decision__confirmed=True)
    newest = earlier.filter(since__lte=given.since).order_by("-since", "-pk").first()
    if given.state == "ended" and (newest is None or newest.is_ended):
        raise StageRefused("register-nothing-to-end", place=given.place.name, key=given.key)


def _keep(request: Request, register: Register, given: Given, uuid: UUID) -> Row:
    values = {name: getattr(given, name) for name in ("place", "key", "state", "document", "since", "content")}
    about: dict[str, Any] = {**values, "register": register.id, "user": request.user}
    row, fresh = Row.objects.get_or_create(uuid=uuid, defaults=about)
    if fresh:
        if given.ground is not None:
            grounds.keep(row, given.ground)
        note(request, "registers.enter", f"row:{row.uuid}", on=row.since, place=row.place)
    elif any(getattr(row, name) != value for name, value in about.items()) or _is_other_ground(row, given):
        raise StageRefused("register-form-reused")
    return row


def _is_other_ground(row: Row, given: Given) -> bool:
    kept = getattr(row, "ground", None)
    return (kept.digest if kept else None) != (given.ground.digest if given.ground else None)


def decide(request: Request, rows: QuerySet[Row], *, confirmed: bool, reason: str = "") -> list[Decision]:
    """Confirm rows or send them back, all or none: another's, from the level above, and once.

    The same decision of the same person on the same rows changes nothing.

    Raises
    ------
    StageRefused : none is chosen, or one is one's own, decided already, or to be confirmed from above
    """
    if unwritable(reason):
        raise StageRefused("register-reason-unwritable")

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registers.decide'))")  # one decision at a time
        chosen = list(rows.order_by("pk"))
        if earlier := _same(request, chosen, confirmed=confirmed, reason=reason):
            return earlier
        mine = set(waiting_for(request.user).values_list("pk", flat=True))
        if not chosen:
            raise StageRefused("register-none-chosen")
        for row in chosen:
            if row.pk not in mine:
                raise StageRefused(_why_not(request, row), row=str(row), place=row.place.name)
        bounded = [row for row in chosen if confirmed and row.kind.ground]
        if bounded:
            grounds.lock()
        made = [_record(request, row, confirmed=confirmed, reason=reason) for row in chosen]
        for row in bounded:
            grounds.check_free(row, request.user, waiting=False)
        measured = {row.place_id: row for row in bounded if row.is_listed}
        for row in measured.values():
            measure(request, row.place, max(row.since, timezone.localdate()))
        return made


def _same(request: Request, chosen: Sequence[Row], *, confirmed: bool, reason: str) -> list[Decision]:
    """The decisions on rows that the same person decided so before: sent again, it changes nothing."""
    made = Decision.objects.filter(row__in=chosen, confirmed=confirmed, reason=reason, user=request.user)
    found = list(made.order_by("row"))
    return found if len(found) == len(chosen) else []


def _why_not(request: Request, row: Row) -> str:
    if Decision.objects.filter(row=row).exists():
        return "register-decided"
    return "register-own-row" if row.user_id == request.user.pk else "register-granted-by-itself"


def _record(request: Request, row: Row, *, confirmed: bool, reason: str) -> Decision:
    made = Decision.objects.create(row=row, confirmed=confirmed, reason=reason, user=request.user)
    act = "registers.confirm" if confirmed else "registers.refuse"
    note(request, act, f"row:{row.uuid}", on=row.since, place=row.place)
    return made


def measure(request: Request, place: Place, on: date) -> Job | None:
    """Have the worker measure what has not been measured of a place's projects on a day; None: nothing is left to do."""
    if not any(each.measured is None for each in assessed(place, on).projects):
        return None
    title = gettext("量算%(place)s集中连片整治项目") % {"place": place.name}
    with transaction.atomic():
        job = jobs.defer("registers.measure", owner=request.user, place=place, title=title, number=place.pk, on=f"{on}")
        note(request, "registers.measure", f"place:{place.pk}", on=on, place=place)
    return job


def carry_out(job: Job, place: Place, on: date) -> None:
    """Measure one project after another; safe to repeat.

    Raises
    ------
    LiangtianError : a survey cannot be read
    JobCancelled : the user asked to stop
    """
    left = [each for each in assessed(place, on).projects if each.measured is None]
    for number, each in enumerate(left):
        jobs.report(job, 100 * number // len(left), _("正在量算 %(project)s"), project=each.row.title)
        keep_measured(each, place, on)


def name_entry(entry: Entry, place: Place, number: str) -> Naming:
    """Record that an entry of the book balances a key project, in the caller's transaction.

    The procedure that books a write-off, a commitment or its fulfilment calls it; the facts follow from it.
    """
    return Naming.objects.create(entry=entry, place=place, number=number)
