"""What the chart module draws: series in the unit of the header, beside a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext

from liangtian.ledger.indices import indices
from liangtian.units import UNIT_M2
from liangtian_web.ledger.templatetags.book import index_unit, index_word, kind_word
from liangtian_web.standing.queries import LAPSE, Flow, Headroom

PLACES = 4


def word_of(kind: str) -> str:
    """A kind of entry, or the lapse of a hold."""
    return gettext("到期退回") if kind == LAPSE else kind_word(kind)


def flow_chart(found: Flow, index: str, unit: str) -> dict[str, Any]:
    """Bars by kind for each month, and the balance at its end as a line."""
    bars = [
        {"name": word_of(kind), "kind": "bar", "values": _in_unit(months, index, unit)}
        for kind, months in found.moved.items()
    ]  # fmt: skip
    line = {"name": gettext("月末可用余额"), "kind": "line", "values": _in_unit(found.closing, index, unit)}
    return _chart(index, unit, [gettext("%(n)s月") % {"n": n} for n in range(1, 13)], [*bars, line], upright=True)


def headroom_chart(rows: Sequence[Headroom], index: str, unit: str) -> dict[str, Any]:
    """Bars of what can be spent, what is held and what is owed, a place each."""
    parts = (
        (gettext("可用"), [each.available for each in rows]),
        (gettext("冻结"), [each.held for each in rows]),
        (gettext("欠账和承诺"), [-each.owed for each in rows]),
    )
    series = [{"name": name, "kind": "bar", "values": _in_unit(values, index, unit)} for name, values in parts]
    return _chart(index, unit, [str(each.place) for each in rows], series, upright=False)


def _chart(
    index: str, unit: str, words: Sequence[str], series: list[dict[str, Any]], *, upright: bool
) -> dict[str, Any]:
    return {
        "title": index_word(index), "unit": index_unit(index, unit), "categories": list(words), "series": series,
        "upright": upright,
    }  # fmt: skip


def _in_unit(values: Sequence[int], index: str, unit: str) -> list[float]:
    kind = indices()[index].unit
    of = UNIT_M2[unit] if kind == "m2" else Fraction(100 if kind == "fen" else 1)
    return [round(float(Fraction(value) / of), PLACES) for value in values]
