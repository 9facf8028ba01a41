"""Lengths of lines inside polygons: on paper, and beside GEOS."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.space.clipping import length_inside
from liangtian.space.outlines import Outlines

TOLERANCE_M = 1e-6
FRAME = shapely.box(0, 0, 9, 9) - shapely.box(4, 4, 6, 6)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ([(1, 1), (3, 1)], 2.0),  # inside
        ([(-5, 5), (20, 5)], 7.0),  # across, the hole left out
        ([(5, 4.5), (5, 5.5)], 0.0),  # in the hole
        ([(0, -4), (0, 20)], 9.0),  # along the edge
        ([(4, 4), (6, 4)], 2.0),  # along the hole
        ([(-3, 3), (3, -3)], 0.0),  # through a corner only
        ([(9, 9), (0, 0)], 9 * 2**0.5 - 2 * 2**0.5),  # from corner to corner
        ([(20, 20), (30, 30)], 0.0),
    ],
)
def test_lengths_reckoned_by_hand(line: list[tuple[float, float]], expected: float) -> None:
    for ends in (line, line[::-1]):
        (found,) = length_inside(
            np.array([ends], dtype=float), Outlines.of(np.array([FRAME])), np.array([0]), TOLERANCE_M
        )
        assert found == pytest.approx(expected, abs=3 * TOLERANCE_M)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_lengths_are_those_of_geos(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 100, (12, 2)) + np.array([40_500_000.0, 3_380_000.0])
    shapes = shapely.buffer(shapely.points(centre), rng.uniform(5, 30, 12), quad_segs=4)
    shapes = shapely.difference(shapes, shapely.buffer(shapely.points(centre + 2), 3.0, quad_segs=2))
    at = rng.integers(0, 12, 60)
    lines = centre[rng.integers(0, 12, 60)][:, None, :] + rng.uniform(-30, 30, (60, 2, 2))
    found = length_inside(lines, Outlines.of(shapes), at, TOLERANCE_M)
    drawn = shapely.linestrings(lines)
    least, most = (
        shapely.length(shapely.intersection(drawn, shapely.buffer(shapes, by, join_style="mitre")[at]))
        for by in (-3 * TOLERANCE_M, 3 * TOLERANCE_M)
    )
    assert (found >= least - 1e-5).all()
    assert (found <= most + 1e-5).all()
