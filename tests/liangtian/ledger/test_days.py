"""Sums by day against the plain definition: a balance is the sum of what moved up to the day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bookkeeping import day
from liangtian.ledger.days import DaySums

MOVES = st.lists(st.tuples(st.integers(0, 12), st.integers(-20, 20)), max_size=12)


def on(number: int) -> date:
    return day(1) + timedelta(days=number)


@settings(deadline=None)
@given(MOVES, st.integers(-1, 13))
def test_balances_are_sums(moves: list[tuple[int, int]], since: int) -> None:
    sums = DaySums()
    for number, amount in moves:
        sums = sums.plus({on(number): amount})
    balances = [sum(amount for number, amount in moves if number <= today) for today in range(14)]
    assert [sums.balance(on(today)) for today in range(14)] == balances
    from_then = balances[max(since, 0) :]
    assert sums.lowest(on(since)) == min([0, *from_then] if since < 0 else from_then)
    below = [(on(today), balance) for today, balance in enumerate(balances) if today >= since and balance < 0]
    assert sums.first_below_zero(on(since)) == (below[0] if below else None)
    spans = [any(a <= on(today) < b for a, b in sums.spans()) for today in range(14)]
    assert spans == [balance != 0 for balance in balances]
    assert {each: amount for each, amount in sums.sums().items() if not amount} == {}


@settings(deadline=None)
@given(MOVES, MOVES)
def test_what_goes_on_from_sums_does_not_change_them(
    moves: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    """Two that go on from the same sums share their days, and neither sees the other's."""

    def after(start: DaySums, added: list[tuple[int, int]]) -> list[DaySums]:
        made = [start]
        for number, amount in added:
            made.append(made[-1].plus({on(number): amount}))
        return made

    trunk = after(DaySums(), moves)
    kept = [each.sums() for each in trunk]
    for each in trunk:
        after(each, others)
    assert [each.sums() for each in trunk] == kept
    assert after(trunk[-1], others)[-1].sums() == after(DaySums(), [*moves, *others])[-1].sums()
