"""One account as a sum per business day: the balance of a day is the sum of all days up to it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import accumulate


class DaySums:
    """What an account moved on each day; immutable, `plus` makes the next.

    A movement dated in the past changes one day, and with it the balance of every later day: so what matters of an
    account is not its balance on a day but its lowest balance from that day on.

    Examples
    --------
    >>> sums = DaySums().plus({date(2024, 1, 1): 100}).plus({date(2024, 3, 1): -60})
    >>> sums.balance(date(2024, 2, 1)), sums.balance(date(2024, 3, 1)), sums.lowest(date(2024, 2, 1))
    (100, 40, 40)
    >>> sums.plus({date(2024, 2, 1): -50}).first_below_zero(date(2024, 2, 1))
    (datetime.date(2024, 3, 1), -10)
    """

    __slots__ = ("_balances", "_days")

    def __init__(self, days: Iterable[date] = (), balances: Iterable[int] = ()) -> None:
        self._days = tuple(days)
        self._balances = tuple(balances)

    def plus(self, moved: Mapping[date, int]) -> DaySums:
        """Add what moves on some days."""
        sums = self.sums()
        for on, amount in moved.items():
            sums[on] = sums.get(on, 0) + amount
        days = sorted(on for on, amount in sums.items() if amount)
        return DaySums(days, accumulate(sums[on] for on in days))

    def sums(self) -> dict[date, int]:
        """What moved on each day."""
        before = (0, *self._balances)
        moved = (after - ahead for ahead, after in zip(before, self._balances, strict=False))
        return dict(zip(self._days, moved, strict=True))

    def balance(self, on: date) -> int:
        """The balance at the end of a day."""
        at = bisect_right(self._days, on)
        return self._balances[at - 1] if at else 0

    def lowest(self, since: date) -> int:
        """The lowest balance on that day or any later one: what can be taken on that day."""
        return min((self.balance(since), *self._balances[bisect_left(self._days, since) :]))

    def first_below_zero(self, since: date) -> tuple[date, int] | None:
        """The first day from `since` on that ends below zero, and its balance."""
        start = bisect_right(self._days, since)
        later = zip((since, *self._days[start:]), (self.balance(since), *self._balances[start:]), strict=True)
        return next(((on, balance) for on, balance in later if balance < 0), None)

    def spans(self) -> tuple[tuple[date, date], ...]:
        """The times in which the balance is not zero: first day, and first day no longer (`date.max`: still)."""
        ends = (*self._days[1:], date.max)
        return tuple((on, end) for on, end, balance in zip(self._days, ends, self._balances, strict=False) if balance)
