"""Block projects from a file of their boundaries: any format of vector data, a project a feature or several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from liangtian.check.block_projects import BlockProject
from liangtian.check.gather import boundary_of
from liangtian.errors import LayerInvalid
from liangtian.formats.features import Features

COLUMNS = {
    "project": ("project", "项目编号", "number", "xmbh", "项目名称", "name", "xmmc"),
    "works_on": ("works_on", "开工日期", "kgrq"),
    "built_on": ("built_on", "建成日期", "竣工日期", "jcrq"),
}
"""What a column may be called, the first that is there; ten bytes are all a shapefile leaves of a name."""
DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?(?:[ T]00:00.*)?")


def projects_of(features: Features) -> list[BlockProject]:
    """The projects of a file, in the order they first come; plots of one name are one project.

    Raises
    ------
    LayerInvalid (layer-invalid): no column of projects or of days, a project without a name, a day that is none,
        or one built before its works began.
    CrsMismatch (crs-mismatch): the file has no coordinate system.
    """
    names = _texts(features, "project")
    if any(not name for name in names):
        raise LayerInvalid("block-projects-unnamed", source=features.source, row=int(features.rows[names.index("")]))
    days = {column: _texts(features, column) for column in ("works_on", "built_on")}
    return [_project(features, name, rows, days) for name, rows in _grouped(names)]


def _project(features: Features, name: str, rows: list[int], days: dict[str, list[str]]) -> BlockProject:
    given = {column: {_day(features, name, texts[row]) for row in rows} for column, texts in days.items()}
    for column, found in given.items():
        if len(found) > 1:
            said = "、".join(sorted(str(day or "—") for day in found))
            raise LayerInvalid(
                "block-projects-two-days", source=features.source, project=name, column=column, days=said
            )
    works_on, built_on = (found.pop() for found in given.values())
    if works_on and built_on and built_on < works_on:
        raise LayerInvalid(
            "block-projects-built-first", source=features.source, project=name, works_on=works_on, built_on=built_on
        )
    at = np.array(rows)
    plots = replace(
        features, geometry=features.geometry[at], attributes=features.attributes.take(pa.array(rows)),
        rows=features.rows[at],
    )  # fmt: skip
    return BlockProject(name, boundary_of(plots), works_on, built_on)


def _grouped(names: list[str]) -> Iterator[tuple[str, list[int]]]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    yield from rows.items()


def _texts(features: Features, column: str) -> list[str]:
    """A column as text, whatever it is called; empty where it says nothing."""
    known = {name.strip().lower(): name for name in features.attributes.column_names}
    called = next((known[name] for name in COLUMNS[column] if name in known), None)
    if called is None:
        said = "、".join(COLUMNS[column])
        raise LayerInvalid("block-projects-no-column", source=features.source, column=column, known=said)
    values = features.attributes[called].to_pylist()
    return ["" if value is None else _plain(value) for value in values]


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.strftime("%Y-%m-%d") if isinstance(value, date | datetime) else str(value).strip()


def _day(features: Features, name: str, text: str) -> date | None:
    """2024-01-31, 2024/1/31, 20240131 or 2024年1月31日."""
    if not text:
        return None
    found = DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else _refuse(features, name, text)
    except ValueError:
        return _refuse(features, name, text)


def _refuse(features: Features, name: str, text: str) -> date:
    raise LayerInvalid("block-projects-bad-day", source=features.source, project=name, value=text)
