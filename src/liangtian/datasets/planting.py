"""Facts planted in the invented land, for tests and demonstrations: each is marked in the remark column (BZ)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.datasets.landuse import FARMLAND, ROW, Kind
from liangtian.datasets.parcels import Parcels
from liangtian.datasets.places import nearest_seed
from liangtian.datasets.zoning import protected
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import gauss_kruger
from liangtian.units import MU_M2

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNDER, OVER = "演示：连片耕地略小于千亩", "演示：连片耕地略大于千亩"
POND, BUILDING = "演示：永久基本农田实为坑塘", "演示：永久基本农田上违法建筑"

JOINED_WITHIN_M = 16.0
"""Farmland is one block where the gap is no wider: across a road, a ditch or a brook, not across a river."""

_OPEN_M, _REACH_M = 600.0, 1_500.0
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
    for remark, over in ((UNDER, False), (OVER, True)):
        block = _near_thousand_mu(parcels, code, area, over=over)
        if not len(block):
            continue
        remarks[block] = remark
        _isolate(parcels, code, block)
        code[block] = -1  # not to be found again
    as_drawn = np.where(_is_farmland(parcels.code), parcels.code, ROW["0101"])
    code = np.where(code < 0, as_drawn, code)
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


def _near_thousand_mu(parcels: Parcels, code: Ints, area: Floats, *, over: bool) -> Ints:
    """Rows of a block of the plain just under or just over 1,000 mu; none where a small land has no such block.

    Where farmland alone does not join to 1,000 mu, fields of any class become farmland.
    """
    plain = (parcels.grade == 1) & (code >= 0)
    for allowed in (_is_farmland(code), parcels.kind == Kind.FIELDS):
        block = _most_open(parcels, np.flatnonzero(plain & allowed), area, over=over)
        if len(block):
            return block
    return np.zeros(0, dtype=np.int64)


def _most_open(parcels: Parcels, open_: Ints, area: Floats, *, over: bool) -> Ints:
    """The block of the open parcels with the most of them around; none if they nowhere join to 1,000 mu."""
    tried = open_[:: max(1, len(open_) // 300)]
    places = shapely.points(parcels.plan_m)
    tree = shapely.STRtree(places[open_])
    around, _ = tree.query(places[tried], predicate="dwithin", distance=_OPEN_M)
    for middle in tried[np.argsort(-np.bincount(around, minlength=len(tried)), kind="stable")]:
        order = _outwards(parcels, open_[tree.query(places[middle], predicate="dwithin", distance=_REACH_M)], middle)
        under = int(np.searchsorted(np.cumsum(area[order]), _THOUSAND_MU_M2))
        if under < len(order):
            return order[: under + 1] if over else order[:under]
    return open_[:0]


def _outwards(parcels: Parcels, rows: Ints, middle: int) -> Ints:
    """The rows that are joined with `middle`, nearest first along the fields: any first few of them are joined too."""
    shapes, places = parcels.geometry[rows], parcels.plan_m[rows]
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=JOINED_WITHIN_M)
    step = np.hypot(*(places[a] - places[b]).T) + 1.0
    away = np.where(rows == middle, 0.0, np.inf)
    while True:
        nearer = away.copy()
        np.minimum.at(nearer, b, away[a] + step)
        if (nearer == away).all():
            break
        away = nearer
    order = np.argsort(away, kind="stable")
    return rows[order[np.isfinite(away[order])]]


def _isolate(parcels: Parcels, code: Ints, block: Ints) -> None:
    """Orchard and nursery instead of the farmland right around a block, so that it ends there."""
    tree = shapely.STRtree(parcels.geometry)
    _, beside = tree.query(parcels.geometry[block], predicate="dwithin", distance=JOINED_WITHIN_M + 1.0)
    ring = np.setdiff1d(beside, block)
    ring = ring[_is_farmland(code[ring])]
    code[ring] = np.where(nearest_seed(parcels.places.seed, *parcels.plan_m[ring].T) % 2, ROW["0201"], ROW["0204"])
