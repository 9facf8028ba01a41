"""Rows as their pages show them: cells in the unit of the header, what holds, what waits, what a row has come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext

from liangtian.check.result import as_data
from liangtian.messages import Language
from liangtian.policy.facts import dictionary, say
from liangtian_web.onemap.templatetags.land import area, unit_word
from liangtian_web.registers.kinds import STATES, Column, Register, Shape
from liangtian_web.registers.models import Row
from liangtian_web.registers.queries import Ground, Known
from liangtian_web.registers.reading import shown
from liangtian_web.registers.suspension import Breach, Standing
from liangtian_web.review.presentation import as_shown, gathered
from liangtian_web.trail.export import Table

TAGS = {"fail": "fail", "unknown": "unknown", "pass": "pass", "not_applicable": "not_applicable"}


def heads(register: Register) -> list[dict[str, Any]]:
    """The columns of a list."""
    shapes = (Shape.AREA, Shape.KG)
    return [{"word": each.label, "number": each.shape in shapes} for each in register.columns if each.name != "unit"]


def lines(register: Register, rows: Iterable[Row], unit: str) -> list[dict[str, Any]]:
    """Rows with their cells in the order of the headings."""
    words = heads(register)
    columns = [each for each in register.columns if each.name != "unit"]
    return [
        {"row": row, "state": state_of(row), "cells": [
            {**head, "text": cell(column, row, unit), "link": column.name == register.key}
            for head, column in zip(words, columns, strict=True)
        ]}
        for row in rows
    ]  # fmt: skip


def cell(column: Column, row: Row, unit: str) -> str:
    """One cell: an area in the unit of the header, anything else as it was given."""
    if column.name not in row.content:
        return str(STATES[row.state]) if column.name == row.kind.key else "—"
    if column.shape == Shape.AREA and "unit" in row.content:
        return f"{area(row.area_m2(column.name), unit)} {unit_word(unit)}"
    return shown(column, row.content)


def state_of(row: Row) -> tuple[str, str]:
    """What became of a row: the colour of its tag, and the word."""
    decision = getattr(row, "decision", None)
    if decision is None:
        return "unknown", gettext("待确认")
    if not decision.confirmed:
        return "fail", gettext("已退回")
    return ("", gettext("已移出")) if row.is_ended else ("pass", gettext("已确认"))


def pairs(row: Row, unit: str) -> list[tuple[Any, str]]:
    """The columns of one row for its page: areas in the unit of the header and as the document has them."""
    found: list[tuple[Any, str]] = []
    for column in row.kind.columns:
        if column.name == "unit" or column.name not in row.content:
            continue
        text = cell(column, row, unit)
        if column.shape == Shape.AREA and "unit" in row.content:
            given = f"{shown(column, row.content)} {row.kind.column('unit').words()[row.content['unit']]}"
            text += gettext("（文件：%(given)s）") % {"given": given}
        found.append((column.label, text))
    return found


def owed_rows(ground: Ground) -> list[dict[str, Any]]:
    """Index by index what is asked for, what the book shows, and what is still open."""
    return [
        {"index": "standard_first_m2" if name == "standard_m2" else name, "standard": name == "standard_m2",
         "owed": amount, "done": ground.done[name], "open": max(0, amount - ground.done[name])}
        for name, amount in ground.owed.items()
    ]  # fmt: skip


def fact_words(known: Mapping[str, Known]) -> list[dict[str, Any]]:
    """Facts the registers give, in words, with the rows they rest on."""
    english = get_language() == "en"
    found = []
    for name, each in known.items():
        fact = dictionary()[name]
        if fact.type == "codes":
            continue  # the rows say it
        told = say(name, each.value)
        is_area = fact.type == "area"
        found.append({"word": fact.en if english else fact.zh, "name": name, "value": told[english],
                      "area_m2": each.value if is_area else None, "grounds": each.grounds})  # fmt: skip
    return found


def standing_shown(standing: Standing) -> dict[str, Any]:
    """A standing with its tag and its findings in words."""
    language: Language = "en" if get_language() == "en" else "zh"
    word = {"fail": gettext("暂停报批"), "unknown": gettext("无法判断"), "pass": gettext("正常报批"),
            "not_applicable": gettext("不适用")}[standing.outcome]  # fmt: skip
    return {
        "standing": standing, "place": standing.place, "tag": TAGS[standing.outcome], "word": word,
        "since": standing.since,
        "found": gathered([as_shown(as_data(each, lang=language)) for each in standing.findings]),
        "breaches": [breach_shown(each) for each in standing.breaches],
        "silent": [each for each in SILENT if SILENT[each] not in standing.known],
    }  # fmt: skip


SILENT = {"key-project": "key_project_unbalanced", "standard-upgrade": "standard_farmland_upgrade_overdue"}


def breach_shown(breach: Breach) -> dict[str, Any]:
    """A breach in words: what, since when, what ends it, who acts."""
    who = {"unit": gettext("建设单位；可委托所在地政府（管委会）代为补充"), "county": gettext("县（市、区）政府"),
           "zone": gettext("功能区管委会")}[breach.who]  # fmt: skip
    cures = {"approval": gettext("在台账核销该项目应补的三项指标"), "commitment": gettext("符合条件的，以承诺方式落实"),
             "acceptance": gettext("标准农田项目验收入库，补足所欠面积")}  # fmt: skip
    return {
        "row": breach.ground.row, "since": breach.since, "who": who, "cures": [cures[each] for each in breach.cures],
        "owed": owed_rows(breach.ground), "ground": breach.ground, "key": breach.fact == "key_project_unbalanced",
    }  # fmt: skip


def standing_table(found: Iterable[Standing], day: date) -> Table:
    """Counties and zones with what suspends them; one that nothing suspends has one row."""
    heads = [gettext("责任单元"), gettext("有效日"), gettext("报批"), gettext("自"), gettext("原因"), gettext("依据文件"),
             gettext("由谁办"), gettext("怎么办")]  # fmt: skip
    rows: list[list[object]] = []
    for each in found:
        word = standing_shown(each)["word"]
        told: list[dict[str, Any] | None] = [breach_shown(breach) for breach in each.breaches]
        for one in told or [None]:
            why = (
                [one["since"], one["row"].title, one["row"].document, one["who"], "；".join(one["cures"])]
                if one
                else [""] * 5
            )
            rows.append([str(each.place), day, word, *why])
    return Table(gettext("建设用地报批"), heads, rows)
