"""Parcels taken apart into single polygons, as the making of blocks needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.onemap.index import Index
from liangtian.onemap.snapshot import ID
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import reproject
from liangtian.space.outlines import Outlines, members
from liangtian.space.overlay import LEAST_M2, shared
from liangtian.units import round_dm2

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

COLUMNS = ("DLBM", "KCXS", "GDDB", "GDPDJB", "ZLDWDM")
STEPS_DEG = (2.0, 6.0, 15.0, 25.0)  # where slope grades 1 to 4 end


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
    steep : polygons of steep ground, drawn by whoever looked at the terrain: no link between fields crosses them
    """

    outlines: Outlines
    owner: Ints
    area_dm2: Ints
    attributes: pa.Table
    crs: CRS
    steep: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))

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
    """Take the parcels of some rows straight from mapped coordinates; all rows in their order without copying these."""
    polygons, of_row = members(index.row_polygons, rows)
    owner = np.repeat(np.arange(len(rows)), np.diff(of_row))
    whole = len(owner) == len(rows) == len(index.polygon_rings) - 1  # each parcel one polygon
    outlines = Outlines(index.xy, index.ring_starts, index.polygon_rings, index.bounds if whole else None)
    if not np.array_equal(rows, np.arange(len(index))):
        outlines = outlines.take(polygons)
    several = np.flatnonzero(np.bincount(owner, minlength=len(rows))[owner] > 1)
    area = index.area_dm2[rows][owner]
    area[several] = round_dm2(ellipsoidal_area(outlines.polygons(several), index.crs))
    return Parcels(outlines, owner, area, index.take((ID, *COLUMNS), rows), index.crs)


def with_slopes(parcels: Parcels, slope_deg: Floats) -> Parcels:
    """The same parcels with the slope grade (GDPDJB) of each one, whatever its class, by its mean slope.

    Parameters
    ----------
    slope_deg : shape (n,), degrees; nan leaves the grade a parcel has

    Source
    ------
    Grades 1–5 of cultivated slope, up to 2°, 6°, 15°, 25° and above: TD/T 1055-2019, table of slope grades.

    Examples
    --------
    >>> grades_by_slope(np.array([0.0, 2.0, 2.1, 25.0, 25.1])).tolist()
    [1, 1, 2, 4, 5]
    """
    grade = pa.array(grades_by_slope(slope_deg)).cast(pa.string())
    codes = pc.if_else(pa.array(np.isnan(slope_deg)), parcels.text("GDPDJB").combine_chunks(), grade)
    at = parcels.attributes.column_names.index("GDPDJB")
    return replace(parcels, attributes=parcels.attributes.set_column(at, "GDPDJB", codes))


def grades_by_slope(slope_deg: Floats) -> Ints:
    """Slope grade 1–5 of each slope; a slope on the limit of two grades is of the lower."""
    return np.searchsorted(STEPS_DEG, slope_deg).astype(np.int64) + 1


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
        np.concatenate([reproject(one.steep, one.crs, crs) for one in found]),
    )


def inside(parcels: Parcels, shape: shapely.Geometry) -> Parcels:
    """What a boundary leaves of the parcels; a polygon that lies wholly within it keeps the area it has.

    Parameters
    ----------
    shape : valid polygon or multipolygon in the plane of the parcels

    Returns
    -------
    Parcels : the same rows of attributes; what the boundary cuts is measured anew, slivers of measurement left out
    """
    polygons = parcels.outlines.polygons(np.arange(len(parcels.outlines)))
    shapely.prepare(shape)
    touched = np.flatnonzero(shapely.intersects(shape, polygons))
    whole = shapely.covers(shape, polygons[touched])
    kept, crossing = touched[whole], touched[~whole]
    pieces, at = shapely.get_parts(shared(polygons[crossing], shape), return_index=True)
    area = ellipsoidal_area(pieces, parcels.crs)
    real = (shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON) & (area >= LEAST_M2)
    rows = np.concatenate([kept, crossing[at[real]]])
    return replace(
        parcels,
        outlines=Outlines.of(np.concatenate([polygons[kept], pieces[real]])),
        owner=parcels.owner[rows],
        area_dm2=np.concatenate([parcels.area_dm2[kept], round_dm2(area[real])]),
    )


def _part_areas(parts: npt.NDArray[np.object_], owner: Ints, area_dm2: Ints, crs: CRS) -> Ints:
    area = np.asarray(area_dm2, dtype=np.int64)[owner]
    several = np.flatnonzero(np.bincount(owner, minlength=len(area_dm2))[owner] > 1)
    area[several] = round_dm2(ellipsoidal_area(parts[several], crs))
    return area
