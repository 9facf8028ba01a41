"""What a report says, before any format: a verdict and tables of typed columns. `contents` fills it, formats draw it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from liangtian.messages import Language, render_text
from liangtian.units import DISPLAY_PLACES, round_half_up

Kind = Literal["text", "wording", "cite", "area", "number", "figure", "centre", "digest"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column and how wide and how aligned it is drawn.

    `area` holds m² (Decimal, None for unknown, "" for none) and is shown in m², 亩 and 公顷; `number` a bare number or a
    `Figure`; `figure` a `Figure` with its remark; `wording` sentences; `cite` and `centre` short texts that never wrap; `digest` hexadecimal.
    """

    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit as it is printed (`m²`, `亩`, `kg`), and a remark that must not be parted from it."""

    value: Decimal
    unit: str = ""
    remark: str = ""

    @property
    def places(self) -> int:
        """Decimals shown: two for m², else as many as the number has."""
        if self.unit == "m²":
            return DISPLAY_PLACES["m2"]
        exponent = self.value.normalize().as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    @property
    def rounded(self) -> Decimal:
        return round_half_up(Fraction(self.value), self.places)

    def __str__(self) -> str:
        return f"{self.rounded:,} {self.unit}".rstrip() + self.remark


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the report; `sheet` names the sheet it goes to in a workbook, `note` stands where it has no rows.

    `room_mm` is the least height of its rows, where there is to be room to sign and seal.
    """

    sheet: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""
    room_mm: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """A report: title, outcome and sentence of the verdict, who and when, and its tables; `upright` on a page of A4."""

    lang: Language
    on: str
    title: str
    outcome: str
    verdict: str
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    upright: bool = False

    def word(self, name: str) -> str:
        return say(self.lang, name)


def say(lang: Language, name: str, **params: object) -> str:
    return render_text(f"report-{name}", params, lang=lang)


def section(
    lang: Language, sheet: str, name: str, columns: Sequence[tuple[str, Kind]], rows: Sequence[Sequence[Any]]
) -> Section:
    """A table by the names of its messages: `report-sheet-…`, `report-section-…`, `report-column-…`."""
    titled = say(lang, f"section-{name}")
    typed = tuple(Column(say(lang, f"column-{label}"), kind) for label, kind in columns)
    return Section(say(lang, f"sheet-{sheet}"), titled, typed, tuple(tuple(row) for row in rows))


# Control characters, halves of surrogate pairs and non-characters, which XML cannot hold, and the marks that turn the
# direction of writing, which make a text read as another.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    r"""Show characters that no document may hold by their code.

    Examples
    --------
    >>> print(printable("a\x01b\u202ec"))
    a\u0001b\u202ec
    """
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def cleaned(report: Outline) -> Outline:
    """The report with every text of it printable."""

    def clean(value: Any) -> Any:
        return printable(value) if isinstance(value, str) else value

    sections = tuple(
        replace(
            each,
            title=clean(each.title),
            columns=tuple(replace(column, label=clean(column.label)) for column in each.columns),
            rows=tuple(tuple(clean(value) for value in row) for row in each.rows),
        )
        for each in report.sections
    )
    about = tuple((name, clean(value)) for name, value in report.about)
    return replace(report, title=clean(report.title), verdict=clean(report.verdict), about=about, sections=sections)
