"""How a value of a column is written: areas in m², 亩 and 公顷, what is not known in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from liangtian.reports.outline import Column, Kind, Outline, Section
from liangtian.units import AreaUnit, display_area

AREA_UNITS: tuple[tuple[AreaUnit, str], ...] = (("m2", "m²"), ("mu", "亩"), ("ha", "公顷"))
AREA_UNITS_EN: tuple[tuple[AreaUnit, str], ...] = (("m2", "m²"), ("mu", "mu"), ("ha", "ha"))


def headings(report: Outline, section: Section) -> Iterator[tuple[str, Kind]]:
    """Label and kind of each printed column; an area has three headings."""
    units = AREA_UNITS if report.lang == "zh" else AREA_UNITS_EN
    for column in section.columns:
        if column.kind == "area":
            yield from ((f"{column.label} {unit}", "area") for _, unit in units)
        else:
            yield column.label, column.kind


def texts(report: Outline, column: Column, value: Any) -> list[str]:
    """A value as it is printed; three texts for an area."""
    if column.kind == "area":
        if value == "":
            return ["", "", ""]
        if value is None:
            return [report.word("unknown")] * 3
        return [display_area(value, name) for name, _ in AREA_UNITS]
    if value is None:
        return [report.word("unknown")]
    return [f"{value:,}" if isinstance(value, (int, Decimal)) else str(value)]


def row_texts(report: Outline, section: Section, row: tuple[Any, ...]) -> list[str]:
    """A whole row as it is printed, as many texts as there are headings."""
    return [text for column, value in zip(section.columns, row, strict=True) for text in texts(report, column, value)]
