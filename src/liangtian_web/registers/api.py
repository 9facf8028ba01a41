"""The registers for machines: the rows, entering many at once, confirming them, and who is suspended; done once for each key."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from liangtian.check.block_projects import Measured
from liangtian.messages import render
from liangtian.policy.unmeasured import reason_of
from liangtian_web.ledger.proposing import Problem, Problems
from liangtian_web.ledger.records import place_key
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request
from liangtian_web.registers import actions, grounds, reading
from liangtian_web.registers import suspension as gate
from liangtian_web.registers.kinds import REGISTERS, Register
from liangtian_web.registers.measuring import WAITS, Assessed, Shown, all_assessed
from liangtian_web.registers.models import Row
from liangtian_web.registers.queries import counties_of, in_force, places_of, rows_for
from liangtian_web.standing.api import Key, Limit, answers
from liangtian_web.standing.once import form_number, in_both, once
from liangtian_web.standing.schemas import Writable

router = Router(tags=["registers"])


class ColumnOut(Schema):
    """A column of a register: how it is read, and the choices it has."""

    name: str
    label: str
    shape: str
    required: bool
    choices: list[str]


class RegisterOut(Schema):
    """A register; `nil`: a place reports that it has nothing to enter."""

    id: str
    label: str
    key: str
    rule: str
    nil: bool
    columns: list[ColumnOut]


class Registers(Schema):
    """All of them."""

    registers: list[RegisterOut]


class RowOut(Schema):
    """A row; `decided` is null while it waits, then whether it was confirmed."""

    uuid: UUID
    kind: str = Field(description="the register it stands in")
    place: str
    key: str
    state: str
    since: date
    document: str
    content: dict[str, str]
    user: str
    recorded_at: datetime
    boundary_m2: Decimal | None = Field(description="of a row with a ground of its own")
    boundary_digest: str | None
    decided: bool | None
    decided_by: str | None
    reason: str


class Rows(Schema):
    """Rows, newest first; `before` asks for the next page and is null on the last."""

    rows: list[RowOut]
    before: int | None


class InForce(Schema):
    """The confirmed rows that hold on a day."""

    on: date
    rows: list[RowOut]


class ProjectOut(Schema):
    """A project and what the survey that counts shows of it; `reason` in both languages where a figure is not known."""

    row: UUID
    key: str
    works_on: date | None
    built_on: date | None
    block_m2: Decimal | None
    size_class: str | None
    farmland_m2: Decimal | None
    surveyed_on: date | None
    surveys: list[str] = Field(description="versions of the land use with their digests")
    reason: dict[str, str] | None


class TargetOut(Schema):
    """What an obligation answers."""

    rule: str
    outcome: str
    measured: float | None
    required: float | None
    zh: str
    en: str


class MeasuredOut(Schema):
    """The projects of a county, and how its targets stand."""

    place: str
    projects: list[ProjectOut]
    findings: list[TargetOut]
    digest: str = Field(description="of the rules that answered")


class MeasuredPlaces(Schema):
    """The counties of the user."""

    on: date
    places: list[MeasuredOut]


class RowsAsked(Schema):
    """Rows by the names of the columns, a place by its code, number or name; kept all or none.

    A row of a register of projects with a ground of their own brings it as `boundary`: GeoJSON in degrees, as text.
    """

    rows: list[dict[str, Writable]] = Field(min_length=1, max_length=reading.ROWS_MAX)


class RowsDecided(Schema):
    """Confirm rows, or send them back with a reason."""

    rows: list[UUID] = Field(min_length=1, max_length=reading.ROWS_MAX)
    confirm: bool
    reason: Writable = Field("", max_length=500)


class SuspensionOut(Schema):
    """How a place stands to the suspension of its other approvals: pass, fail, unknown or not_applicable, and by which rows."""

    place: str
    outcome: str
    since: date | None
    rows: list[UUID]
    digest: str


class Suspensions(Schema):
    """The counties and zones of the user, those suspended first."""

    on: date
    places: list[SuspensionOut]


@router.get("", response=answers(Registers), summary="The registers and their columns")
def registers(request: Request) -> Any:
    """What each holds; the same for everybody."""
    return {"registers": [_register(each) for each in REGISTERS.values()]}


@router.get("/suspensions", response=answers(Suspensions), summary="Whose other approvals are suspended on a day")
def suspensions(request: Request, on: date | None = None) -> Any:
    """As the page shows it."""
    day = _day(on)
    places = [
        {"place": place_key(each.place), "outcome": each.outcome.value, "since": each.since, "digest": each.digest,
         "rows": [breach.ground.row.uuid for breach in each.breaches]}
        for each in gate.standings_for(request.user, day)
    ]  # fmt: skip
    return {"on": day, "places": places}


@router.get(
    "/block-project/measured",
    response=answers(MeasuredPlaces),
    summary="Projects as surveys show them, and the targets",
)
def measured(request: Request, on: date | None = None) -> Any:
    """By county; what was not measured yet says so."""
    day = _day(on)
    counties = counties_of(request.user).order_by("path")
    return {"on": day, "places": [_measured(each) for each in all_assessed(counties, day)]}


@router.get("/rows/{uuid}", response=answers(RowOut), summary="A row")
def row(request: Request, uuid: UUID) -> Any:
    """One row of the user's places."""
    return _out(get_object_or_404(rows_for(request.user), uuid=uuid))


@router.get("/{kind}/rows", response=answers(Rows), summary="Rows as they were entered, newest first")
def rows(request: Request, kind: str, before: int | None = None, limit: int = Limit) -> Any:
    """Whatever became of them."""
    asked = rows_for(request.user).filter(register=_known(kind).id).order_by("-pk")
    found = list((asked.filter(pk__lt=before) if before else asked)[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    return {"rows": [_out(each) for each in found[:limit]], "before": more}


@router.get("/{kind}/in-force", response=answers(InForce), summary="The confirmed rows that hold on a day")
def in_force_on(request: Request, kind: str, on: date | None = None) -> Any:
    """Of the user's places."""
    day, known = _day(on), _known(kind)
    return {"on": day, "rows": [_out(each) for each in in_force(places_for(request.user), day, known.id)]}


@router.post("/{kind}/rows", response=answers(Rows, 201), summary="Enter rows, all or none")
def enter(request: Request, kind: str, asked: RowsAsked, idempotency_key: str = Key) -> Any:
    """The same validator as the form and the workbook: every error of every row at once, in `problems`."""
    known = _known(kind)
    places = list(places_of(request.user, known))
    if not places:
        raise PermissionDenied

    def read() -> list[reading.Given]:
        given, problems = reading.read(known, asked.rows, reading.known_as(places), first=1)
        if known.ground and not problems:
            for each, row in zip(given, filter(_says_something, asked.rows), strict=True):
                each.ground = grounds.handed([], row["boundary"]) if row.get("boundary") else None
            problems = reading.attach(known, given, {}, first=1)
        if problems:
            words = reading.headings(known)
            raise Problems(
                [Problem(each.row, each.column, each.text, str(words.get(each.column, ""))) for each in problems]
            )
        return given

    def work() -> tuple[int, dict[str, Any]]:
        made = actions.enter(request, known, in_both(read), form_number(request, idempotency_key))
        return 201, {"rows": [_out(each) for each in made], "before": None}

    return Status(*once(request, idempotency_key, asked.dict(), work))


@router.post("/{kind}/decision", response=answers(Rows), summary="Confirm rows or send them back, all or none")
def decide(request: Request, kind: str, asked: RowsDecided, idempotency_key: str = Key) -> Any:
    """By another person, of the level above."""
    chosen = rows_for(request.user).filter(register=_known(kind).id, uuid__in=asked.rows)
    if chosen.count() != len(set(asked.rows)):
        raise Http404

    def work() -> tuple[int, dict[str, Any]]:
        actions.decide(request, chosen, confirmed=asked.confirm, reason=asked.reason)
        return 200, {"rows": [_out(each) for each in chosen.all().order_by("pk")], "before": None}

    return Status(*once(request, idempotency_key, asked.dict(), work))


def _says_something(row: dict[str, str]) -> bool:
    """Rows that say nothing are passed over."""
    return any(row.values())


def _known(name: str) -> Register:
    if name not in REGISTERS:
        raise Http404
    return REGISTERS[name]


def _day(on: date | None) -> date:
    if on is not None and not reading.FIRST <= on <= reading.LAST:
        raise Http404
    return on or timezone.localdate()


def _register(found: Register) -> dict[str, Any]:
    columns = [
        {"name": each.name, "label": str(each.label), "shape": each.shape.value, "required": each.required,
         "choices": list(each.words()) if each.shape == "choice" else []}
        for each in found.columns
    ]  # fmt: skip
    return {"id": found.id, "label": str(found.label), "key": found.key, "rule": found.rule, "nil": found.nil,
            "columns": columns}  # fmt: skip


def _measured(found: Assessed) -> dict[str, Any]:
    findings = [
        {"rule": each.rule, "outcome": each.outcome.value, "measured": each.measured, "required": each.required,
         "zh": render(each), "en": render(each, lang="en")}
        for each in found.findings
    ]  # fmt: skip
    projects = [_project(each, each.measured or WAITS) for each in found.projects]
    return {"place": place_key(found.place), "projects": projects, "findings": findings, "digest": found.digest}


def _project(each: Shown, found: Measured) -> dict[str, Any]:
    reason = None if found.cause is None else {"zh": reason_of(found.cause, "zh"), "en": reason_of(found.cause, "en")}
    return {
        "row": each.row.uuid, "key": each.row.key, "works_on": each.project.works_on, "built_on": each.project.built_on,
        "block_m2": found.block_m2, "size_class": each.size, "farmland_m2": found.farmland_m2,
        "surveyed_on": found.surveyed_on, "surveys": list(found.surveys), "reason": reason,
    }  # fmt: skip


def _out(each: Row) -> dict[str, Any]:
    decision, ground = getattr(each, "decision", None), getattr(each, "ground", None)
    return {
        "boundary_m2": ground.area_m2 if ground else None, "boundary_digest": ground.digest if ground else None,
        "uuid": each.uuid, "kind": each.register, "place": place_key(each.place), "key": each.key, "state": each.state,
        "since": each.since, "document": each.document, "content": each.content, "user": each.user.username,
        "recorded_at": each.recorded_at, "decided": decision.confirmed if decision else None,
        "decided_by": decision.user.username if decision else None, "reason": decision.reason if decision else "",
    }  # fmt: skip
