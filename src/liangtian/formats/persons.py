"""Registered persons by village: a CSV of two columns, village code and whole number, with or without a heading."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

from liangtian.errors import FileUnreadable

HEADING = ("village", "persons")


def read_persons(path: Path) -> dict[str, int]:
    """Read registered persons.

    Returns
    -------
    dict : twelve digits of the village → persons; longer codes are cut to the village

    Raises
    ------
    FileUnreadable (file-unreadable): no text, or the first row that is none, or a village twice.
    """
    found: dict[str, int] = {}
    for number, row in enumerate(_rows(path), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and not cells[0][:1].isdecimal()):
            continue
        if len(cells) < 2 or not re.fullmatch(r"\d{12,19}", cells[0]) or not re.fullmatch(r"0*[1-9]\d{0,8}", cells[1]):
            raise FileUnreadable("potential-population-bad", file=path.name, row=number)
        village = cells[0][:12]
        if village in found:
            raise FileUnreadable("potential-population-twice", file=path.name, row=number, village=village)
        found[village] = int(cells[1])
    return found


def _rows(path: Path) -> list[list[str]]:
    """Cells; what is no UTF-8 is read as spreadsheets in China write text, whose digits are the same."""
    try:
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        return list(csv.reader(io.StringIO(text)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileUnreadable("file-not-text", file=path.name, reason=str(error)) from error


def write_persons(persons: Mapping[str, int], path: Path) -> None:
    """Write registered persons, villages in order."""
    rows = [",".join(HEADING), *(f"{village},{persons[village]}" for village in sorted(persons))]
    path.write_text("\n".join(rows) + "\n", "utf-8")
