from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

import geometries as gallery
from liangtian.space.topology import (
    count_holes,
    coverage,
    find_duplicates,
    find_gaps,
    find_invalid,
    find_overlaps,
    is_absent,
    is_flat,
    is_polygonal,
    is_sliver,
    mean_width,
    propose_repair,
)

box = shapely.box


def array(*shapes):
    return np.array(shapes, dtype=object)


def grid(columns, rows, side=10.0):
    x, y = np.meshgrid(np.arange(columns) * side, np.arange(rows) * side)
    return box(x.ravel(), y.ravel(), x.ravel() + side, y.ravel() + side)


def overlaps(shapes):
    pairs = find_overlaps(coverage(shapes))
    areas = shapely.area(pairs.piece).round(6).tolist()
    return list(zip(pairs.first.tolist(), pairs.second.tolist(), areas, strict=True))


def brute_force(shapes):
    found = []
    for i in range(len(shapes)):
        for j in range(i + 1, len(shapes)):
            area = round(shapes[i].intersection(shapes[j]).area, 6)
            found += [(i, j, area)] if area > 0 else []
    return found


@pytest.mark.parametrize("name", gallery.FINE)
def test_nothing_is_wrong_with_a_fine_geometry(name):
    shapes = array(gallery.FINE[name])
    assert not is_absent(shapes).any()
    assert is_polygonal(shapes).all()
    assert not is_flat(shapes).any()
    assert len(find_invalid(shapes).at) == 0
    assert len(find_duplicates(shapes).at) == 0
    assert overlaps(shapes) == []
    assert propose_repair(shapes)[0][0] is shapes[0]


@pytest.mark.parametrize("name", gallery.INVALID)
def test_an_invalid_geometry_is_found_and_its_repair_is_a_valid_polygon(name):
    shapes = array(gallery.SQUARE, gallery.INVALID[name])
    found = find_invalid(shapes)
    assert found.at.tolist() == [1]
    assert np.isfinite(found.xy).all()
    assert "[" not in found.reason[0]

    repaired, what = propose_repair(shapes)
    assert repaired[0] is shapes[0]
    assert what.tolist() == [None, found.reason[0]]
    assert repaired[1].is_valid
    assert is_polygonal(repaired).all()
    assert repaired[1].area > 0
    assert shapes[1] is gallery.INVALID[name]


@pytest.mark.parametrize("name", gallery.UNMEASURABLE)
def test_a_coordinate_that_is_no_number_is_found_and_never_repaired(name):
    shapes = array(gallery.SQUARE, gallery.UNMEASURABLE[name])
    found = find_invalid(shapes)
    assert (found.at.tolist(), found.unmeasurable.tolist()) == ([1], [1])
    assert propose_repair(shapes)[1].tolist() == [None, None]
    assert overlaps(shapes) == []


def test_an_invalid_geometry_names_the_place():
    found = find_invalid(array(gallery.BOW_TIE))
    assert (found.reason.tolist(), found.xy.tolist()) == (["Self-intersection"], [[1.0, 1.0]])


@pytest.mark.parametrize("name", gallery.FLATS)
def test_a_flat_polygon_is_flat_and_not_called_invalid(name):
    shapes = array(gallery.FLATS[name])
    assert is_flat(shapes).tolist() == [True]
    assert len(find_invalid(shapes).at) == 0
    assert propose_repair(shapes)[1].tolist() == [None]
    assert not is_sliver(shapes, 1.0).any()


def test_a_bow_tie_with_equal_wings_is_not_flat():
    assert is_flat(array(gallery.BOW_TIE)).tolist() == [False]


def test_absent_geometries_are_absent_and_pass_through_everything():
    shapes = array(*gallery.ABSENT.values(), gallery.SQUARE)
    assert is_absent(shapes).tolist() == [True, True, False]
    assert is_flat(shapes).tolist() == [False, False, False]
    assert count_holes(shapes).tolist() == [0, 0, 0]
    assert len(find_invalid(shapes).at) == 0
    assert len(find_duplicates(shapes).at) == 0
    assert overlaps(shapes) == []


def test_lines_and_points_are_not_polygonal():
    assert is_polygonal(array(*gallery.NOT_POLYGONS.values(), None, gallery.ISLANDS)).tolist() == [False] * 3 + [True]


def test_mean_width_of_a_strip_is_its_width():
    assert mean_width(array(gallery.STRIP, None)).round(3).tolist()[0] == 0.1
    assert is_sliver(array(gallery.STRIP, gallery.SQUARE, None), 0.2).tolist() == [True, False, False]


def test_holes_are_counted_over_all_parts():
    two = shapely.MultiPolygon([gallery.FRAME, box(20, 0, 30, 10) - box(22, 2, 23, 3) - box(25, 5, 26, 6)])
    assert count_holes(array(gallery.SQUARE, gallery.FRAME, two)).tolist() == [0, 1, 3]


def test_copies_are_found_whatever_their_direction_start_and_order():
    turned = shapely.Polygon([(10, 10), (0, 10), (0, 0), (10, 0), (10, 10)])
    shapes = array(gallery.ISLANDS, gallery.SQUARE, gallery.CLOCKWISE, gallery.FRAME, turned, gallery.ISLANDS_SWAPPED)
    copies = find_duplicates(shapes)
    assert (copies.at.tolist(), copies.of.tolist()) == ([2, 4, 5], [1, 1, 0])


@pytest.mark.parametrize(
    ("name", "shapes", "expected"),
    [
        ("side by side", [box(0, 0, 2, 2), box(2, 0, 4, 2)], []),
        ("corner to corner", [box(0, 0, 2, 2), box(2, 2, 4, 4)], []),
        ("unlike vertices on a shared side", [box(0, 0, 2, 2), box(2, 0, 4, 1), box(2, 1, 4, 2)], []),
        ("a plug in its hole", [gallery.FRAME, gallery.PLUG], []),
        ("copies", [box(0, 0, 2, 2)] * 3, [(0, 1, 4.0), (0, 2, 4.0), (1, 2, 4.0)]),
        ("one within another", [box(0, 0, 9, 9), box(2, 2, 3, 3)], [(0, 1, 1.0)]),
        ("one within another along a side", [box(0, 0, 9, 9), box(0, 2, 3, 3)], [(0, 1, 3.0)]),
        ("a cross", [box(0, 4, 9, 5), box(4, 0, 5, 9)], [(0, 1, 1.0)]),
        ("two pieces", [gallery.FRAME, box(2, 4.5, 8, 5.5)], [(0, 1, 4.0)]),
        ("an invalid one", [gallery.BOW_TIE, box(0, 0.5, 1, 1.5)], [(0, 1, 0.75)]),
    ],
)
def test_overlaps(name, shapes, expected):
    assert overlaps(array(*shapes)) == expected


def test_overlaps_of_two_offset_grids_are_all_found():
    two = np.concatenate([grid(6, 6), shapely.transform(grid(6, 6), lambda xy: xy + 3.0)])
    assert overlaps(two) == brute_force(two)


def test_overlaps_under_a_grid_laid_twice_are_all_found():
    twice = np.concatenate([grid(5, 5), grid(5, 5)])
    assert [pair[:2] for pair in overlaps(twice)] == [(k, k + 25) for k in range(25)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 5)] * 2), min_size=1, max_size=12))
def test_overlaps_agree_with_comparing_every_pair(rectangles):
    shapes = array(*(box(x, y, x + w, y + h) for x, y, w, h in rectangles))
    assert overlaps(shapes) == brute_force(shapes)


def test_a_grid_has_neither_gap_nor_overlap():
    layer = coverage(grid(20, 20))
    assert len(find_gaps(layer)) == 0
    assert len(find_overlaps(layer).first) == 0


def test_a_missing_cell_is_a_gap():
    gaps = find_gaps(coverage(np.delete(grid(3, 3), 4)))
    assert [gap.bounds for gap in gaps] == [(10.0, 10.0, 20.0, 20.0)]


def test_a_hole_filled_in_part_leaves_a_gap():
    gaps = find_gaps(coverage(array(gallery.FRAME, box(4, 4, 6, 5))))
    assert [gap.bounds for gap in gaps] == [(4.0, 5.0, 6.0, 6.0)]


def test_a_gap_open_to_the_outside_shows_against_an_extent_only():
    layer = coverage(np.delete(grid(3, 3), 5))
    assert len(find_gaps(layer)) == 0
    assert [gap.bounds for gap in find_gaps(layer, box(0, 0, 30, 30))] == [(20.0, 10.0, 30.0, 20.0)]


def test_islands_inside_a_gap_are_no_gap():
    """A moat, an island in it with a pond, an islet in the pond: two gaps, the moat and the pond."""
    frame, island = box(0, 0, 90, 90) - box(10, 10, 80, 80), box(20, 20, 70, 70) - box(30, 30, 60, 60)
    gaps = find_gaps(coverage(array(frame, island, box(40, 40, 50, 50))))
    assert sorted(shapely.area(gaps).tolist()) == [800.0, 2400.0]


def test_an_island_that_meets_the_rim_in_two_corners_parts_a_gap():
    diamond = shapely.Polygon([(5, 20), (20, 5), (35, 20), (20, 35)])
    frame = box(0, 0, 40, 40) - box(5, 5, 35, 35)
    gaps = find_gaps(coverage(array(frame, diamond)))
    assert shapely.area(gaps).tolist() == [112.5] * 4


def test_parcels_that_meet_in_corners_alone_enclose_a_gap():
    """The union has it as the hole of no part; inside a frame, of the frame's hole."""
    around = [box(10, 0, 20, 10), box(0, 10, 10, 20), box(20, 10, 30, 20), box(10, 20, 20, 30)]
    frame = box(-10, -10, 40, 40) - box(-5, -5, 35, 35)
    assert [gap.bounds for gap in find_gaps(coverage(array(*around)))] == [(10.0, 10.0, 20.0, 20.0)]
    assert sorted(shapely.area(find_gaps(coverage(array(*around, frame)))).tolist()) == [100.0, 1100.0]
    assert shapely.area(find_gaps(coverage(array(*around, box(14, 14, 16, 16))))).tolist() == [96.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 5)] * 2), min_size=4, max_size=20))
def test_gaps_are_the_bounded_rest_of_the_plane(rectangles):
    """What is left of a frame wider than all, without the part that reaches its edge."""
    shapes = array(*(box(x, y, x + w, y + h) for x, y, w, h in rectangles))
    rest = shapely.get_parts(shapely.difference(box(-1, -1, 20, 20), shapely.union_all(shapes)))
    rest = [shapely.normalize(part).wkb for part in rest if not part.intersects(box(-1, -1, 20, 20).exterior)]
    gaps = find_gaps(coverage(shapes))
    assert sorted(np.round(shapely.area(gaps), 9)) == sorted(np.round(shapely.area(shapely.from_wkb(rest)), 9))


def test_ground_between_parcels_that_touch_in_corners_is_a_gap():
    """Four squares around a fifth that is missing; then one of them gone, so that the ground is open."""
    corners = box([10, 0, 20, 10], [0, 10, 10, 20], [20, 10, 30, 20], [10, 20, 20, 30])
    assert shapely.area(find_gaps(coverage(corners))).tolist() == [100.0]
    assert len(find_gaps(coverage(corners[:3]))) == 0


def test_crumbs_of_an_overlay_are_gaps_too():
    """The caller sets the limit."""
    gaps = find_gaps(coverage(array(box(0, 0, 9, 9) - box(4, 4, 4.01, 4.01))))
    assert shapely.area(gaps).round(9).tolist() == [0.0001]


def test_a_gap_is_the_same_to_the_last_bit_whatever_else_is_in_the_layer():
    """Around it parcels overlap, by corners that no overlay hits exactly, and come in another order."""
    turned = affinity.rotate(shapely.MultiPolygon(list(grid(12, 12))), 17.3, origin=(0, 0)).geoms
    fields = np.delete(np.array(list(turned), dtype=object), [40, 77, 78])
    fields[[20, 38, 70]] = shapely.buffer(fields[[20, 38, 70]], 0.7)
    whole = find_gaps(coverage(fields))
    assert len(whole) == 2
    for gap in whole:
        some = fields[shapely.dwithin(fields, gap, 3.0)][::-1]
        assert gap.wkb in [part.wkb for part in find_gaps(coverage(some))]


def test_a_layer_without_polygons_has_no_gaps_but_leaves_its_extent_bare():
    layer = coverage(array(None, gallery.EMPTY, gallery.LINE))
    assert len(find_gaps(layer)) == 0
    assert shapely.area(find_gaps(layer, gallery.SQUARE)).tolist() == [100.0]
