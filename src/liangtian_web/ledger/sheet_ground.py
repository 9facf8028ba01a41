"""The ground of the rows of a workbook, found by name in the one file that came with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from django import forms
from django.utils.translation import gettext

from liangtian.formats.features import Features
from liangtian_web.ledger.proposing import Problem

PLOT = "plot"  # the column that names the ground of a row
SEVERAL = re.compile("[、，,;；]")
SHOWN = 10


class Grounds:
    """Plots of a file by the name they have in one of its columns; each goes to one row.

    Parameters
    ----------
    names : what the rows call their plots
    named_by : the column with the names; empty: the one in which most of the rows' names are found

    Raises
    ------
    ValidationError : the file has no such column, or several that tell otherwise which plot is which
    """

    def __init__(self, features: Features, names: Iterable[str], named_by: str = "") -> None:
        self.features = features
        self.column, called = _column(features.attributes, {each for name in names for each in _plots(name)}, named_by)
        self.at: dict[str, list[int]] = {}
        for n, name in enumerate(called):
            self.at.setdefault(name, []).append(n)
        self.taken: set[str] = set()

    def of(self, text: str) -> Features:
        """The plots a row names: one, or several with 、 between them.

        Raises
        ------
        ValidationError : of the column `PLOT`: none of that name, several, or another row's
        """
        names = [text] if text in self.at else _plots(text)
        if not names:
            raise _unfound(gettext("请填地块的名称或编号。"))
        found = [self._one(name) for name in dict.fromkeys(names)]
        self.taken |= set(names)
        kept = np.array(found, dtype=np.int64)
        whole = self.features
        return replace(
            whole,
            geometry=whole.geometry[kept],
            rows=whole.rows[kept],
            attributes=whole.attributes.take(pa.array(kept)),
        )

    def _one(self, name: str) -> int:
        rows = self.at.get(name, [])
        words = {"name": name, "n": len(rows), "column": self.column}
        if name in self.taken:
            raise _unfound(gettext("地块“%(name)s”已用在前面的行。") % words)
        if len(rows) > 1:
            raise _unfound(gettext("范围文件中有 %(n)s 个叫“%(name)s”的地块。请改成不同的名称。") % words)
        if not rows:
            raise _unfound(gettext("范围文件的“%(column)s”一列中没有“%(name)s”。") % words)
        return rows[0]

    def left(self) -> list[Problem]:
        """The plots no row names."""
        over = [name or gettext("没有名称") for name in self.at if name not in self.taken]
        if not over:
            return []
        names = "、".join(over[:SHOWN]) + ("…" if len(over) > SHOWN else "")
        said = gettext("范围文件中有 %(n)s 个地块没有哪一行用到：%(names)s。") % {"n": len(over), "names": names}
        return [Problem(0, "", said)]


def plot_named(row: Mapping[str, Any]) -> str:
    """What a row calls its ground."""
    return str(row.get(PLOT) or "")


def _unfound(said: str) -> forms.ValidationError:
    return forms.ValidationError({PLOT: said})


def _plots(text: str) -> list[str]:
    return [part for each in SEVERAL.split(text) if (part := each.strip())]


def _column(table: pa.Table, names: set[str], named_by: str) -> tuple[str, Sequence[str]]:
    """A column of the file, and its cells as text."""
    if named_by and named_by not in table.column_names:
        known = "、".join(table.column_names[:SHOWN])
        said = gettext("范围文件没有“%(name)s”字段；现有：%(known)s。") % {"name": named_by, "known": known}
        raise forms.ValidationError(said)
    columns = {name: _texts(table[name]) for name in ([named_by] if named_by else table.column_names)}
    if not columns:
        raise forms.ValidationError(gettext("范围文件没有属性字段，无法按名称找到地块。"))
    most = max(len(names & set(cells)) for cells in columns.values())
    best = [name for name, cells in columns.items() if len(names & set(cells)) == most]
    if most and len({tuple(_at(names, columns[name])) for name in best}) > 1:
        said = gettext("范围文件的“%(columns)s”都有这些名称，指的却是不同的地块。请填地块名称字段。")
        raise forms.ValidationError(said % {"columns": "”、“".join(best[:SHOWN])})
    return best[0], columns[best[0]]


def _at(names: set[str], cells: Sequence[str]) -> list[tuple[str, int]]:
    """Where in a column the names stand."""
    return [(cell, n) for n, cell in enumerate(cells) if cell in names]


def _texts(column: pa.ChunkedArray) -> list[str]:
    """Cells as a workbook shows them: a whole number without its point."""
    return ["" if each is None else f"{each:.15g}" if isinstance(each, float) else str(each).strip()
            for each in column.to_pylist()]  # fmt: skip
