"""Rings ↔ polygons when a file numbers rings but does not say which are holes: geometry decides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Coordinates = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def polygons_from_rings(
    coordinates: Coordinates, ring: Integers, owner: Integers, *, size: int
) -> npt.NDArray[np.object_]:
    """Build the polygon or multipolygon of each feature from its rings.

    A ring inside an odd number of the feature's other rings is a hole of the smallest ring around it; every other
    ring begins a part. Orientation and order in the file play no role.

    Parameters
    ----------
    coordinates : shape (m, 2), rings closed: the first vertex of each stands again at its end
    ring : shape (m,), ring of each vertex, 0, 0, …, 1, … ascending without gaps
    owner : shape (r,), feature of each ring, 0 … size - 1
    size : number of features

    Returns
    -------
    ndarray, shape (size,), object: Polygon or MultiPolygon; an empty MultiPolygon where a feature has no ring

    Examples
    --------
    >>> square = np.array([[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], dtype=float)
    >>> both = np.concatenate([square, square / 4 + 1])
    >>> polygons_from_rings(both, np.repeat([0, 1], 5), np.array([0, 0]), size=1)[0].area
    15.0
    """
    lengths = np.bincount(ring, minlength=len(owner))
    depth, parent = _nesting(coordinates, ring, owner)
    is_hole = depth % 2 == 1
    shell = np.where(is_hole, parent, np.arange(len(owner)))
    order = np.lexsort((np.arange(len(owner)), is_hole, shell, owner))

    ring_offsets = np.concatenate([[0], np.cumsum(lengths[order])])
    part_offsets = np.append(np.flatnonzero(~is_hole[order]), len(owner))
    part_owner = owner[order][part_offsets[:-1]]
    feature_offsets = np.concatenate([[0], np.cumsum(np.bincount(part_owner, minlength=size))])
    starts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    gathered = coordinates[ranges(starts[order], lengths[order])]
    multi = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, gathered, (ring_offsets, part_offsets, feature_offsets)
    )
    single = np.diff(feature_offsets) == 1
    multi[single] = shapely.get_geometry(multi[single], 0)
    return np.asarray(multi, dtype=np.object_)


def ranges(starts: Integers, lengths: Integers) -> Integers:
    """Concatenate the index runs `start, start + 1, …` of the given lengths.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    if not len(lengths):
        return np.empty(0, dtype=np.int64)
    ends = np.cumsum(lengths)
    return np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)


def _nesting(coordinates: Coordinates, ring: Integers, owner: Integers) -> tuple[Integers, Integers]:
    """Number of rings around each ring within its feature, and the smallest of them (-1: none)."""
    depth = np.zeros(len(owner), dtype=np.int64)
    parent = np.full(len(owner), -1, dtype=np.int64)
    candidates = np.flatnonzero(np.bincount(owner)[owner] > 1) if len(owner) else owner
    if not len(candidates):
        return depth, parent
    keep = np.isin(ring, candidates)
    place = np.searchsorted(candidates, ring[keep])
    filled = shapely.polygons(shapely.linearrings(coordinates[keep], indices=place))
    inner, outer = shapely.STRtree(filled).query(shapely.point_on_surface(filled), predicate="intersects")
    area = shapely.area(filled)
    around = (owner[candidates[inner]] == owner[candidates[outer]]) & (area[outer] > area[inner])
    inner, outer = inner[around], outer[around]

    depth[candidates] = np.bincount(inner, minlength=len(candidates))
    largest_first = np.argsort(-area[outer], kind="stable")
    # The last assignment wins, so the smallest surrounding ring stays.
    parent[candidates[inner[largest_first]]] = candidates[outer[largest_first]]
    return depth, parent
