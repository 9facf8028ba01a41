"""Days of the law: full years from a day (满一年), deeds done by a day."""

from __future__ import annotations

from datetime import date


def years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 1 March where that year has none.

    Examples
    --------
    >>> years_after(date(2020, 2, 29), 1), years_after(date(2020, 2, 29), 4)
    (datetime.date(2021, 3, 1), datetime.date(2024, 2, 29))
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def done_by(day: object, on: date) -> bool:
    """Whether a deed of a register was done by a day; a day not given, or still to come, is not done.

    Examples
    --------
    >>> done_by(date(2020, 6, 1), date(2020, 6, 1)), done_by(None, date(2020, 6, 1))
    (True, False)
    """
    return isinstance(day, date) and day <= on
