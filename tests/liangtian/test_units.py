from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from liangtian.units import round_half_up, round_share

SHARES = st.fractions(min_value=0, max_value=1, max_denominator=1000)


@given(SHARES, st.integers(min_value=-(10**12), max_value=10**12))
def test_share_is_the_exact_share_rounded_half_up(share, amount):
    assert round_share(share, amount) == int(round_half_up(share * amount))


@given(SHARES, st.integers(min_value=0, max_value=10**12))
def test_share_and_residue_make_the_whole_and_neither_is_negative(share, amount):
    assert 0 <= round_share(share, amount) <= amount


def test_half_a_unit_goes_to_the_share():
    assert [round_share(Fraction(1, 5), amount) for amount in (2, 3, 12, 13)] == [0, 1, 2, 3]
    assert [round_share(Fraction(1, 2), amount) for amount in (1, -1)] == [1, -1]
