from __future__ import annotations

import numpy as np
import shapely

import geometries as gallery
from liangtian.space.edges import has_unshared_edge

box = shapely.box


def unshared(*shapes):
    return has_unshared_edge(np.array(shapes, dtype=object)).tolist()


def test_only_the_rim_of_a_grid_has_unshared_edges():
    x, y = np.meshgrid(np.arange(4.0), np.arange(4.0))
    marks = has_unshared_edge(box(x.ravel(), y.ravel(), x.ravel() + 1, y.ravel() + 1))
    assert np.flatnonzero(~marks).tolist() == [5, 6, 9, 10]


def test_direction_of_rings_does_not_matter():
    around = gallery.FRAME.reverse()
    assert unshared(around, gallery.PLUG) == unshared(gallery.FRAME, gallery.PLUG.reverse()) == [True, False]


def test_a_copy_shares_no_edge_though_its_edges_are_the_same():
    assert unshared(gallery.FRAME, gallery.PLUG, gallery.PLUG) == [True, True, True]


def test_signed_zeros_and_repeated_vertices_are_the_same_edge():
    left = shapely.Polygon([(-1, -0.0), (0.0, -0.0), (0.0, -0.0), (-0.0, 1), (-1, 1)])
    rest = box(-9, -9, 9, 9) - box(-1, 0, 0, 1)
    assert unshared(rest, left) == [True, False]


def test_no_polygons_no_marks():
    assert unshared() == []
