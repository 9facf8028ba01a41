"""The rows of a workbook somebody hands in, read as a stream: what it unpacks to is bounded before it is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import openpyxl
from django.utils.translation import gettext
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from liangtian_web.ledger.proposing import COLUMNS, REQUIRED, ROWS_MAX, Problem, Problems, headings

Cells = Sequence[Any]

UNPACKED_MAX = 40 * 2**20
MEMBERS_MAX = 200
LINES_MAX = 5 * ROWS_MAX  # blank ones too
CELLS_MAX = 100  # of a row
CHUNK = 2**16
MERGED_MAX = 5000
MERGED_NAMED = 10
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]{1,30})"')
UNREADABLE = (InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, EOFError, KeyError, ValueError,
              IndexError, TypeError, AttributeError, OSError, NotImplementedError, RuntimeError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet of a workbook.

    Attributes
    ----------
    rows : cells as they are written, formulas as text; one row more than may be where there are too many
    merged : ranges of merged cells, "A1:C2"
    """

    rows: Sequence[Cells]
    merged: Sequence[str]


def open_sheet(content: bytes, *, results: bool = False) -> Sheet:
    """Read the first sheet; `results`: what formulas came to when the workbook was last saved, instead of the formulas.

    Raises
    ------
    Problems : no workbook, or one that unpacks to too much
    """
    try:
        return _open(content, results=results)
    except UNREADABLE:
        raise _problem(0, gettext("文件不是可读的 xlsx。请另存为 Excel 工作簿（.xlsx）后重试。")) from None


def read_workbook(content: bytes) -> list[dict[str, str]]:
    """The rows of a workbook of a proposal, under the headings of `COLUMNS`.

    Raises
    ------
    Problems
    """
    return read_table(content, headings(), [(name, str(COLUMNS[name])) for name in REQUIRED])


def read_table(
    content: bytes, known: Mapping[str, Iterable[str]], required: Iterable[tuple[str, str]]
) -> list[dict[str, str]]:
    """The rows of a workbook's first sheet by column; blank rows at the end are left out, merged cells refused.

    Parameters
    ----------
    known : column → the headings it may have
    required : columns that must be there, each with the heading that a message calls it by

    Raises
    ------
    Problems
    """
    sheet = open_sheet(content)
    if sheet.merged:
        where = ", ".join(sheet.merged[:MERGED_NAMED])
        raise _problem(0, gettext("有合并单元格（%(where)s）。请取消合并后重试。") % {"where": where})
    rows = sheet.rows
    if len(rows) > LINES_MAX:
        raise _problem(0, gettext("超过 %(most)s 行。请分成几笔。") % {"most": ROWS_MAX})
    heads = [("" if text is None else str(text).strip()) for text in (rows[0] if rows else ())]
    columns = {
        name: [at for at, text in enumerate(heads) if text and text in set(words)] for name, words in known.items()
    }
    if twice := dict.fromkeys(heads[at] for found in columns.values() for at in found[1:]):
        raise _problem(1, gettext("不止一列：%(columns)s。请只留一列。") % {"columns": "、".join(twice)})
    at_column = {name: found[0] for name, found in columns.items() if found}
    if missing := [word for name, word in required if name not in at_column]:
        raise _problem(1, gettext("缺少列：%(columns)s。请使用模板。") % {"columns": "、".join(missing)})
    found = [{name: _cell(row, at_column.get(name)) for name in known} for row in rows[1:]]
    while found and not any(found[-1].values()):
        found.pop()
    return found


def _problem(row: int, text: str) -> Problems:
    return Problems([Problem(row, "", text)])


def _open(content: bytes, *, results: bool) -> Sheet:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS_MAX or sum(each.file_size for each in members) > UNPACKED_MAX:
            raise _problem(0, gettext("明细表解开后过大。请只留明细，另存后重试。"))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=results)
        sheet = book.worksheets[0]
        if not isinstance(sheet, ReadOnlyWorksheet):
            raise KeyError(sheet.title)
        merged = list(islice(_merged(archive, sheet._worksheet_path), MERGED_MAX))
        return Sheet(list(islice(sheet.iter_rows(max_col=CELLS_MAX, values_only=True), LINES_MAX + 1)), merged)


def _merged(archive: zipfile.ZipFile, sheet: str) -> Iterator[str]:
    """Ranges of merged cells, without making the cells."""
    before = b""
    with archive.open(sheet) as stream:
        while chunk := stream.read(CHUNK):
            window = before + chunk
            end = 0
            for each in MERGED.finditer(window):
                yield each.group(1).decode("ascii")
                end = each.end()
            before = window[max(end, len(window) - 200) :]


def _cell(row: Sequence[Any], at: int | None) -> str:
    value = row[at] if at is not None and at < len(row) else None
    return "" if value is None else str(value).strip()
