"""What falls due of commitments, month by month and place by place; what is late or in arrears stands first and apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from liangtian.ledger.indices import indices
from liangtian_web.commitments.register import Line
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.people.models import Place
from liangtian_web.standing import charts
from liangtian_web.trail.export import Table

MONTHS = 12
LATE, LATER = "late", "later"  # beside the months, `2026-11`
LATE_COLOUR = "#c62f2f"  # the page's own for what is in breach


@dataclass(frozen=True, slots=True)
class Month:
    """A month, what is late before it, or what comes after the year.

    Attributes
    ----------
    key : `late`, `2026-11`, `later`; names its rows on the page
    amounts : in the order of the places
    lines : the commitments it is the sum of, with how much each still owes
    """

    key: str
    word: str
    amounts: Sequence[int]
    lines: Sequence[tuple[Line, int]]

    @property
    def total(self) -> int:
        """Of all places."""
        return sum(self.amounts)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Commitments ahead of an index."""

    places: Sequence[Place]
    months: Sequence[Month]

    @property
    def totals(self) -> list[int]:
        """Place by place."""
        return [sum(each.amounts[n] for each in self.months) for n in range(len(self.places))]


def ahead(found: Iterable[Line], index: str, on: date) -> Ahead:
    """What is still to be supplied of an index, by the month of its last day."""
    due: defaultdict[str, list[tuple[Line, int]]] = defaultdict(list)
    for line in found:
        known = line.standing
        if arrears := known.arrears[index]:
            due[LATE].append((line, arrears))
        if (left := known.outstanding[index]) and known.is_open:
            due[_key(line.last, on)].append((line, left))
    places = sorted({line.filing.place for rows in due.values() for line, _ in rows}, key=lambda each: each.path)
    keys = {LATE: gettext("逾期和欠账"), **_months(on), LATER: gettext("以后")}
    return Ahead(places, [_month(key, word, due.get(key, []), places) for key, word in keys.items()])


def _month(key: str, word: str, rows: list[tuple[Line, int]], places: Sequence[Place]) -> Month:
    sums = dict.fromkeys((each.pk for each in places), 0)
    for line, amount in rows:
        sums[line.filing.place_id] += amount
    return Month(key, word, list(sums.values()), rows)


def _months(on: date) -> dict[str, str]:
    """The month of a day and the eleven after it."""
    first = on.year * 12 + on.month - 1
    keys = [f"{n // 12}-{n % 12 + 1:02d}" for n in range(first, first + MONTHS)]
    return {key: key for key in keys}


def _key(last: date | None, on: date) -> str:
    if last is None:
        return LATER
    if last < on:
        return LATE
    key = f"{last:%Y-%m}"
    return key if key in _months(on) else LATER


def ahead_chart(found: Ahead, index: str, unit: str) -> dict[str, Any]:
    """Bars of each place by month; what is late is a series of its own, in its own colour and pattern."""
    links = [f"#due-{each.key}" for each in found.months]
    late, *rest = found.months
    blank = [0] * len(rest)
    series = [{"name": late.word, "kind": "bar", "values": charts.in_unit([late.total, *blank], index, unit),
               "colour": LATE_COLOUR, "links": links}]  # fmt: skip
    for n, place in enumerate(found.places):
        amounts = [0, *(each.amounts[n] for each in rest)]
        series.append(
            {"name": str(place), "kind": "bar", "values": charts.in_unit(amounts, index, unit), "links": links}
        )
    return charts.chart(index, unit, [each.word for each in found.months], series, upright=True)


def ahead_table(found: Ahead, index: str) -> Table:
    """What falls due as a table, every month, in the whole units of the book."""
    heads = [gettext("到期月份"), *(str(place) for place in found.places), gettext("合计"), gettext("单位")]
    unit = indices()[index].unit
    rows: list[list[object]] = [[each.word, *each.amounts, each.total, unit] for each in found.months]
    return Table(
        f"{gettext('到期承诺')} {index_word(index)}", heads,
        [*rows, [gettext("合计"), *found.totals, sum(found.totals), unit]],
    )  # fmt: skip
