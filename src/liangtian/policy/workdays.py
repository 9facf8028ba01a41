"""Working days between two days: Monday to Friday, except public holidays and weekends worked instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

SATURDAY = 5


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
