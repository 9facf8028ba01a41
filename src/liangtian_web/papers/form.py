"""The form of a paper that goes to file: what it is called, what it says, who signs it.

A paper says a record as it was made, so the same record gives the same bytes: no clock, no unit of the header. What the
rulebook would say today of something that waits is not in it. A paper is one line of `contents`; its tables are `parts`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext

from liangtian.messages import Language
from liangtian.reports import page, sheet, word
from liangtian.reports.outline import Column, Kind, Outline, Section, cleaned
from liangtian_web.people.models import Place, User

Record = TypeVar("Record")
Part = Callable[[Any], Section | None]
RENDERERS = {
    "docx": (word.render, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (sheet.render, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": (page.render, "text/html; charset=utf-8"),
}
SEAL_MM = 22


@dataclass(frozen=True, slots=True)
class Asked:
    """Which day a paper is asked for, and up to which moment records are counted; None: all there are.

    Attributes
    ----------
    since : the first day, of a paper that speaks of several; None: the one it begins with by itself
    """

    on: date
    known_on: datetime | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """How a record stands, for the line under the title: its colour and its sentence."""

    tag: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Paper(Generic[Record]):
    """One kind of paper.

    Attributes
    ----------
    find : (user, what the address names, the days asked for) → the record, of the user's places only

    Raises of `find` : Http404
    title : lazily translated, or worked out from the record
    what : what the trail keeps, `filing:…`
    on, place : the day and place it speaks of
    head : words under the title
    parts : its tables in order; one that has nothing to say gives None
    seals : who signs, in order
    """

    find: Callable[[User, str, Asked], Record]
    title: Callable[[Record], str]
    what: Callable[[Record], str]
    on: Callable[[Record], date]
    place: Callable[[Record], Place]
    head: Callable[[Record], Sequence[tuple[str, str]]]
    said: Callable[[Record], Said]
    parts: Callable[[Record], Sequence[Part]]
    seals: Callable[[Record], Sequence[Any]]


def drawn(paper: Paper[Any], record: Any, form: str, lang: Language) -> bytes:
    """The paper of a record as the bytes of a file.

    Parameters
    ----------
    form : a key of `RENDERERS`
    """
    said = paper.said(record)
    found = (part(record) for part in paper.parts(record))
    sections = tuple(each for each in (*found, signatures(paper.seals(record))) if each)
    outline = Outline(
        lang=lang, on=f"{paper.on(record):%Y-%m-%d}", title=paper.title(record), outcome=said.tag, verdict=said.sentence,
        about=tuple(paper.head(record)), sections=sections, upright=True,
    )  # fmt: skip
    return RENDERERS[form][0](cleaned(outline))


def table(title: str, columns: Sequence[tuple[str, Kind]], rows: Sequence[Sequence[Any]], room_mm: int = 0) -> Section:
    """A table of a paper; without rows it says so."""
    heads = tuple(Column(label, kind) for label, kind in columns)
    return Section(title, title, heads, tuple(tuple(row) for row in rows), gettext("没有。"), room_mm)


def pairs(title: str, rows: Sequence[tuple[str, str]]) -> Section:
    """What is known of a record, a line each."""
    return table(title, [(gettext("项"), "text"), (gettext("内容"), "wording")], rows)


def signatures(seals: Sequence[Any]) -> Section | None:
    """Room to sign and seal, in the order in which it is signed."""
    if not seals:
        return None
    columns: list[tuple[str, Kind]] = [
        (gettext("单位（盖章）"), "text"), (gettext("签字"), "text"), (gettext("日期"), "centre")
    ]  # fmt: skip
    return table(gettext("签字盖章"), columns, [(str(each), "", "") for each in seals], SEAL_MM)
