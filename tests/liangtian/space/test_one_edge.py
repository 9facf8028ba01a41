"""Polygons cut in two by one edge: what an overlay finds, or nothing is said."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.space.one_edge import halved
from liangtian.space.overlay import shared

EAST, NORTH = 560_000.0, 3_380_000.0


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)


def star(x: float, y: float, reaches: list[float], *, clockwise: bool) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, len(reaches), endpoint=False) * (-1 if clockwise else 1)
    return shapely.Polygon(np.stack([EAST + x + reaches * np.cos(turn), NORTH + y + reaches * np.sin(turn)], axis=1))


reaches = st.lists(st.floats(2, 30), min_size=3, max_size=12)
stars = st.builds(star, st.floats(-20, 220), st.floats(-20, 120), reaches, clockwise=st.booleans()).filter(
    lambda shape: shape.is_valid
)


@settings(max_examples=150, deadline=None)
@given(st.lists(stars, min_size=1, max_size=20), st.floats(0, 90), st.booleans())
def test_halves_are_what_an_overlay_finds(shapes: list[shapely.Polygon], angle: float, hollow: bool) -> None:
    ground = shapely.affinity.rotate(box(0, 0, 200, 100), angle)
    if hollow:
        ground -= shapely.affinity.rotate(box(60, 30, 140, 70), angle, origin=ground.centroid)
    given_shapes = np.array(shapes, dtype=object)
    at, parts = halved(given_shapes, ground)
    expected = shapely.intersection(given_shapes[at], ground)
    assert shapely.is_valid(parts).all()
    assert shapely.area(parts) == pytest.approx(shapely.area(expected), abs=1e-5)
    assert shapely.area(shapely.symmetric_difference(parts, expected, grid_size=1e-6)) == pytest.approx(0, abs=1e-3)


def test_only_what_one_edge_halves_is_told() -> None:
    ground = box(0, 0, 100, 100)
    comb = shapely.Polygon([(EAST + x, NORTH + y) for x, y in [(90, 10), (110, 10), (90, 15), (110, 20), (85, 20)]])
    ring = box(90, 30, 110, 50) - box(97, 35, 103, 45)
    apart = shapely.MultiPolygon([box(90, 60, 110, 62), box(90, 64, 110, 66)])
    beside, corner, along = box(80, 70, 100, 75), box(95, 95, 105, 105), box(100, 80, 110, 90)
    field = box(90, 50, 110, 55)
    shapes = [comb, ring, apart, beside, corner, along, field, shapely.MultiPolygon([field]), shapely.Polygon()]
    at, parts = halved(np.array(shapes, dtype=object), ground)
    assert at.tolist() == [6, 7]
    assert [part.bounds for part in parts] == [box(90, 50, 100, 55).bounds] * 2


def test_neighbours_meet_the_edge_in_the_same_points() -> None:
    ground = box(0, 0, 400, 100)
    lines = [((EAST + 7.1 * n, NORTH - 31.7), (EAST + 7.1 * n + np.sin(n), NORTH + 52.3)) for n in range(1, 51)]
    strips = [shapely.Polygon([*one, *reversed(other)]) for one, other in itertools.pairwise(lines)]
    at, parts = halved(np.array(strips, dtype=object), ground)
    corners = np.concatenate([shapely.get_coordinates(part)[:-1] for part in parts])
    assert len(at) == len(strips) == 49
    assert len(np.unique(corners[corners[:, 1] < NORTH + 1], axis=0)) == 50


def test_of_many_polygons_each_is_cut_as_it_is_alone() -> None:
    ground = shapely.affinity.rotate(box(50, 30, 200, 100), 30)
    fields = np.array(
        [box(20 * n, 15 * m, 20 * n + 20, 15 * m + 15) for n in range(12) for m in range(9)], dtype=object
    )
    together = shapely.area(shared(fields, ground))
    alone = [shapely.area(shared(fields[[n]], ground))[0] for n in range(len(fields))]
    assert together == pytest.approx(alone, abs=1e-6)
