"""What the chart module draws: series in the unit of the header, beside a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from liangtian.ledger.indices import indices
from liangtian.units import UNIT_M2
from liangtian_web.ledger.templatetags.book import index_unit, index_word, kind_word
from liangtian_web.standing.queries import HOLDING, LAPSE, Flow, Headroom

PLACES = 4


def word_of(kind: str) -> str:
    """A kind of entry, the lapse of a hold, or what is put aside and comes back."""
    words = {LAPSE: gettext("到期退回"), HOLDING: gettext("冻结与解冻")}
    return words.get(kind) or kind_word(kind)


def entries_url(kind: str, place: int, index: str, year: int, month: int | None = None) -> str:
    """Where the entries of a kind in a month, or in the year, are listed; holds have their own list."""
    if kind in (LAPSE, HOLDING):
        return reverse("standing:holds")
    first, last = month_of(year, month or 1)[0], month_of(year, month or 12)[1]
    asked = {"place": place, "index": index, "kind": kind, "since": f"{first}", "until": f"{last}"}
    return f"{reverse('ledger:entries')}?{urlencode(asked)}"


def balance_url(accounts: Sequence[int], place: int, index: str, days: tuple[date, date]) -> str:
    """Where a balance at the end of some days is read line by line; of several accounts, each with the way to its lines."""
    since, until = days
    if len(accounts) == 1:
        return f"{reverse('ledger:account', args=accounts)}?{urlencode({'since': f'{since}', 'until': f'{until}'})}"
    return f"{reverse('ledger:index')}?{urlencode({'on': f'{until}', 'place': place, 'index': index})}"


def month_of(year: int, month: int) -> tuple[date, date]:
    """Its first and its last day."""
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def flow_chart(found: Flow, place: int, index: str, year: int, unit: str) -> dict[str, Any]:
    """Bars by kind for each month, each leading to its entries, and the balance at its end as a line."""
    bars = [
        {"name": word_of(kind), "kind": "bar", "values": in_unit(months, index, unit),
         "links": [entries_url(kind, place, index, year, month) for month in range(1, 13)]}
        for kind, months in found.moved.items()
    ]  # fmt: skip
    line = {"name": gettext("月末可用余额"), "kind": "line", "values": in_unit(found.closing, index, unit)}
    return chart(index, unit, [gettext("%(n)s月") % {"n": n} for n in range(1, 13)], [*bars, line], upright=True)


def headroom_chart(rows: Sequence[Headroom], index: str, unit: str) -> dict[str, Any]:
    """Bars of what can be spent, what is held and what is owed, a place each."""
    parts = (
        (gettext("可用"), [each.available for each in rows]),
        (gettext("冻结"), [each.held for each in rows]),
        (gettext("欠账和承诺"), [-each.owed for each in rows]),
    )
    links = [f"{reverse('ledger:index')}?{urlencode({'place': each.place.pk, 'index': index})}" for each in rows]
    series = [
        {"name": name, "kind": "bar", "values": in_unit(values, index, unit), "links": links} for name, values in parts
    ]
    return chart(index, unit, [str(each.place) for each in rows], series, upright=False)


def chart(
    index: str, unit: str, words: Sequence[str], series: list[dict[str, Any]], *, upright: bool
) -> dict[str, Any]:
    """What the chart module draws; a series may have a `colour` of its own and `links`, one a category."""
    return {
        "title": index_word(index), "unit": index_unit(index, unit), "categories": list(words), "series": series,
        "upright": upright,
    }  # fmt: skip


def in_unit(values: Sequence[int], index: str, unit: str) -> list[float]:
    """Amounts in the unit of the header."""
    kind = indices()[index].unit
    of = UNIT_M2[unit] if kind == "m2" else Fraction(100 if kind == "fen" else 1)
    return [round(float(Fraction(value) / of), PLACES) for value in values]
