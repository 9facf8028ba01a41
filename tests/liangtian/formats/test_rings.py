"""Rings to polygons: geometry decides which ring is a hole."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from liangtian.formats.rings import polygons_from_rings


def rings_of(boxes):
    """Coordinates and ring index of the outlines of boxes."""
    return shapely.get_coordinates(shapely.get_exterior_ring(np.array(boxes)), return_index=True)


def test_features_without_rings_are_empty():
    made = polygons_from_rings(np.empty((0, 2)), np.empty(0, dtype=int), np.empty(0, dtype=int), size=2)

    assert shapely.is_empty(made).tolist() == [True, True]


def test_a_ring_of_another_feature_is_no_hole():
    coordinates, ring = rings_of([box(0, 0, 9, 9), box(3, 3, 6, 6)])

    made = polygons_from_rings(coordinates, ring, np.array([0, 1]), size=2)

    assert shapely.area(made).tolist() == [81.0, 9.0]


def test_a_hole_that_touches_its_shell_stays_a_hole():
    coordinates, ring = rings_of([box(0, 0, 9, 9), box(0, 3, 6, 6)])

    made = polygons_from_rings(coordinates, ring, np.array([0, 0]), size=1)

    assert made[0].geom_type == "Polygon"
    assert len(made[0].interiors) == 1


@given(st.permutations(range(7)))
def test_order_and_depth_of_rings_play_no_role(order):
    nested = [box(i, i, 20 - i, 20 - i) for i in range(5)]
    rings = [*nested, box(30, 0, 40, 10), box(32, 2, 34, 4)]
    coordinates, ring = rings_of([rings[i] for i in order])

    made = polygons_from_rings(coordinates, ring, np.zeros(7, dtype=int), size=1)

    assert made[0].is_valid
    assert made[0].area == sum((-1) ** i * nested[i].area for i in range(5)) + 96
    assert shapely.get_num_geometries(made[0]) == 4
