"""What an accepted project may be credited with at most, bound by bound, on 10,000.50 m² of ground."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds
from liangtian_web.balance.bounds import check_bounds
from liangtian_web.errors import StageRefused

GROUND, BEST = Decimal("10000.50"), Fraction(1500)


def check(kind, accepted, provincial=None, **more):
    facts = {"credit_kind": kind, "accepted_amounts": (accepted,), "provincial_amounts": (provincial or {},)}
    check_bounds(facts | more, GROUND, BEST)


@pytest.mark.parametrize(
    ("kind", "accepted", "more"),
    [
        ("reclamation", {"quantity_m2": 10_000, "paddy_m2": 10_000, "capacity_kg": 22_501}, {}),
        ("reclamation", {"quantity_m2": 10_000}, {"provincial": {"quantity_m2": 10_000}}),
        ("dry-to-paddy", {"paddy_m2": 10_000}, {"linkage_reclaimed_m2": None}),
        ("standard-farmland", {"standard_first_m2": 4_000, "standard_second_m2": 6_000}, {}),
        ("construction-reclamation", {"quantity_m2": 4_000}, {"linkage_reclaimed_m2": Decimal("6000.50")}),
    ],
)
def test_up_to_the_bound_passes(kind, accepted, more):
    check(kind, accepted, **more)


@pytest.mark.parametrize(
    ("kind", "accepted", "more", "said"),
    [
        ("reclamation", {"quantity_m2": 10_001}, {}, "balance-beyond-ground"),
        ("dry-to-paddy", {"paddy_m2": 10_001}, {}, "balance-beyond-ground"),
        ("dry-to-paddy", {"quantity_m2": 1}, {}, "balance-not-of-works"),
        ("quality-improvement", {"paddy_m2": 1}, {}, "balance-not-of-works"),
        ("reclamation", {"standard_first_m2": 1}, {}, "balance-not-of-works"),
        ("reclamation", {}, {"linkage_reclaimed_m2": Decimal(1)}, "balance-not-of-works"),
        ("standard-farmland", {"standard_first_m2": 4_001, "standard_second_m2": 6_000}, {}, "balance-ground-twice"),
        ("construction-reclamation", {"quantity_m2": 4_001}, {"linkage_reclaimed_m2": Decimal(6_000)},
         "balance-ground-twice"),
        ("quality-improvement", {"capacity_kg": 22_502}, {}, "balance-beyond-capacity"),
        ("reclamation", {"quantity_m2": 10}, {"provincial": {"quantity_m2": 11}}, "balance-beyond-accepted"),
        ("reclamation", {"quantity_m2": 10}, {"provincial": {"paddy_m2": 1}}, "balance-beyond-accepted"),
        ("none", {"quantity_m2": 10}, {}, "balance-not-of-works"),
    ],
)  # fmt: skip
def test_beyond_a_bound_is_said(kind, accepted, more, said):
    with pytest.raises(StageRefused) as refused:
        check(kind, accepted, **more)
    assert refused.value.message_id == said


def test_every_kind_of_works_credits_indices_that_stand_on_ground():
    made = {name: kind.indices for name, kind in credit_kinds().items() if name != "unknown"}
    assert all(made.values())
    assert {index for each in made.values() for index in each} == {
        name for name, index in indices().items() if index.lots
    }
