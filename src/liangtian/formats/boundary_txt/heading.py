"""The header line of a plot: `count,area,number,name,type,sheet,use,class[,ext…],@`, whole or broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

AreaUnit = Literal["ha", "m2", "mu"]

KINDS = ("面", "线", "点")
_FIELDS_AFTER_KIND = 3
_AREA = re.compile(r"(?P<value>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>公顷|平方米|亩|ha|hm2|hm²|m2|m²|㎡|mu)?", re.IGNORECASE)
_UNITS: dict[str, AreaUnit] = {
    "公顷": "ha",
    "ha": "ha",
    "hm2": "ha",
    "hm²": "ha",
    "平方米": "m2",
    "m2": "m2",
    "m²": "m2",
    "㎡": "m2",
    "亩": "mu",
    "mu": "mu",
}


@dataclass(frozen=True, slots=True)
class PlotHeading:
    """What a header line says. `complete`: every field in its place; `kind`: 点, 线, 面, or "" if not given."""

    line: int
    count: int | None
    area: str
    plot_no: str
    name: str
    kind: str
    sheet: str
    use: str
    class_code: str
    ext: tuple[str, ...]
    complete: bool


def is_heading(line: str) -> bool:
    """A line that ends in "@" begins a plot; so does one that lost its "@" but has a field 点, 线 or 面."""
    return line.endswith("@") or any(part.strip() in KINDS for part in line.split(","))


def parse_heading(line: str, number: int) -> PlotHeading:
    """Read a header line; broken ones are re-aligned on the type field.

    Parameters
    ----------
    line : without line end and outer spaces
    number : its line number

    Examples
    --------
    >>> parse_heading("5,0.9999,DK01,示例地块,面,,,0101,@", 12).class_code
    '0101'
    >>> broken = parse_heading("0.7655公顷,DK01,示例地块,面,,,@", 12)
    >>> broken.count, broken.area, broken.plot_no, broken.complete
    (None, '0.7655公顷', 'DK01', False)
    """
    fields = [field.strip() for field in line.removesuffix("@").split(",")]
    if len(fields) > 1 and not fields[-1]:
        fields.pop()
    at = _kind_index(fields)
    before, after = (fields, []) if at is None else (fields[:at], fields[at + 1 :])
    count, area, plot_no, name = _align(before, in_place=at == 4)
    sheet, use, class_code, *ext = after + [""] * (_FIELDS_AFTER_KIND - len(after))
    return PlotHeading(
        line=number,
        count=int(count) if count.isdecimal() else None,
        area=area,
        plot_no=plot_no,
        name=name,
        kind="" if at is None else fields[at],
        sheet=sheet,
        use=use,
        class_code=class_code,
        ext=tuple(ext),
        complete=line.endswith("@") and at == 4 and len(after) >= _FIELDS_AFTER_KIND and count.isdecimal(),
    )


def _kind_index(fields: list[str]) -> int | None:
    """Index of the type field: its own place first, then the nearest other one."""
    found = [i for i, field in enumerate(fields) if field in KINDS]
    return min(found, key=lambda i: abs(i - 4)) if found else None


def _align(before: list[str], *, in_place: bool) -> tuple[str, str, str, str]:
    """Count, area, number and name from the fields before the type, whichever are missing or split by a comma."""
    if in_place:
        return before[0], before[1], before[2], before[3]
    rest = list(before)
    count = rest.pop(0) if rest and rest[0].isdecimal() else ""
    area = rest.pop(0) if rest and parse_area(rest[0]) else ""
    plot_no = rest.pop(0) if rest else ""
    return count, area, plot_no, "，".join(rest)


def parse_area(text: str) -> tuple[float, AreaUnit | None] | None:
    """A declared area and the unit written behind it; None if it is not an area.

    Examples
    --------
    >>> parse_area("0.7655公顷"), parse_area("7655.2"), parse_area("面积")
    ((0.7655, 'ha'), (7655.2, None), None)
    """
    match = _AREA.fullmatch(text.strip())
    if match is None:
        return None
    unit = match["unit"]
    return float(match["value"]), _UNITS[unit.casefold()] if unit else None
