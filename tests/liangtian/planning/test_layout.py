"""Layout adjustments of basic farmland on rows of fields, reckoned on paper and against every choice there is."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.planning.layout import Layout, LayoutLimits, adjusted
from liangtian.planning.program import Effort
from planning_land import RULE, made
from squares import cell

FREE = LayoutLimits(added_share=Fraction(0), moved_share=Fraction(1), grown_share=Fraction(0))
STRICT = LayoutLimits(added_share=Fraction(1, 20), moved_share=Fraction(1, 20), grown_share=Fraction(1, 5))


def layout(
    fields: list[tuple[float, int, bool]], limits: LayoutLimits, areas: list[int] | None = None, **given: list[str]
) -> Layout:
    """Fields P1 … in a row, as (column, grade, whether basic farmland); a column further on touches."""
    rows = [(cell(column, 0), {"DLBM": "0101", "GDDB": grade}) for column, grade, _ in fields]
    land = made(rows, area_dm2=areas or [1_000_000] * len(fields))
    return adjusted(land, np.array([held for *_, held in fields]), RULE, limits, effort=Effort(20.0), **given)


def test_a_scattered_field_is_exchanged_for_one_that_joins() -> None:
    found = layout([(0, 6, True), (1, 6, False), (2, 6, True), (9, 6, True)], FREE)
    assert (found.removed, found.added) == (("P4",), ("P2",))
    assert (found.removed_m2, found.added_m2) == (found.added_m2, found.removed_m2)
    assert (found.before.pairs, found.after.pairs) == (0, 2)
    assert (found.before.mesh_m2, found.after.mesh_m2) == (10_000.0, 30_000.0)
    assert (found.before.grade, found.after.grade, found.proven) == (6, 6, True)


def test_worse_land_is_not_taken_in_for_better() -> None:
    found = layout([(0, 6, True), (1, 7, False), (2, 6, True), (9, 6, True)], FREE)
    assert (found.removed, found.added, found.cause) == ((), (), None)


def test_what_must_leave_is_made_up_for_with_the_share_that_is_asked() -> None:
    fields = [(n, 6, True) for n in range(20)] + [(20, 6, False), (40, 6, False)]
    areas = [1_000_000] * 20 + [1_050_000, 2_000_000]
    found = layout(fields, STRICT, areas, leaving=["P1"])
    assert (found.removed, found.added) == (("P1",), ("P21",))
    short = layout(fields, STRICT, [*areas[:20], 1_049_999, 1_000_000], leaving=["P1"])
    assert short.added == ("P21", "P22")
    none = layout(fields[:-1], STRICT, [*areas[:20], 1_049_999], leaving=["P1"])
    assert (none.cause, none.removed, none.after, none.proven) == ("limits", (), none.before, True)


def test_more_than_may_move_cannot_leave() -> None:
    fields = [(n, 6, True) for n in range(20)] + [(20, 6, False)]
    assert layout(fields, STRICT, leaving=["P1", "P2"]).cause == "moved"


@pytest.mark.parametrize(("given", "added"), [({"barred": ["P2"]}, ()), ({"kept": ["P1", "P3", "P4"]}, ())])
def test_what_is_barred_or_kept_stays(given: dict[str, list[str]], added: tuple[str, ...]) -> None:
    found = layout([(0, 6, True), (1, 6, False), (2, 6, True), (9, 6, True)], FREE, **given)
    assert (found.removed, found.added) == ((), added)


def test_land_without_basic_farmland() -> None:
    found = layout([(0, 6, False)], FREE)
    assert (found.before.area_m2, found.before.grade, found.added) == (0, None, ())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_adjustment_joins_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 7
    fields = [
        (float(n + rng.integers(0, 2) * 20), int(rng.integers(5, 9)), bool(rng.random() < 0.6)) for n in range(size)
    ]
    areas = [int(each) for each in rng.integers(500_000, 1_500_000, size)]
    shares = (
        Fraction(int(rng.integers(0, 3)), 20),
        Fraction(int(rng.integers(1, 10)), 10),
        Fraction(int(rng.integers(0, 3)), 5),
    )
    limits = LayoutLimits(*shares)
    found = layout(fields, limits, areas)
    pairs = [(i, j) for i in range(size) for j in range(i) if abs(fields[i][0] - fields[j][0]) == 1]
    now = [held for *_, held in fields]

    def counted(chosen: tuple[bool, ...]) -> int:
        return sum(chosen[i] and chosen[j] for i, j in pairs)

    def allowed(chosen: tuple[bool, ...]) -> bool:
        total = sum(a for a, held in zip(areas, now, strict=True) if held)
        gone = sum(a for a, held, new in zip(areas, now, chosen, strict=True) if held and not new)
        come = sum(a for a, held, new in zip(areas, now, chosen, strict=True) if new and not held)
        worth = sum(a * g for a, (_, g, held) in zip(areas, fields, strict=True) if held)
        kept = sum(a for a, new in zip(areas, chosen, strict=True) if new)
        after = sum(a * g for a, (_, g, _), new in zip(areas, fields, chosen, strict=True) if new)
        better = not total or after * total <= worth * kept
        grown = kept <= (1 + limits.grown_share) * total
        return gone <= limits.moved_share * total and come - gone >= limits.added_share * gone and better and grown

    best = max(counted(each) for each in product([False, True], repeat=size) if allowed(each))
    assert (found.proven, found.cause, found.after.pairs) == (True, None, best)
