"""A register as a workbook: an empty one to fill in, one handed in, and the rows in force taken away; the same columns."""

from __future__ import annotations

from collections.abc import Iterable

from liangtian_web.ledger.workbooks import read_table
from liangtian_web.registers.kinds import STATES, Register
from liangtian_web.registers.models import Row
from liangtian_web.registers.reading import all_headings, headings, shown
from liangtian_web.trail.export import Table


def rows_of(register: Register, content: bytes) -> list[dict[str, str]]:
    """The rows of a workbook handed in, as text by column.

    Raises
    ------
    ledger.proposing.Problems : the file cannot be read, has merged cells or lacks a column
    """
    needed = ("place", register.key, "since", "document")
    return read_table(content, all_headings(register), [(name, str(headings(register)[name])) for name in needed])


def table_of(register: Register, rows: Iterable[Row], title: str) -> Table:
    """Rows under the headings a workbook is read by."""
    heads = [str(word) for word in headings(register).values()]
    return Table(title, heads, [_cells(register, row) for row in rows])


def _cells(register: Register, row: Row) -> list[object]:
    columns = [shown(each, row.content).replace(",", "") for each in register.columns]
    return [row.place.name, str(STATES[row.state]), *columns, row.since, row.document]
