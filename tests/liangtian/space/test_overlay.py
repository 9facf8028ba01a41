"""Overlays of polygons whose edges nearly coincide: GEOS's answer is tried by points and put right."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from liangtian.space.overlay import remainder, shared

# Met in a check of 1 km²: a parcel cut by the boundary, and ground that the same boundary cut. They touch along one edge.
PIECE = shapely.Polygon(
    [
        (576938.5361, 3358221.9518),
        (576955.7894, 3358198.8037),
        (576958.9408, 3358198.1182),
        (576940.7220456202, 3358193.868478701),
        (576904.8241912674, 3358215.269197644),
    ]
)
GROUND = shapely.Polygon(
    [
        (576282.3442267845, 3358586.3643231876),
        (576794.4100931515, 3359445.310508057),
        (576879.0311091993, 3358230.6458966136),
        (577141.2904116535, 3358074.2984568207),
    ]
)


def _one(shape: shapely.Geometry) -> np.ndarray:
    return np.array([shape], dtype=object)


def test_ground_beyond_a_nearly_common_edge_is_not_shared() -> None:
    assert shapely.area(shared(_one(PIECE), GROUND))[0] == pytest.approx(0.0, abs=1e-3)
    assert shapely.area(remainder(_one(PIECE), GROUND))[0] == pytest.approx(PIECE.area, abs=1e-3)


def test_the_plain_overlay_needs_trying() -> None:
    """When this fails GEOS has mended it, and the trying may go."""
    assert shapely.area(shapely.intersection(PIECE, GROUND)) == pytest.approx(PIECE.area, abs=1e-3)


def test_parts_of_squares_add_up_for_ground_cut_by_the_same_line() -> None:
    """Cells cut by a turned square, then by what a second cut leaves of it: every part is in or out, none twice."""
    rng = np.random.default_rng(5)
    x, y = np.meshgrid(np.arange(0.0, 400.0, 37.3), np.arange(0.0, 400.0, 41.9))
    cells = shapely.box(576_000 + x.ravel(), 3_358_000 + y.ravel(), 576_037.3 + x.ravel(), 3_358_041.9 + y.ravel())
    for angle in rng.uniform(0, 90, 40):
        square = shapely.affinity.rotate(shapely.box(576_090, 3_358_070, 576_310, 3_358_330), angle)
        pieces = shared(cells, square)
        pieces = pieces[shapely.area(pieces) > 0]
        half = shared(
            _one(square), shapely.affinity.rotate(shapely.box(576_000, 3_358_000, 576_200, 3_358_400), angle / 3)
        )
        inside, outside = shapely.area(shared(pieces, half[0])), shapely.area(remainder(pieces, half[0]))
        assert inside.sum() == pytest.approx(half[0].area, abs=2e-3)
        assert (inside + outside) == pytest.approx(shapely.area(pieces), abs=1e-3)


def test_a_ground_for_each_and_empty_arrays() -> None:
    cells = np.array([shapely.box(0, 0, 2, 2), shapely.box(4, 0, 6, 2)])
    grounds = np.array([shapely.box(1, 0, 9, 9), shapely.box(0, 1, 9, 9)])
    assert shapely.area(shared(cells, grounds)).tolist() == [2.0, 2.0]
    assert shapely.area(remainder(cells, grounds)).tolist() == [2.0, 2.0]
    assert len(shared(cells[:0], grounds[0])) == len(remainder(cells[:0], grounds[:0])) == 0
