"""Days of the law: compared with one another, full years from a day (满一年), deeds done by a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from liangtian.finding import Outcome, Step
from liangtian.policy.ruling import Relation, Ruling, compared


def day_compared(
    measured: date,
    relation: Relation,
    required: date,
    *,
    name: str,
    met: str,
    unmet: str,
    params: Mapping[str, object] | None = None,
) -> Ruling:
    """Compare two days; both messages may use {measured} and {required}.

    Parameters
    ----------
    measured, relation, required : read as a sentence, `built ">=" 2011-01-01`
    name : the fact compared, for the trace

    Examples
    --------
    >>> day_compared(date(2011, 1, 1), ">=", date(2011, 1, 1), name="x", met="a", unmet="b").outcome
    <Outcome.PASS: 'pass'>
    """
    words = {"measured": measured.isoformat(), "required": required.isoformat()}
    left, right = measured.toordinal(), required.toordinal()
    ruling = compared(left, relation, right, name=name, met=met, unmet=unmet, params={**words, **(params or {})})
    step = Step("compare", name, ruling.outcome is Outcome.PASS, {**words, "relation": relation, "unit": "date"})
    return replace(ruling, measured=words["measured"], required=words["required"], steps=(step,))


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 February where there is none; never beyond the calendar.

    Examples
    --------
    >>> years_after(date(2020, 2, 29), 3)
    datetime.date(2023, 2, 28)
    """
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def days_after(day: date, days: int) -> date:
    """So many calendar days later; never beyond the calendar.

    Examples
    --------
    >>> days_after(date(2024, 2, 28), 2), days_after(date.max, 1)
    (datetime.date(2024, 3, 1), datetime.date(9999, 12, 31))
    """
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def done_by(day: object, on: date) -> bool:
    """Whether a deed of a register was done by a day; a day not given, or still to come, is not done.

    Examples
    --------
    >>> done_by(date(2020, 6, 1), date(2020, 6, 1)), done_by(None, date(2020, 6, 1))
    (True, False)
    """
    return isinstance(day, date) and day <= on
