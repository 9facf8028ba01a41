"""A workbook sent to a page whose form has a `hand_in`: every row handed in, or what is wrong with any of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render

from liangtian.errors import LiangtianError
from liangtian.formats.features import Features
from liangtian_web.ledger.proposing import Problem, Problems
from liangtian_web.ledger.sheet import Filled, hand_in_all, read_rows, template
from liangtian_web.ledger.sheet_forms import GroundWorkbookForm, WorkbookForm
from liangtian_web.ledger.sheet_ground import Grounds
from liangtian_web.ledger.sheet_words import heading
from liangtian_web.ledger.turns import in_turn
from liangtian_web.onemap.boundaries import boundary_from
from liangtian_web.people.requests import Request
from liangtian_web.refusals import sentence
from liangtian_web.trail.actions import note
from liangtian_web.trail.export import workbook_bytes

OPEN, BLANK = "open", "blank"


@dataclass(frozen=True, slots=True)
class Todo:
    """Rows that are filled in as far as is known: what each is about.

    Attributes
    ----------
    rows : column → value
    about : the columns that are there to be read alone
    """

    rows: Sequence[Mapping[str, Any]]
    about: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Many:
    """A page on which many of one form are handed in by workbook.

    Attributes
    ----------
    name, word : of the form
    list_at, list_word : the list it belongs to
    done : where to go once everything is handed in
    make : data of a row → its form
    plot : row → what it calls its ground, of rows that have some; `make` then takes the grounds first
    todo : what there is to do now, where a row goes on with something
    app : whose export the taking of it is noted as
    """

    name: str
    word: str
    list_at: str
    list_word: str
    done: str
    make: Callable[..., Any]
    plot: Callable[[Mapping[str, Any]], str] | None = None
    todo: Callable[[], Todo] | None = None
    app: str = "balance"

    def blank(self) -> Filled:
        """What makes the form of a row, no ground known."""
        return partial(self.make, None) if self.plot else self.make


def many_page(request: Request, many: Many) -> HttpResponse | FileResponse:
    """Hand in the rows of a workbook, all or none; everything wrong with it is said at once. `take`: the workbook to fill in."""
    if request.method == "GET" and request.GET.get("take") in (OPEN, BLANK):
        return _taken(request, many)
    form = (GroundWorkbookForm if many.plot else WorkbookForm)(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            _hand_in(request, many, form.cleaned_data)
            return redirect(many.done)
        except Problems as error:
            problems = [str(each) for each in error.problems]
        except LiangtianError as error:
            problems = [sentence(error, request.language)]
    fields = many.blank()(None).visible_fields()
    columns = [f"{heading(field)}{'*' if field.field.required else ''}" for field in fields]
    asks = {"has_todo": many.todo is not None, "has_ground": many.plot is not None}  # a template would call them
    context = {"many": many, "workbook": form, "problems": problems, "columns": columns, **asks}
    return render(request, "many.html", context, status=400 if request.method == "POST" else 200)


def _hand_in(request: Request, many: Many, given: Mapping[str, Any]) -> None:
    """Hand in the rows.

    Raises
    ------
    LiangtianError : Problems of the rows, or the file with their ground cannot be read
    """
    rows = read_rows(many.blank(), given["workbook"].read())
    if not many.plot:
        in_turn(lambda: hand_in_all(request, many.make, rows, given["form"]))
        return
    boundary = boundary_from(given["files"], "", given["encoding"], given["crs"])
    names = [many.plot(texts) for _, texts in rows]

    def work() -> None:
        grounds = _grounds(boundary, names, given["named_by"].strip())
        hand_in_all(request, partial(many.make, grounds), rows, given["form"], grounds.left)

    in_turn(work)


def _grounds(boundary: Features, names: Sequence[str], named_by: str) -> Grounds:
    """The plots of a file, none of them taken yet.

    Raises
    ------
    Problems : no column of the file has names
    """
    try:
        return Grounds(boundary, names, named_by)
    except forms.ValidationError as error:
        raise Problems([Problem(0, "", text) for text in error.messages]) from error


def _taken(request: Request, many: Many) -> FileResponse:
    if request.GET["take"] == BLANK or many.todo is None:
        return blank(many.blank(), many.word)
    todo = many.todo()
    note(request, f"{many.app}.export", f"{many.name} xlsx {len(todo.rows)}")
    return blank(many.blank(), many.word, todo)


def handed_in_rows(request: Request, make: Filled) -> tuple[list[Any], dict[str, Any]]:
    """What the rows of a workbook made, and what the page says if they made nothing.

    Parameters
    ----------
    make : data of a row → the page's form
    """
    form = WorkbookForm(request.POST, request.FILES)
    made: list[Any] = []
    problems: list[str] = []
    if form.is_valid():
        try:
            rows = read_rows(make, form.cleaned_data["workbook"].read())
            made = in_turn(lambda: hand_in_all(request, make, rows, form.cleaned_data["form"]))
        except Problems as error:
            problems = [str(each) for each in error.problems]
    return made, {"form": make(None), "workbook": form, "problems": problems}


def blank(make: Filled, title: str, todo: Todo | None = None) -> FileResponse:
    """The workbook to fill in."""
    known: Iterable[Any] = (todo.rows, todo.about) if todo else ()
    made = workbook_bytes(template(make, title, *known))
    return FileResponse(io.BytesIO(made), as_attachment=True, filename=f"{title}.xlsx")
