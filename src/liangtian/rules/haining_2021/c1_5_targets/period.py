"""一（五） What counts in the period, and a target that has until the end of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from liangtian.finding import Outcome
from liangtian.policy.clause import Applies, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared

Row = Mapping[str, Any]

AREA = ("h15-area-met", "h15-area-short", "h15-area-running")
COUNT = ("h15-count-met", "h15-count-short", "h15-count-running")
COUNTY: Applies = only_for("assessed_level", "county")


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached by the end of the period, as the messages name it; an area in m², or a number."""

    name: str
    zh: str
    en: str
    is_area: bool = True

    def reached(self, total: int | Decimal, required: Fraction, params: Params) -> Ruling:
        """Compare exactly; a total below its target is not yet asked for while the period runs."""
        last = params.day("period_last", params.on.year)
        words = {"target_zh": self.zh, "target_en": self.en, "due": last.isoformat()}
        unit, (met, unmet, running) = ("m2", AREA) if self.is_area else ("project", COUNT)
        ruling = compared(total, ">=", required, name=self.name, unit=unit, met=met, unmet=unmet, params=words)
        if ruling.outcome is Outcome.PASS or params.on > last:
            return ruling
        not_yet = (Outcome.NOT_APPLICABLE, running, ruling.params, ruling.measured, ruling.required)
        return Ruling(*not_yet, steps=ruling.steps)


def counted(rows: Iterable[Row], day: str, params: Params) -> list[Row]:
    """Keep the rows whose day lies in the period and is not after the day of the case."""
    first, last = params.day("period_first", params.on.year), params.day("period_last", params.on.year)
    return [row for row in rows if row[day] is not None and first <= row[day] <= min(last, params.on)]
