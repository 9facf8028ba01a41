"""Which ground of candidates lies on other polygons, and what is left when that is taken away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from liangtian.space.area import ellipsoidal_area
from liangtian.space.overlay import remainder, shared
from liangtian.units import round_dm2

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

MANY = 256  # vertices beyond which a polygon is parted: an overlay takes as long as the larger of the two


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """Ground that candidates share with polygons, pair by pair, ordered by candidate and polygon.

    Attributes
    ----------
    candidate, part : shape (p,), of each pair
    area_dm2 : shape (p,), above 0
    """

    candidate: Ints
    part: Ints
    area_dm2: Ints

    def take(self, kept: Mask) -> Common:
        return Common(self.candidate[kept], self.part[kept], self.area_dm2[kept])

    def sums_dm2(self, size: int) -> Ints:
        """Ground of each candidate, shape (n,); twice what two polygons both cover."""
        sums = np.zeros(size, dtype=np.int64)
        np.add.at(sums, self.candidate, self.area_dm2)
        return sums


def common_ground(candidates: Shapes, area_dm2: Ints, parts: Shapes, crs: CRS) -> Common:
    """Measure what each candidate shares with each polygon.

    Parameters
    ----------
    candidates : shape (n,), valid polygons and multipolygons in `crs`
    area_dm2 : shape (n,), of the candidates: what lies inside a polygon whole is not measured again
    parts : shape (k,), polygons in `crs`
    """
    if not len(parts) or not len(candidates):
        return Common(*(np.empty(0, dtype=np.int64),) * 3)
    shapely.prepare(parts)
    tree = shapely.STRtree(candidates)
    part, candidate = tree.query(parts, predicate="intersects")
    whole = shapely.covers(parts[part], candidates[candidate])
    area = np.where(whole, area_dm2[candidate], 0)
    cut = np.flatnonzero(~whole)
    pieces = shared(candidates[candidate[cut]], parts[part[cut]])
    real = shapely.area(pieces) > 0  # neighbours share lines and points
    area[cut[real]] = np.minimum(round_dm2(ellipsoidal_area(pieces[real], crs)), area_dm2[candidate[cut[real]]])
    order = np.lexsort((part, candidate))
    order = order[area[order] > 0]
    return Common(candidate[order], part[order], area[order])


def without(candidates: Shapes, parts: Shapes, common: Common) -> Shapes:
    """What is left of candidates when the polygons of the pairs are taken away. Shape (n,), empty where nothing is.

    Polygons are taken away one after another, the first of every candidate at once, then the second of every one.
    """
    left = candidates.copy()
    first = np.searchsorted(common.candidate, common.candidate)
    turn = np.arange(len(common.candidate)) - first
    for now in range(int(turn.max(initial=-1)) + 1):
        pair = np.flatnonzero(turn == now)
        at = common.candidate[pair]
        left[at] = remainder(left[at], parts[common.part[pair]])
    return left


def parted(shapes: Shapes, *, many: int = MANY) -> tuple[Shapes, Ints]:
    """Polygons halved until none has more than `many` vertices.

    Returns
    -------
    pieces, owner : shape (k,) each; position of the shape each piece belongs to

    Examples
    --------
    >>> pieces, owner = parted(np.array([shapely.Point(0, 0).buffer(9, quad_segs=100), shapely.box(0, 0, 1, 1)]))
    >>> len(pieces) > 2, sorted(set(owner.tolist())), int(shapely.get_num_coordinates(pieces).max()) <= 256
    (True, [0, 1], True)
    """
    parts, owner = _polygons(shapes, np.arange(len(shapes)))
    done, of = [parts[:0]], [owner[:0]]
    while len(parts):
        large = shapely.get_num_coordinates(parts) > many
        done.append(parts[~large])
        of.append(owner[~large])
        parts, owner = _halved(parts[large], owner[large])
    return np.concatenate(done), np.concatenate(of)


def _halved(parts: Shapes, owner: Ints) -> tuple[Shapes, Ints]:
    west, south, east, north = shapely.bounds(parts).T
    wide = east - west >= north - south
    middle = np.where(wide, west + east, south + north) / 2
    low = shapely.box(west, south, np.where(wide, middle, east), np.where(wide, north, middle))
    high = shapely.box(np.where(wide, middle, west), np.where(wide, south, middle), east, north)
    return _polygons(np.concatenate([shared(parts, low), shared(parts, high)]), np.concatenate([owner, owner]))


def _polygons(shapes: Shapes, owner: Ints) -> tuple[Shapes, Ints]:
    parts, at = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)  # a collection may hold multipolygons
    at = at[inner]
    real = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) > 0)
    return np.asarray(parts[real], dtype=object), owner[at[real]]
