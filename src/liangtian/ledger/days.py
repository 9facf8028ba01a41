"""One account as a sum per business day: the balance of a day is the sum of all days up to it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
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

    __slots__ = ("_balances", "_count", "_days", "_last")

    def __init__(self, days: Iterable[date] = (), balances: Iterable[int] = ()) -> None:
        self._days, self._balances = list(days), list(balances)
        self._last: tuple[date, int] | None = None
        if self._days:
            self._last = self._days.pop(), self._balances.pop()
        self._count = len(self._days)

    def plus(self, moved: Mapping[date, int]) -> DaySums:
        """Add what moves on some days. What comes in the order of days costs the same however many days there are."""
        if len(moved) == 1 and self._last is not None:
            ((on, amount),) = moved.items()
            if on >= self._last[0] and amount:
                return self._then(on, amount)
        sums = self.sums()
        for on, amount in moved.items():
            sums[on] = sums.get(on, 0) + amount
        days = sorted(on for on, amount in sums.items() if amount)
        return DaySums(days, accumulate(sums[on] for on in days))

    def _then(self, on: date, amount: int) -> DaySums:
        """What moves on the last day or after it: the days before are shared, never changed."""
        last_on, balance = self._last or (on, 0)
        made = DaySums()
        made._days, made._balances, made._count = self._days, self._balances, self._count
        before = self._balances[self._count - 1] if self._count else 0
        if on > last_on:
            if len(made._days) > made._count:  # another has gone on from here
                made._days, made._balances = self._days[: self._count], self._balances[: self._count]
            made._days.append(last_on)
            made._balances.append(balance)
            made._count += 1
        elif balance + amount == before:
            return DaySums(self._days[: self._count], self._balances[: self._count])
        made._last = on, balance + amount
        return made

    def _lists(self) -> tuple[list[date], list[int]]:
        last = () if self._last is None else (self._last,)
        return (
            self._days[: self._count] + [on for on, _ in last],
            self._balances[: self._count] + [balance for _, balance in last],
        )

    def sums(self) -> dict[date, int]:
        """What moved on each day."""
        days, balances = self._lists()
        moved = (after - ahead for ahead, after in zip((0, *balances), balances, strict=False))
        return dict(zip(days, moved, strict=True))

    def balance(self, on: date) -> int:
        """The balance at the end of a day."""
        if self._last is not None and on >= self._last[0]:
            return self._last[1]
        at = bisect_right(self._days, on, 0, self._count)
        return self._balances[at - 1] if at else 0

    def lowest(self, since: date) -> int:
        """The lowest balance on that day or any later one: what can be taken on that day."""
        return min(balance for _, balance in self._from(since))

    def first_below_zero(self, since: date) -> tuple[date, int] | None:
        """The first day from `since` on that ends below zero, and its balance."""
        return next(((on, balance) for on, balance in self._from(since) if balance < 0), None)

    def _from(self, since: date) -> Iterator[tuple[date, int]]:
        """A day and every later day with a movement, with their balances."""
        yield since, self.balance(since)
        for at in range(bisect_right(self._days, since, 0, self._count), self._count):
            yield self._days[at], self._balances[at]
        if self._last is not None and self._last[0] > since:
            yield self._last

    def spans(self) -> tuple[tuple[date, date], ...]:
        """The times in which the balance is not zero: first day, and first day no longer (`date.max`: still)."""
        days, balances = self._lists()
        ends = (*days[1:], date.max)
        return tuple((on, end) for on, end, balance in zip(days, ends, balances, strict=False) if balance)
