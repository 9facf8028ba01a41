"""Working days between two days: Monday to Friday, except public holidays and weekends worked instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

SATURDAY = 5


def exceptions_of(calendar: Iterable[Mapping[str, Any]]) -> dict[date, bool]:
    """Day → whether it is worked, of the rows of a calendar; a row that lacks either says nothing.

    Examples
    --------
    >>> exceptions_of([{"day": date(2024, 6, 8), "works": True}, {"day": None, "works": True}])
    {datetime.date(2024, 6, 8): True}
    """
    return {row["day"]: row["works"] for row in calendar if row["day"] is not None and row["works"] is not None}


def working_days(after: date, until: date, exceptions: Mapping[date, bool]) -> int:
    """Count the working days after one day, up to and with another.

    Parameters
    ----------
    exceptions : day → whether it is worked, where that is not what the day of the week says

    Examples
    --------
    Friday to Wednesday is three working days; two if the Saturday between is worked and two days are holidays.

    >>> friday, wednesday = date(2024, 6, 7), date(2024, 6, 12)
    >>> working_days(friday, wednesday, {})
    3
    >>> working_days(friday, wednesday, {date(2024, 6, 8): True, date(2024, 6, 10): False, date(2024, 6, 11): False})
    2
    """
    day = timedelta(days=1)
    count = int(np.busday_count(after + day, until + day))
    inside = {each: works for each, works in exceptions.items() if after < each <= until}
    added = sum(works and each.weekday() >= SATURDAY for each, works in inside.items())
    lost = sum(not works and each.weekday() < SATURDAY for each, works in inside.items())
    return count + added - lost
