"""登记: the registers, one row of one, many by workbook, the confirmation of a second person; who is suspended."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.errors import LiangtianError
from liangtian_web.ledger.proposing import Problems
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request
from liangtian_web.refusals import sentence
from liangtian_web.registers import actions, grounds, presentation, projects_shown, reading, workbooks
from liangtian_web.registers import suspension as gate
from liangtian_web.registers.forms import DayForm, RowForm, workbook_form
from liangtian_web.registers.grounds import GroundTaken
from liangtian_web.registers.kinds import NIL, REGISTERS, Register
from liangtian_web.registers.measuring import all_assessed
from liangtian_web.registers.queries import (
    counties_of,
    entering_places,
    ground_of,
    history,
    in_force,
    known_of,
    places_of,
    rows_for,
    silent,
    waiting_for,
)
from liangtian_web.trail.export import export, workbook_bytes

PAGE = 200


@require_GET
def index(request: Request) -> HttpResponse:
    """The registers with what holds and what waits, and how each place stands to the suspension."""
    form = DayForm(request.GET)
    day = form.day()
    rows = in_force(places_for(request.user), day)
    counts = {name: sum(row.register == name for row in rows) for name in REGISTERS}
    waiting = list(waiting_for(request.user))
    context = {
        "form": form,
        "day": day,
        "registers": [(each, counts[each.id], sum(row.register == each.id for row in waiting))
                      for each in REGISTERS.values()],
        "standings": [presentation.standing_shown(each) for each in gate.standings_for(request.user, day)],
        "silent": [(each, uuid4()) for each in silent(request.user, day)],
    }  # fmt: skip
    return render(request, "registers/index.html", context)


def _register(name: str) -> Register:
    if name not in REGISTERS:
        raise Http404
    return REGISTERS[name]


@require_GET
def register(request: Request, register: str) -> HttpResponse:
    """What waits for me, the rows in force on a day, and the newest entries whatever became of them."""
    found, form = _register(register), DayForm(request.GET)
    day = form.day()
    rows = rows_for(request.user).filter(register=found.id)
    context = {
        "register": found,
        "form": form,
        "day": day,
        "heads": presentation.heads(found),
        "waiting": presentation.lines(found, waiting_for(request.user).filter(register=found.id)[:PAGE], request.unit),
        "rows": presentation.lines(found, in_force(places_for(request.user), day, found.id), request.unit),
        "newest": presentation.lines(found, rows.order_by("-pk")[:PAGE], request.unit),
        "enters": places_of(request.user, found).exists(),
    }
    if found.ground:
        counties = counties_of(request.user).order_by("path")
        context["assessed"] = [projects_shown.of_place(request, each) for each in all_assessed(counties, day)]
    return render(request, "registers/register.html", context)


def _entering(request: Request, name: str) -> Register:
    found = _register(name)
    if not places_of(request.user, found).exists():
        raise PermissionDenied
    return found


@require_http_methods(["GET", "POST"])
def new(request: Request, register: str) -> HttpResponse:
    """Enter one row."""
    found = _entering(request, register)
    form = RowForm(request.user, found, request.POST or None, files=request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            (made,) = actions.enter(request, found, form.given, form.cleaned_data["form"])
            return redirect("registers:row", made.uuid)
        except GroundTaken as error:
            form.add_error("files", sentence(error, request.language))
    context = {"register": found, "form": form, "workbook": workbook_form(found), "problems": []}
    return render(request, "registers/new.html", context, status=400 if form.errors else 200)


@require_POST
def report_nil(request: Request, register: str) -> HttpResponse:
    """Report that a place has nothing to enter, from the first day of the year on: a row like any other, confirmed above."""
    found = _entering(request, register)
    if not found.nil:
        raise Http404
    first = DayForm(request.POST).day().replace(month=1, day=1)
    data = {"place": request.POST.get("place", ""), "document": request.POST.get("document", ""), "state": NIL,
            "since": f"{first}", "form": request.POST.get("form", "")}  # fmt: skip
    form = RowForm(request.user, found, data)
    if form.is_valid():
        actions.enter(request, found, form.given, form.cleaned_data["form"])
        return redirect("registers:index")
    context = {"register": found, "form": form, "workbook": workbook_form(found), "problems": []}
    return render(request, "registers/new.html", context, status=400)


@require_POST
def workbook(request: Request, register: str) -> HttpResponse:
    """Enter the rows of a workbook, all or none; everything wrong with it is said at once."""
    found = _entering(request, register)
    form = workbook_form(found, request.POST, request.FILES)
    problems: list[str] = []
    if form.is_valid():
        given, problems = _rows_in(request, found, form.cleaned_data)
        if not problems:
            try:
                actions.enter(request, found, given, form.cleaned_data["form"])
                return redirect("registers:register", found.id)
            except GroundTaken as error:
                problems = [sentence(error, request.language)]
    blank = RowForm(request.user, found)
    context = {"register": found, "form": blank, "workbook": form, "problems": problems}
    return render(request, "registers/new.html", context, status=400)


def _rows_in(request: Request, register: Register, sent: dict[str, Any]) -> tuple[list[reading.Given], list[str]]:
    """The rows of a workbook with their boundaries, and what is wrong with them in words."""
    try:
        rows = workbooks.rows_of(register, sent["workbook"].read())
    except Problems as error:
        return [], [str(each) for each in error.problems]
    places = reading.known_as(list(places_of(request.user, register)))
    given, problems = reading.read(register, rows, places, first=2)
    if register.ground and not problems:
        try:
            files = sent["files"]
            handed = grounds.handed_by_number(files, sent["encoding"], sent["crs"]) if files else {}
        except LiangtianError as error:
            return [], [sentence(error, request.language)]
        problems = reading.attach(register, given, handed, first=2)
    return given, [each.said(register) for each in problems]


@require_GET
def template(request: Request, register: str) -> FileResponse:
    """The workbook to fill in."""
    found = _register(register)
    table = workbooks.table_of(found, [], str(found.label))
    return FileResponse(io.BytesIO(workbook_bytes(table)), as_attachment=True, filename=f"{found.label}.xlsx")


@require_POST
def take_away(request: Request, register: str) -> HttpResponse:
    """The rows in force as a table that can be handed in again; that it was taken is noted."""
    found, day = _register(register), DayForm(request.POST).day()
    rows = in_force(places_for(request.user), day, found.id)
    table = workbooks.table_of(found, rows, str(found.label))
    return export(request, "registers.export", f"register:{found.id} {day}", table)


@require_POST
def measure(request: Request, register: str, number: int) -> HttpResponse:
    """Have what was not measured of a county's projects measured on their surveys."""
    found, day = _register(register), DayForm(request.POST).day()
    place = get_object_or_404(counties_of(request.user), pk=number)
    if not found.ground or not places_of(request.user, found).filter(pk=place.pk).exists():
        raise PermissionDenied
    actions.measure(request, place, day)
    return redirect(f"{reverse('registers:register', args=[found.id])}?on={day}")


@require_POST
def export_measured(request: Request, register: str) -> HttpResponse:
    """The projects with what the surveys show of them, as a table; that it was taken is noted."""
    found, day = _register(register), DayForm(request.POST).day()
    if not found.ground:
        raise Http404
    table = projects_shown.table(all_assessed(counties_of(request.user).order_by("path"), day), day)
    return export(request, "registers.export", f"register:{found.id} {day}", table)


@require_GET
def row(request: Request, uuid: UUID) -> HttpResponse:
    """One row: what it says, by which document, who entered and confirmed it, what it has come to in the book."""
    found, form = get_object_or_404(rows_for(request.user), uuid=uuid), DayForm(request.GET)
    day = form.day()
    ground = ground_of(found, day)
    mine = waiting_for(request.user).filter(pk=found.pk).exists()
    context: dict[str, Any] = {
        "row": found,
        "day": day,
        "state": presentation.state_of(found),
        "pairs": presentation.pairs(found, request.unit),
        "ground": ground,
        "owed": presentation.owed_rows(ground) if ground else [],
        "history": [(each, presentation.state_of(each)) for each in history(found)],
        "may_decide": mine,
        "own": found.user_id == request.user.pk,
        "go": ",".join(f"{degrees:.6f}" for degrees in found.ground.box) if hasattr(found, "ground") else "",
    }
    return render(request, "registers/row.html", context)


@require_POST
def decide(request: Request, register: str) -> HttpResponse:
    """Confirm the chosen rows or send them back."""
    found = _register(register)
    chosen = [text for text in request.POST.getlist("row") if _is_uuid(text)]
    rows = rows_for(request.user).filter(register=found.id, uuid__in=chosen)
    if rows.count() != len(set(chosen)):
        raise Http404
    reason = request.POST.get("reason", "").strip()[:500]
    actions.decide(request, rows, confirmed="confirm" in request.POST, reason=reason)
    return redirect("registers:register", found.id)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


@require_GET
def suspensions(request: Request) -> HttpResponse:
    """Every county and zone of the user's: suspended or not, since when, by what."""
    form = DayForm(request.GET)
    day = form.day()
    shown = [presentation.standing_shown(each) for each in gate.standings_for(request.user, day)]
    return render(request, "registers/suspensions.html", {"form": form, "day": day, "standings": shown})


@require_POST
def export_suspensions(request: Request) -> HttpResponse:
    """The same as a table, a row for each thing that suspends; that it was taken is noted."""
    day = DayForm(request.POST).day()
    table = presentation.standing_table(gate.standings_for(request.user, day), day)
    return export(request, "registers.export", f"suspension {day}", table)


@require_GET
def suspension(request: Request, number: int) -> HttpResponse:
    """One place: the reason with its rows, what ends it, who must act, what stays possible."""
    place = get_object_or_404(gate.suspendable(request.user), pk=number)
    form = DayForm(request.GET)
    day = form.day()
    known, found = known_of(place, day), gate.standing(place, day)
    context = {
        "form": form, "day": day, "facts": presentation.fact_words(known),
        "files": entering_places(request.user).filter(pk=place.pk).exists(),
        **presentation.standing_shown(found),
        "has_notice": found.is_suspended or gate.lifted(place, day) is not None,
    }  # fmt: skip
    return render(request, "registers/suspension.html", context)
