"""Parcels taken apart into single polygons, as the making of blocks needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS

from liangtian.onemap.index import Index
from liangtian.onemap.snapshot import ID
from liangtian.space.area import ellipsoidal_area
from liangtian.space.contiguity import Outlines, members
from liangtian.space.crs import reproject
from liangtian.units import round_dm2

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

COLUMNS = ("DLBM", "KCXS", "GDDB", "GDPDJB", "ZLDWDM")


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """Land-use parcels, or what a boundary leaves of them.

    Attributes
    ----------
    outlines : the polygons of all parcels, p of them: a field in two pieces is two fields to whoever works it
    owner : shape (p,), row of the parcel each polygon belongs to
    area_dm2 : shape (p,), ellipsoidal, hundredths of m²
    attributes : n rows, `parcel_id` and `COLUMNS`
    crs : the measuring plane
    """

    outlines: Outlines
    owner: Ints
    area_dm2: Ints
    attributes: pa.Table
    crs: CRS

    def text(self, column: str) -> pa.ChunkedArray:
        """A column of the parcels, as text."""
        return self.attributes[column].cast(pa.string())


def of_shapes(shapes: npt.NDArray[np.object_], area_dm2: Ints, attributes: pa.Table, crs: CRS) -> Parcels:
    """Take parcels apart; a parcel of one polygon keeps the area it has.

    Parameters
    ----------
    shapes : shape (n,), valid polygons and multipolygons in the measuring plane; lines and points in them are left out
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, owner = parts[polygon], owner[polygon].astype(np.int64)
    return Parcels(Outlines.of(parts), owner, _part_areas(parts, owner, area_dm2, crs), attributes, crs)


def of_index(index: Index, rows: Ints) -> Parcels:
    """Take the parcels of some rows straight from mapped coordinates."""
    polygons, of_row = members(index.row_polygons, rows)
    owner = np.repeat(np.arange(len(rows)), np.diff(of_row))
    outlines = Outlines(index.xy, index.ring_starts, index.polygon_rings).take(polygons)
    several = np.flatnonzero(np.bincount(owner, minlength=len(rows))[owner] > 1)
    area = index.area_dm2[rows][owner]
    area[several] = round_dm2(ellipsoidal_area(outlines.polygons(several), index.crs))
    return Parcels(outlines, owner, area, index.take((ID, *COLUMNS), rows), index.crs)


def joined(found: Sequence[Parcels]) -> Parcels:
    """Parcels of several layers side by side, in the plane of the first."""
    if len(found) == 1:
        return found[0]
    crs = found[0].crs
    moved = [reproject(one.outlines.polygons(np.arange(len(one.outlines))), one.crs, crs) for one in found]
    before = np.cumsum([0, *(len(one.attributes) for one in found)])
    return Parcels(
        Outlines.of(np.concatenate(moved)),
        np.concatenate([one.owner + first for one, first in zip(found, before[:-1], strict=True)]),
        np.concatenate([one.area_dm2 for one in found]),
        pa.concat_tables([one.attributes for one in found], promote_options="permissive"),
        crs,
    )


def _part_areas(parts: npt.NDArray[np.object_], owner: Ints, area_dm2: Ints, crs: CRS) -> Ints:
    area = np.asarray(area_dm2, dtype=np.int64)[owner]
    several = np.flatnonzero(np.bincount(owner, minlength=len(area_dm2))[owner] > 1)
    area[several] = round_dm2(ellipsoidal_area(parts[several], crs))
    return area
