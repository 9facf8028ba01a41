"""The shift of Chinese web maps: its size, its undoing, and when a boundary is suspected of it."""

import numpy as np
import pytest

from liangtian.space.gcj02 import shift, suspect_gcj02, unshift

RNG = np.random.default_rng(20190213)
PUBLISHED = np.column_stack((RNG.uniform(120.65, 120.75, 4000), RNG.uniform(30.45, 30.55, 4000)))
BOUNDARY = PUBLISHED[:200]


def test_shift_moves_haining_by_some_hundred_metres() -> None:
    east, north = ((shift(BOUNDARY) - BOUNDARY) * (95_800, 110_900)).T

    assert 350 < east.min() <= east.max() < 500
    assert -350 < north.min() <= north.max() < -150


def test_shift_agrees_with_a_published_pair() -> None:
    # Tiananmen as GPS and as a web map give it, both to four decimals.
    moved = shift(np.array([[116.3912, 39.9073]]))

    assert moved[0].tolist() == pytest.approx([116.3974, 39.9087], abs=1e-4)


def test_unshift_undoes_shift_to_a_micrometre() -> None:
    china = np.column_stack((RNG.uniform(75, 135, 5000), RNG.uniform(18, 53, 5000)))

    assert np.abs(unshift(shift(china)) - china).max() < 1e-11


def test_a_shifted_boundary_is_suspected_and_a_true_one_is_not() -> None:
    assert suspect_gcj02(shift(BOUNDARY), PUBLISHED)
    assert not suspect_gcj02(BOUNDARY, PUBLISHED)


def test_nine_tenths_must_fit_with_the_shift_undone() -> None:
    stray = BOUNDARY.copy()
    stray[:20] += 0.5
    assert suspect_gcj02(shift(stray), PUBLISHED)

    stray[:21] += 0.5
    assert not suspect_gcj02(shift(stray), PUBLISHED)


def test_a_boundary_that_fits_as_given_is_never_suspected() -> None:
    both = np.vstack((PUBLISHED, shift(BOUNDARY[:20])))
    assert not suspect_gcj02(shift(BOUNDARY), both)

    assert suspect_gcj02(shift(BOUNDARY), both[:-1])


def test_two_metres_is_the_limit() -> None:
    near, far = BOUNDARY + (1.9 / 95_800, 0), BOUNDARY + (2.1 / 95_800, 0)

    assert suspect_gcj02(shift(near), BOUNDARY)
    assert not suspect_gcj02(shift(far), BOUNDARY)


def test_nothing_is_suspected_without_vertices() -> None:
    none = np.empty((0, 2))

    assert not suspect_gcj02(none, PUBLISHED)
    assert not suspect_gcj02(shift(BOUNDARY), none)
