"""Many of one form from a workbook: a row is filled in as the form itself, and is right or wrong as the form is.

Either every row is handed in or none; everything wrong with any row is said at once, by row and heading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.utils.translation import gettext, override

from liangtian.errors import LiangtianError
from liangtian_web.ledger.proposing import Problem, Problems
from liangtian_web.ledger.sheet_words import NumberField, UnclearWord, filled_in, heading, headings
from liangtian_web.ledger.workbooks import read_table
from liangtian_web.people.requests import Request
from liangtian_web.refusals import sentence
from liangtian_web.trail.export import Table

# Data → the form; None: the blank one, whose fields are the columns. A row that names nothing its form could be about
# raises `ValidationError` with the column's name.
Filled = Callable[[Mapping[str, Any] | None], Any]
Row = tuple[int, dict[str, str]]  # its number in the sheet, column → text
ROWS_MAX = 200
LIST = "__list"  # a column that only exported lists have


def template(make: Filled, title: str, rows: Iterable[Mapping[str, Any]] = (), about: Iterable[str] = ()) -> Table:
    """The workbook to fill in: a column for each field, its choices under the heading of their own row.

    Parameters
    ----------
    rows : what is filled in already, by column
    about : further columns of these rows, for who fills them in to read; they are passed over when it is handed in
    """
    columns = {field.name: heading(field) for field in make(None).visible_fields()} | {each: each for each in about}
    return Table(title, list(columns.values()), ([row.get(name) for name in columns] for row in rows))


def naming(column: str, word: Any, find: Callable[[Mapping[str, Any]], Any], form: Callable[[Any, Any], Any]) -> Filled:
    """What makes the forms of rows that each name, in a column of its own, the record they are about.

    Parameters
    ----------
    find : data of a row → the record; raises `ValidationError` with the column's name
    form : record, data → the form; of no record the one with every field that any of them asks for
    """

    def make(data: Mapping[str, Any] | None) -> Any:
        if data is not None:
            return form(find(data), data)
        blank = form(None, None)
        blank.fields[column] = NumberField(label=word)
        blank.order_fields([column])
        return blank

    return make


def hand_in_all(
    request: Request, make: Filled, rows: Iterable[Row], number: UUID, left: Callable[[], list[Problem]] = list
) -> list[Any]:
    """Hand in every row of a workbook, or none.

    Parameters
    ----------
    rows : of `read_rows`
    number : of the form that was sent; a row sent again under it makes nothing new
    left : what is wrong with the whole once every row is read

    Raises
    ------
    Problems : everything that is wrong, row by row
    """
    blank = make(None)
    problems: list[Problem] = []
    made = []
    with transaction.atomic():
        for n, texts in rows:
            form, found = _filled(make, blank, (n, texts), uuid5(number, str(n)))
            if not found:
                try:
                    with transaction.atomic():
                        made.append(form.hand_in(request))
                except LiangtianError as error:
                    found = [Problem(n, "", sentence(error, request.language))]
            problems += found
        problems += left()
        if problems:
            raise Problems(problems)
    return made


def read_rows(make: Filled, content: bytes) -> list[Row]:
    """The rows of a workbook that are not blank.

    Raises
    ------
    Problems : it cannot be read, lacks a column, or has no row or too many
    """
    form = make(None)
    needed = [(field.name, heading(field)) for field in form.visible_fields() if field.field.required]
    rows = read_table(content, _headings(make) | {LIST: {"状态", "结论", "State", "Verdict"}}, needed)
    if any(row.pop(LIST) for row in rows):
        said = gettext(
            "这是导出的清单，其中的日期和文号是清单上各件自己的。请下载待办清单或空表填写，件号可从清单复制。"
        )
        raise Problems([Problem(0, "", said)])
    found = [(n, row) for n, row in enumerate(rows, 2) if any(row.values())]
    if not found:
        raise Problems([Problem(0, "", gettext("没有内容。请至少填一行。"))])
    if len(found) > ROWS_MAX:
        raise Problems([Problem(0, "", gettext("超过 %(most)s 行。请分成几份。") % {"most": ROWS_MAX})])
    return found


def _headings(make: Filled) -> dict[str, set[str]]:
    """Field → the headings its column may have: its label in each language."""
    found: dict[str, set[str]] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for field in make(None).visible_fields():
                found.setdefault(field.name, set()).update(headings(field))
    return found


def _filled(make: Filled, blank: Any, row: Row, number: UUID) -> tuple[Any, list[Problem]]:
    """The form of a row, and what is wrong with it; a formula is named as one."""
    n, texts = row
    formulas = [name for name, text in texts.items() if text.startswith("=")]
    if formulas:
        said = gettext("是公式。请粘贴为数值后重试。")
        return None, [Problem(n, name, said, heading(blank[name])) for name in formulas]
    numbers = {field.name: str(number) for field in blank.hidden_fields()}
    try:
        form = make(texts | numbers)
    except forms.ValidationError as error:
        wrong = error.message_dict.items()
        found = [Problem(n, name, text, heading(blank[name])) for name, said in wrong for text in said]
        return None, found + list(_errors_of_cells(blank, row))
    form.data, unclear = _data(form, texts)
    form.data |= numbers
    asked = {name for name, field in blank.fields.items() if isinstance(field, NumberField)} | set(form.fields)
    strange = [name for name, text in texts.items() if text and name not in asked]
    asks_less = gettext("这一件不填这一栏。")
    found = [Problem(n, name, text, heading(form[name])) for name, text in unclear.items()]
    found += [Problem(n, name, asks_less, heading(blank[name])) for name in strange]
    return form, found + list(_errors(form, n, unclear))


def _errors_of_cells(blank: Any, row: Row) -> Iterator[Problem]:
    """What is wrong with the cells of a row alone, where it names nothing that its form could be about."""
    n, texts = row
    data, unclear = _data(blank, texts)
    for name in texts:
        field = blank.fields[name]
        if isinstance(field, NumberField) or (isinstance(field, forms.ModelChoiceField) and field.queryset is None):
            continue
        try:
            if name not in unclear:
                field.clean(field.widget.value_from_datadict(data, {}, name))
        except forms.ValidationError as error:
            unclear[name] = error.messages[0]
        if name in unclear:
            yield Problem(n, name, unclear[name], heading(blank[name]))


def _data(form: Any, texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the page would send for the row, and what is unclear: column → what to do."""
    found: dict[str, Any] = {}
    unclear: dict[str, str] = {}
    for name, text in texts.items():
        if name not in form.fields:
            continue
        try:
            found |= {name: said} if (said := filled_in(form.fields[name], text)) else {}
        except UnclearWord as error:
            unclear[name] = str(error)
    return found, unclear


def _errors(form: Any, n: int, known: Iterable[str]) -> Iterator[Problem]:
    for name, texts in form.errors.items():
        if name == NON_FIELD_ERRORS:
            yield from (Problem(n, "", str(text)) for text in texts)
        elif name not in known:
            yield from (Problem(n, name, str(text), heading(form[name])) for text in texts)
