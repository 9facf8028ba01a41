"""Polygons as flat arrays of coordinates, without an object for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Polygons as flat coordinates; shells come before their holes.

    Attributes
    ----------
    xy : shape (v, 2), closed rings one after another, projected metres
    ring_starts : shape (r + 1,), first vertex of each ring, then v
    polygon_rings : shape (n + 1,), first ring of each polygon, then r
    boxes : shape (n, 4), bounds where they are known already
    """

    xy: Floats
    ring_starts: Ints
    polygon_rings: Ints
    boxes: Floats | None = None

    @classmethod
    def of(cls, polygons: Geometries) -> Outlines:
        """Take polygons (no multipolygons) apart."""
        rings, of_ring = shapely.get_rings(polygons, return_index=True)
        xy, of_vertex = shapely.get_coordinates(rings, return_index=True)
        starts = np.searchsorted(of_vertex, np.arange(len(rings) + 1))
        return cls(xy, starts, np.searchsorted(of_ring, np.arange(len(polygons) + 1)))

    def __len__(self) -> int:
        return len(self.polygon_rings) - 1

    @property
    def owner(self) -> Ints:
        """Polygon of each vertex, shape (v,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.ring_starts[self.polygon_rings]))

    @property
    def bounds(self) -> Floats:
        """xmin ymin xmax ymax of each polygon, shape (n, 4)."""
        if self.boxes is not None:
            return self.boxes
        if not len(self):
            return np.empty((0, 4))
        return np.hstack([np.minimum.reduceat(self.xy, self.first), np.maximum.reduceat(self.xy, self.first)])

    @property
    def first(self) -> Ints:
        """First vertex of each polygon, shape (n,)."""
        return self.ring_starts[self.polygon_rings[:-1]]

    def polygons(self, at: Ints) -> Geometries:
        """Some of the polygons as geometries."""
        rings, in_polygon = members(self.polygon_rings, at)
        vertices, in_ring = members(self.ring_starts, rings)
        made = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, self.xy.take(vertices, axis=0), (in_ring, in_polygon)
        )
        return np.asarray(made, dtype=object)

    def take(self, at: Ints) -> Outlines:
        """Some of the polygons, in the order asked for."""
        rings, in_polygon = members(self.polygon_rings, at)
        vertices, in_ring = members(self.ring_starts, rings)
        boxes = None if self.boxes is None else self.boxes.take(at, axis=0)
        # Rows of two numbers: `take` is ten times as fast as an index here.
        return Outlines(self.xy.take(vertices, axis=0), in_ring, in_polygon, boxes)


def members(starts: Ints, items: Ints) -> tuple[Ints, Ints]:
    """Members of the chosen items of a ragged array, and the offsets that part them.

    Examples
    --------
    >>> chosen, offsets = members(np.array([0, 2, 5]), np.array([1, 0]))
    >>> chosen.tolist(), offsets.tolist()
    ([2, 3, 4, 0, 1], [0, 3, 5])
    """
    begin, count = starts[items], starts[items + 1] - starts[items]
    offsets = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return np.arange(offsets[-1]) + np.repeat(begin - offsets[:-1], count), offsets
