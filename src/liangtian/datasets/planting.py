"""Facts planted in the invented land, for tests and demonstrations: each is marked in the remark column (BZ)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.datasets.landuse import FARMLAND, ROW
from liangtian.datasets.mesh import components
from liangtian.datasets.parcels import Parcels
from liangtian.datasets.places import nearest_seed
from liangtian.datasets.zoning import protected
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import gauss_kruger
from liangtian.units import MU_M2

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

UNDER, OVER = "演示：连片耕地略小于千亩", "演示：连片耕地略大于千亩"
POND, BUILDING = "演示：永久基本农田实为坑塘", "演示：永久基本农田上违法建筑"

JOINED_WITHIN_M = 10.0
"""Farmland is one block where the gap is no wider: across a rural road or a ditch, not across a stream."""

_REACH_M = 1_000.0
_THOUSAND_MU_M2 = float(1000 * MU_M2)


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """The land with the planted facts.

    Attributes
    ----------
    parcels : the land as it is
    protected : shape (n,), whether the parcel is permanent basic farmland
    registered : shape (n,), class row under which it was designated; differs from the land for the two fakes
    remarks : shape (n,), remark or None
    """

    parcels: Parcels
    protected: Bools
    registered: Ints
    remarks: npt.NDArray[np.object_]


def plant(parcels: Parcels) -> Planted:
    """Two blocks of farmland near 1,000 mu, then a pond and a building where farmland is designated."""
    code = parcels.code.copy()
    remarks = np.full(len(code), None, dtype=object)
    area = ellipsoidal_area(parcels.geometry, gauss_kruger(40))
    taken = np.zeros(len(code), dtype=bool)
    for remark, over in ((UNDER, False), (OVER, True)):
        middle = _open_middle(parcels, code, taken)
        block = _block(parcels, code, area, middle, over=over)
        remarks[block] = remark
        _isolate(parcels, code, block)
        taken |= np.hypot(*(parcels.plan_m - parcels.plan_m[middle]).T) < 2 * _REACH_M
    land = replace(parcels, code=code)
    shielded = protected(land)
    registered = code.copy()
    whole = shielded & (code == ROW["0101"]) & (remarks == None) & (area > 1_500)  # noqa: E711  (elementwise)
    candidates = np.flatnonzero(whole if whole.sum() > 1 else shielded)
    pond, building = candidates[len(candidates) // 3], candidates[2 * len(candidates) // 3]
    code[pond], code[building] = ROW["1104"], ROW["0601"]
    remarks[pond], remarks[building] = POND, BUILDING
    return Planted(land, shielded, registered, remarks)


def _is_farmland(code: Ints) -> Bools:
    return np.isin(code, [ROW[name] for name in FARMLAND])


def _open_middle(parcels: Parcels, code: Ints, taken: Bools) -> int:
    """The field with the most farmland of the plain around it."""
    open_ = _is_farmland(code) & (parcels.grade == 1)
    step = max(1, int(open_.sum()) // 300)
    tried = np.flatnonzero(open_ & ~taken)[::step]
    if not len(tried):
        tried = np.flatnonzero(open_)[::step]
    tree = shapely.STRtree(shapely.points(parcels.plan_m[open_]))
    around, _ = tree.query(shapely.points(parcels.plan_m[tried]), predicate="dwithin", distance=0.6 * _REACH_M)
    return int(tried[np.argmax(np.bincount(around, minlength=len(tried)))])


def _block(parcels: Parcels, code: Ints, area: npt.NDArray[np.float64], middle: int, *, over: bool) -> Ints:
    """Rows of the largest block around `middle` under 1,000 mu, or of the smallest that is over."""
    away = np.hypot(*(parcels.plan_m - parcels.plan_m[middle]).T)
    near = np.flatnonzero(_is_farmland(code) & (parcels.grade == 1) & (away < 1.6 * _REACH_M))
    near = near[np.argsort(away[near], kind="stable")]
    shapes = parcels.geometry[near]
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=JOINED_WITHIN_M)

    def connected(count: int) -> Ints:
        inside = (a < count) & (b < count) & (a < b)
        return np.flatnonzero(components(count, a[inside], b[inside]) == 0)

    low, high = 1, len(near)  # low: not over; high: over, if anything is
    while high - low > 1:
        middle_count = (low + high) // 2
        if area[near[connected(middle_count)]].sum() < _THOUSAND_MU_M2:
            low = middle_count
        else:
            high = middle_count
    return near[connected(high if over else low)]


def _isolate(parcels: Parcels, code: Ints, block: Ints) -> None:
    """Orchard and nursery instead of the farmland right around a block, so that it ends there."""
    tree = shapely.STRtree(parcels.geometry)
    _, beside = tree.query(parcels.geometry[block], predicate="dwithin", distance=JOINED_WITHIN_M + 1.0)
    ring = np.setdiff1d(beside, block)
    ring = ring[_is_farmland(code[ring])]
    code[ring] = np.where(nearest_seed(parcels.places.seed, *parcels.plan_m[ring].T) % 2, ROW["0201"], ROW["0204"])
