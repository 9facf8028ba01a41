"""Many of one form from a workbook: a row is filled in as the form itself, and is right or wrong as the form is.

Either every row is handed in or none; everything wrong with any row is said at once, by row and heading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.utils.translation import gettext, override

from liangtian.errors import LiangtianError
from liangtian_web.ledger.proposing import Problem, Problems
from liangtian_web.ledger.workbooks import read_table
from liangtian_web.people.requests import Request
from liangtian_web.refusals import sentence
from liangtian_web.trail.export import Table

Filled = Callable[[Mapping[str, Any] | None], Any]  # data → the form
ROWS_MAX = 200
MIDNIGHT = re.compile(r"(?<=[0-9]) 00:00:00$")  # what a sheet adds to a day
YES, NO = frozenset({"是", "yes", "true", "1"}), frozenset({"", "否", "no", "false", "0"})
GROUPED = re.compile(r"[0-9]{1,3}(?:[,，][0-9]{3})+")


def template(make: Filled, title: str) -> Table:
    """The workbook to fill in: a column for each field, its choices under the heading of their own row."""
    form = make(None)
    return Table(title, [_heading(field) for field in form.visible_fields()], [])


def hand_in_all(request: Request, make: Filled, content: bytes, number: UUID) -> list[Any]:
    """Hand in every row of a workbook, or none.

    Parameters
    ----------
    number : of the form that was sent; a row sent again under it makes nothing new

    Raises
    ------
    Problems : everything that is wrong, row by row
    """
    rows = list(_rows(make, content))
    problems: list[Problem] = []
    made = []
    with transaction.atomic():
        for n, texts in rows:
            form = make(_data(make, texts) | {"key": str(uuid5(number, str(n)))})
            found = _wrong(form, n, texts)
            if not found:
                try:
                    with transaction.atomic():
                        made.append(form.hand_in(request))
                except LiangtianError as error:
                    found = [Problem(n, "", sentence(error, request.language))]
            problems += found
        if problems:
            raise Problems(problems)
    return made


def _rows(make: Filled, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows that are not blank, with the number they have in the sheet."""
    form = make(None)
    needed = [(field.name, _heading(field)) for field in form.visible_fields() if field.field.required]
    rows = read_table(content, _headings(make), needed)
    found = [(n, row) for n, row in enumerate(rows, 2) if any(row.values())]
    if not found:
        raise Problems([Problem(0, "", gettext("没有内容。请至少填一行。"))])
    if len(found) > ROWS_MAX:
        raise Problems([Problem(0, "", gettext("超过 %(most)s 行。请分成几份。") % {"most": ROWS_MAX})])
    yield from found


def _heading(field: forms.BoundField) -> str:
    return str(field.field.label or field.field.widget.attrs.get("aria-label") or field.label)


def _headings(make: Filled) -> dict[str, set[str]]:
    """Field → the headings its column may have: its label in each language."""
    found: dict[str, set[str]] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for field in make(None).visible_fields():
                found.setdefault(field.name, set()).add(_heading(field))
    return found


def _data(make: Filled, texts: Mapping[str, str]) -> dict[str, Any]:
    """What the page would send for the row: a choice by its word, a number without its separators, a day without its hour.

    A box is ticked by 是 and left by 否; what is left is not sent.
    """
    form = make(None)
    found: dict[str, Any] = {}
    for name, text in texts.items():
        field, said = form.fields[name], MIDNIGHT.sub("", text)
        if isinstance(field, forms.BooleanField):
            said = "on" if said.lower() in YES else ""
            if not said:
                continue
        if hasattr(field, "choices"):
            words = {str(word): str(value) for value, word in field.choices}
            said = words.get(said, said)
        elif isinstance(field, forms.IntegerField) and GROUPED.fullmatch(said):
            said = re.sub("[,，]", "", said)
        found[name] = said
    return found


def _wrong(form: Any, n: int, texts: Mapping[str, str]) -> list[Problem]:
    """What the form says is wrong; a formula is named as one."""
    formulas = [name for name, text in texts.items() if text.startswith("=")]
    if formulas:
        said = gettext("是公式。请粘贴为数值后重试。")
        return [Problem(n, name, said, _heading(form[name])) for name in formulas]
    unclear = [
        Problem(n, name, gettext("请填“是”或“否”。"), _heading(form[name]))
        for name, text in texts.items()
        if isinstance(form.fields[name], forms.BooleanField) and text.lower() not in YES | NO
    ]
    return unclear + [
        Problem(n, "" if name == NON_FIELD_ERRORS else name, str(text), "" if name == NON_FIELD_ERRORS else _heading(form[name]))
        for name, texts_ in form.errors.items() for text in texts_
    ]  # fmt: skip
