"""A gallery of awkward geometries, in metres, for every test that takes polygons."""

from __future__ import annotations

import numpy as np
import shapely

SQUARE = shapely.box(0, 0, 10, 10)
CLOCKWISE = SQUARE.reverse()
FRAME = shapely.box(0, 0, 10, 10) - shapely.box(4, 4, 6, 6)
PLUG = shapely.box(4, 4, 6, 6)
ISLANDS = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
ISLANDS_SWAPPED = shapely.MultiPolygon([shapely.box(5, 5, 6, 6), shapely.box(0, 0, 1, 1)])
REPEATED_VERTEX = shapely.Polygon([(0, 0), (10, 0), (10, 0), (10, 10), (0, 10), (0, 0)])
STRIP = shapely.box(0, 0, 100, 0.1)

BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
LOPSIDED_BOW_TIE = shapely.Polygon([(0, 0), (3, 3), (3, 0), (0, 2), (0, 0)])
HOLE_OUTSIDE = shapely.Polygon(SQUARE.exterior.coords, [shapely.box(20, 20, 21, 21).exterior.coords])
NESTED_PARTS = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(2, 2, 4, 4)])
SPIKE = shapely.Polygon([(0, 0), (10, 0), (10, 10), (15, 15), (10, 10), (0, 10), (0, 0)])

FLAT = shapely.Polygon([(0, 0), (2, 0), (1, 0), (0, 0)])
POINT_SIZED = shapely.Polygon([(1, 1), (1, 1), (1, 1), (1, 1)])

with np.errstate(invalid="ignore"):
    NOT_A_NUMBER = shapely.Polygon([(0, 0), (10, 0), (np.nan, 10), (0, 10)])
    INFINITE = shapely.Polygon([(0, 0), (10, 0), (np.inf, 10), (0, 10)])

EMPTY = shapely.Polygon()
LINE = shapely.LineString([(0, 0), (1, 1)])
POINT = shapely.Point(1, 1)

FINE = {
    "square": SQUARE,
    "clockwise": CLOCKWISE,
    "frame": FRAME,
    "islands": ISLANDS,
    "repeated vertex": REPEATED_VERTEX,
    "strip": STRIP,
}
INVALID = {
    "bow tie": BOW_TIE,
    "lopsided bow tie": LOPSIDED_BOW_TIE,
    "hole outside": HOLE_OUTSIDE,
    "nested parts": NESTED_PARTS,
    "spike": SPIKE,
}
FLATS = {"flat": FLAT, "point-sized": POINT_SIZED}
UNMEASURABLE = {"not a number": NOT_A_NUMBER, "infinite": INFINITE}
ABSENT = {"none": None, "empty": EMPTY}
NOT_POLYGONS = {"line": LINE, "point": POINT}
