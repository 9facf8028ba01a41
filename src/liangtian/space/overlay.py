"""Intersection and difference of polygons whose edges may nearly coincide, with every answer tried by points.

Where two edges lie within nanometres of each other along a stretch, as after cutting twice by one line or after a change of
coordinates, GEOS (3.14 at least) at times takes the whole of a polygon for the part that lies inside the other, with no error.
A point inside each part found, and one inside each polygon asked about, tells that: in a wrong answer they lie on the wrong
side. Such pairs are overlaid again on a grid of a micrometre, where coincidence is exact. It moves no edge by more than that.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
Overlay = Callable[..., Geometries]

GRID_M = 1e-6
LEAST_M2 = 0.005
"""Parts below half of 0.01 m² are not tried: no sum notices them."""


def shared(shapes: Geometries, ground: Geometries | shapely.Geometry) -> Geometries:
    """What each polygon shares with the ground (one for all, or one for each). Shape (n,).

    Examples
    --------
    >>> shapely.area(shared(np.array([shapely.box(0, 0, 2, 2), shapely.box(5, 5, 6, 6)]), shapely.box(1, 0, 9, 9))).tolist()
    [2.0, 1.0]
    """
    return _tried(shapely.intersection, shapes, ground, inside=True)


def remainder(shapes: Geometries, ground: Geometries | shapely.Geometry) -> Geometries:
    """What each polygon has beyond the ground (one for all, or one for each). Shape (n,).

    Examples
    --------
    >>> shapely.area(remainder(np.array([shapely.box(0, 0, 2, 2)]), shapely.box(1, 0, 9, 9))).tolist()
    [2.0]
    """
    return _tried(shapely.difference, shapes, ground, inside=False)


def _tried(overlay: Overlay, shapes: Geometries, ground: Geometries | shapely.Geometry, *, inside: bool) -> Geometries:
    if not len(shapes):
        return np.empty(0, dtype=object)
    grounds = ground if isinstance(ground, np.ndarray) else np.full(len(shapes), ground, dtype=object)
    found = np.asarray(overlay(shapes, grounds), dtype=object)
    wrong = np.flatnonzero(_is_misplaced(found, grounds, inside) | _is_missed(found, shapes, grounds, inside))
    if len(wrong):
        found[wrong] = overlay(shapes[wrong], grounds[wrong], grid_size=GRID_M)
    return found


def _is_misplaced(found: Geometries, grounds: Geometries, inside: bool) -> Mask:
    """Whether a part of what was found lies on the wrong side."""
    parts, of = shapely.get_parts(found, return_index=True)
    counted = shapely.area(parts) >= LEAST_M2
    parts, of = parts[counted], of[counted]
    wrong = np.zeros(len(found), dtype=bool)
    wrong[of[shapely.intersects(grounds[of], shapely.point_on_surface(parts)) != inside]] = True
    return wrong


def _is_missed(found: Geometries, shapes: Geometries, grounds: Geometries, inside: bool) -> Mask:
    """Whether a point of a polygon that should have been found was not, or one that should not was."""
    inner = shapely.point_on_surface(shapes)
    wanted = shapely.intersects(grounds, inner) == inside
    missed: Mask = wanted != shapely.intersects(found, inner)
    return missed
