"""A workbook sent to a page whose form has a `hand_in`: every row handed in, or what is wrong with any of them."""

from __future__ import annotations

import io
from typing import Any

from django.http import FileResponse

from liangtian_web.balance.sheet import Filled, hand_in_all, template
from liangtian_web.ledger.proposing import Problems
from liangtian_web.people.requests import Request
from liangtian_web.registers.forms import WorkbookForm
from liangtian_web.trail.export import workbook_bytes


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
            made = hand_in_all(request, make, form.cleaned_data["workbook"].read(), form.cleaned_data["form"])
        except Problems as error:
            problems = [str(each) for each in error.problems]
    return made, {"form": make(None), "workbook": form, "problems": problems}


def blank(make: Filled, title: str) -> FileResponse:
    """The workbook to fill in."""
    made = workbook_bytes(template(make, title))
    return FileResponse(io.BytesIO(made), as_attachment=True, filename=f"{title}.xlsx")
