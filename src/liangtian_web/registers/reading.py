"""One validator for the form and the workbook: every problem of every row at once, nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.entry import AMOUNT_MAX
from liangtian_web.ledger.records import place_key
from liangtian_web.people.models import Place
from liangtian_web.registers.grounds import Handed, earlier
from liangtian_web.registers.kinds import LISTED, NIL, NIL_KEY, STATES, Column, Register, Shape
from liangtian_web.registers.models import area_m2_of
from liangtian_web.texts import unwritable

ROWS_MAX = 2000
FIRST, LAST = date(1990, 1, 1), date(2200, 12, 31)
# 1200, 1,200 or 1，200, whole or with a fraction; nothing else a careless reader would take for a number.
NUMBER = re.compile(r"([0-9]{1,3}(?:[,，][0-9]{3})+|[0-9]+)(\.[0-9]{1,6})?")
# 2024-01-31, 2024/1/31 or 2024年1月31日; a sheet adds the hour.
DAY = re.compile(r"([0-9]{4})[-/年]([0-9]{1,2})[-/月]([0-9]{1,2})日?(?: 00:00:00)?")
LENGTHS = {"number": 60, "name": 100, "document": 200}
LENGTH = 200
HEAD = {"place": _("责任单元"), "state": _("状态")}
TAIL = {"since": _("生效日期"), "document": _("依据文件")}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which row and column; row 0 is the only one there is, an empty column the whole row."""

    row: int
    column: str
    text: str

    def said(self, register: Register) -> str:
        """The problem with the row and the heading of the column."""
        where = gettext("第 %(row)s 行") % {"row": self.row} if self.row else ""
        return " ".join(filter(None, [where, str(headings(register).get(self.column, "")), self.text]))


@dataclass(slots=True)
class Given:
    """A row as it will be kept.

    Attributes
    ----------
    ground : its boundary, in a register that asks for one
    """

    place: Place
    key: str
    state: str
    document: str
    since: date
    content: dict[str, Any] = field(default_factory=dict)
    ground: Handed | None = None


def headings(register: Register) -> dict[str, Any]:
    """Name → heading of every column of a register's workbook, in order."""
    return HEAD | {each.name: each.label for each in register.columns} | TAIL


def all_headings(register: Register) -> dict[str, set[str]]:
    """The headings a column may have: its words in each language."""
    found: dict[str, set[str]] = {name: set() for name in headings(register)}
    for language in ("zh-hans", "en"):
        with override(language):
            for name, word in headings(register).items():
                found[name].add(str(word))
    return found


def known_as(places: Sequence[Place]) -> dict[str, Place | None]:
    """Names, codes and numbers of places lead to them; a name that several places bear leads to None."""
    found: dict[str, Place | None] = {}
    for place in places:
        found[place.name] = None if place.name in found else place
    for place in places:
        found |= {place_key(place): place, f"p{place.pk}": place}
    return found


def attach(register: Register, given: Sequence[Given], handed: Mapping[str, Handed], *, first: int) -> list[Problem]:
    """Give each row listed its boundary, or that of the row it continues; what lacks one is a problem.

    Parameters
    ----------
    given : rows that may bring their own
    handed : boundaries by number, of rows that bring none
    first : what messages call the first of the rows, none of which was empty
    """
    problems, before = list[Problem](), dict[tuple[int, str], Handed]()
    for number, each in sorted(enumerate(given, first), key=lambda one: one[1].since):
        if each.state == LISTED:
            who = (each.place.pk, each.key)
            own = each.ground or handed.get(each.key) or before.get(who)
            each.ground = own or earlier(register.id, each.place, each.key, each.since)
            if each.ground is None:
                problems.append(Problem(number, register.key, no_ground()))
            else:
                before[who] = each.ground
    listed = {each.key for each in given if each.state == LISTED}
    unasked = {each.key for each in given if each.state != LISTED and each.ground is not None}
    if strange := sorted(set(handed) - listed | unasked):
        said = gettext("范围文件中的“%(keys)s”不在表中。请核对项目编号。")
        problems.append(Problem(0, "", said % {"keys": "、".join(strange[:10])}))
    return sorted(problems, key=lambda each: each.row)


def no_ground() -> str:
    """What is said of a row that has no boundary."""
    return gettext("没有范围。请上传项目的范围文件。")


def read(
    register: Register, rows: Sequence[Mapping[str, str]], places: Mapping[str, Place | None], *, first: int = 0
) -> tuple[list[Given], list[Problem]]:
    """Read rows of text; with any problem nothing should be kept.

    Parameters
    ----------
    places : those the user may enter rows for (`known_as`)
    first : what messages call the first row: 2 in a workbook, under its headings; 0 for the one row of a form
    """
    given: list[Given] = []
    problems: list[Problem] = []
    seen: dict[tuple[int, str, date], int] = {}
    numbered = [(number, row) for number, row in enumerate(rows, first) if any(row.values())]
    if not numbered:
        problems.append(Problem(0, "", gettext("没有内容。请至少填一行。")))
    if len(numbered) > ROWS_MAX:
        problems.append(Problem(0, "", gettext("超过 %(most)s 行。请分成几份。") % {"most": ROWS_MAX}))
    for number, row in numbered[: ROWS_MAX + 1]:
        values: dict[str, Any] = {}
        wrong = [Problem(number, name, text) for name, text in _problems(register, row, places, values)]
        problems += wrong
        if wrong:
            continue
        made = _given(register, values)
        if (earlier := seen.setdefault((made.place.pk, made.key, made.since), number)) != number:
            problems.append(Problem(number, "", gettext("与第 %(row)s 行重复。") % {"row": earlier}))
        given.append(made)
    return given, problems


def _given(register: Register, values: Mapping[str, Any]) -> Given:
    content = {each.name: values[each.name] for each in register.columns if values.get(each.name) is not None}
    key = NIL_KEY if values["state"] == NIL else str(values[register.key])
    return Given(values["place"], key, values["state"], values["document"], values["since"], content)


def _problems(
    register: Register, row: Mapping[str, str], places: Mapping[str, Place | None], values: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """What is wrong in which column; what is right goes into `values`."""
    texts = {name: row.get(name, "").strip() for name in headings(register)}
    odd = dict(_unreadable(texts))
    yield from odd.items()
    readable = {name: text for name, text in texts.items() if name not in odd}
    yield from _of_place(readable, places, values)
    yield from _of_state(register, readable, values)
    state = values.get("state", LISTED)
    columns = [Column(name, label, Shape.DAY if name == "since" else Shape.TEXT) for name, label in TAIL.items()]
    yield from _of_columns(columns, readable, values, needed=lambda _column: True)
    if state == NIL:
        filled = [each.name for each in register.columns if readable.get(each.name) and each.name != "unit"]
        yield from ((name, gettext("零报告的行这一列应留空。")) for name in filled)
        return
    columns = [each for each in register.columns if each.name in readable]
    yield from _of_columns(
        columns, readable, values, needed=lambda each: each.required and (state == LISTED or each.name == register.key)
    )
    yield from _of_whole(register, values)


def _unreadable(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What no column can hold."""
    for name, text in texts.items():
        if len(text) > LENGTHS.get(name, LENGTH):
            yield name, gettext("超过 %(most)s 字。请缩短。") % {"most": LENGTHS.get(name, LENGTH)}
        elif unwritable(text):
            yield name, gettext("含有不能保存的字符。请重新填写。")
        elif text.startswith("="):
            yield name, gettext("是公式。请粘贴为数值后重试。")


def _of_place(
    texts: Mapping[str, str], places: Mapping[str, Place | None], values: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    if "place" not in texts:
        return
    text = texts["place"]
    if not text:
        yield "place", gettext("未填。")
    elif text not in places:
        yield "place", gettext("“%(value)s”不是您可以登记的责任单元。请填名称或区划代码。") % {"value": text}
    elif places[text] is None:
        yield "place", gettext("不止一个责任单元叫“%(value)s”。请填区划代码。") % {"value": text}
    else:
        values["place"] = places[text]


def _of_state(register: Register, texts: Mapping[str, str], values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    offered = {name: word for name, word in STATES.items() if name != NIL or register.nil}
    found = _ids(lambda: offered).get(texts.get("state") or LISTED)
    if found is None:
        yield "state", gettext("“%(value)s”不在可选范围内。") % {"value": texts["state"]}
    else:
        values["state"] = found


def _of_columns(
    columns: Sequence[Column], texts: Mapping[str, str], values: dict[str, Any], *, needed: Callable[[Column], bool]
) -> Iterator[tuple[str, str]]:
    for column in columns:
        text = texts.get(column.name)
        if text is None:
            continue
        if not text:
            if needed(column):
                yield column.name, gettext("未填。")
            continue
        value, problem = READERS[column.shape](column, text)
        if problem:
            yield column.name, problem
        else:
            values[column.name] = value


def _of_whole(register: Register, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What only several columns together can be wrong in."""
    areas = [each.name for each in register.columns if each.shape == Shape.AREA and each.name in values]
    if "unit" in values:
        yield from (
            (name, gettext("超出范围。")) for name in areas if area_m2_of(values, name) > AMOUNT_MAX
        )  # fmt: skip
    if values.get("state") == LISTED and areas:
        amounts = [Decimal(values[each.name]) for each in register.columns if each.name in values
                   and each.shape in (Shape.AREA, Shape.KG)]  # fmt: skip
        if not any(amounts):
            yield areas[0], gettext("不能都是 0。没有的请用零报告。") if register.nil else gettext("须大于 0。")
    if values.get("built_on") and values.get("works_on") and values["built_on"] < values["works_on"]:
        yield "built_on", gettext("早于开工日期。")
    if values.get("due_on") and values.get("since") and date.fromisoformat(values["due_on"]) < values["since"]:
        yield "due_on", gettext("早于生效日期。")


def _text(column: Column, text: str) -> tuple[Any, str]:
    if column.name == "number" and text == NIL_KEY:
        return None, gettext("“%(value)s”不是编号。") % {"value": text}
    return text, ""


def _year(column: Column, text: str) -> tuple[Any, str]:
    found = re.fullmatch(r"((?:19|20|21)[0-9]{2})(?:\.0)?年?", text)
    return (found.group(1), "") if found else (None, gettext("“%(value)s”不是年份。") % {"value": text})


def _area(column: Column, text: str) -> tuple[Any, str]:
    found = NUMBER.fullmatch(text)
    if found is None:
        return None, gettext("“%(value)s”不是数。") % {"value": text}
    return re.sub("[,，]", "", text), ""


def _kg(column: Column, text: str) -> tuple[Any, str]:
    found = NUMBER.fullmatch(text)
    if found is None:
        return None, gettext("“%(value)s”不是数。") % {"value": text}
    if (found.group(2) or ".").strip("0") != ".":
        return None, gettext("“%(value)s”不是整数。") % {"value": text}
    whole = int(re.sub("[,，]", "", found.group(1)))
    return (str(whole), "") if whole <= AMOUNT_MAX else (None, gettext("超出范围。"))


def _day(column: Column, text: str) -> tuple[Any, str]:
    found = DAY.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not FIRST <= day <= LAST:
        return None, gettext("“%(value)s”不是日期。请写成 2024-01-31。") % {"value": text}
    return (day if column.name == "since" else day.isoformat()), ""


def _choice(column: Column, text: str) -> tuple[Any, str]:
    found = _ids(column.words).get(text)
    return (found, "") if found else (None, gettext("“%(value)s”不在可选范围内。") % {"value": text})


def _ids(words: Callable[[], Mapping[str, Any]]) -> dict[str, str]:
    """The ids themselves and their words in each language lead to the ids."""
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for name, word in words().items():
                found |= {name: name, str(word): name}
    return found


READERS = {
    Shape.TEXT: _text, Shape.YEAR: _year, Shape.AREA: _area, Shape.KG: _kg, Shape.DAY: _day, Shape.CHOICE: _choice,
}  # fmt: skip


def shown(column: Column, content: Mapping[str, Any]) -> str:
    """A column of a row in words; an area without its unit."""
    value = content.get(column.name)
    if value is None:
        return ""
    if column.shape == Shape.CHOICE:
        return column.words().get(value, str(value))
    if column.shape in (Shape.AREA, Shape.KG):
        return f"{Decimal(value):,f}"
    return str(value)
