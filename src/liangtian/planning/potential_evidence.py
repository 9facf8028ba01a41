"""What a survey of potential looks at: parcels, lines, sites, earlier classes, heights and persons, in one plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.finding import Finding
from liangtian.onemap import landclass
from liangtian.onemap.index import Index
from liangtian.onemap.snapshot import ID
from liangtian.space.crs import reproject
from liangtian.space.slope import Elevation

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

COLUMNS = ("DLBM", "ZLDWDM", "ZZSXDM", "GDPDJB", "GDDB", "CZCSXM", "SJNF")
SITE_COLUMNS = ("DKLX", "DKMC", "DKBH", "SYFX", "HYGH", "LDGL")


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """The parcels surveyed, n of them; outlines are drawn only where they are asked for.

    Attributes
    ----------
    indexes, rows : layers side by side, and which parcels of each
    attributes : n rows, `parcel_id` and `COLUMNS`
    area_dm2 : shape (n,)
    """

    indexes: tuple[Index, ...]
    rows: tuple[Ints, ...]
    attributes: pa.Table
    area_dm2: Ints

    @classmethod
    def of(cls, indexes: Sequence[Index], rows: Sequence[Ints]) -> Land:
        """Parcels of some rows of each layer, in the plane of the first."""
        tables = [index.take((ID, *COLUMNS), at) for index, at in zip(indexes, rows, strict=True)]
        area = [index.area_dm2[at] for index, at in zip(indexes, rows, strict=True)]
        whole = pa.concat_tables(tables, promote_options="permissive").combine_chunks()
        return cls(tuple(indexes), tuple(rows), whole, np.concatenate(area))

    def __len__(self) -> int:
        return len(self.area_dm2)

    @property
    def crs(self) -> CRS:
        return self.indexes[0].crs

    def text(self, column: str) -> npt.NDArray[np.object_]:
        """A column as text, "" where there is none. Shape (n,)."""
        column_ = pc.fill_null(self.attributes[column].cast(pa.string()), "")
        return np.asarray(column_.to_numpy(zero_copy_only=False), dtype=object)

    def among(self, column: str, codes: Sequence[str]) -> Mask:
        """Whether each parcel has one of the codes. Shape (n,)."""
        column_ = self.attributes[column].cast(pa.string())
        return np.asarray(pc.fill_null(pc.is_in(column_, value_set=pa.array(list(codes), pa.string())), False))

    def number(self, column: str) -> Ints:
        """A column of whole numbers, 0 where there is none. Shape (n,)."""
        text = self.attributes[column].cast(pa.string())
        whole = pc.if_else(pc.fill_null(pc.match_substring_regex(text, r"^\d{1,4}$"), False), text, "0")
        return np.asarray(whole.cast(pa.int64()))

    def category(self) -> npt.NDArray[np.object_]:
        """A, C, U or None for each parcel. Shape (n,)."""
        return np.asarray(landclass.category(self.attributes["DLBM"]).to_numpy(zero_copy_only=False), dtype=object)

    def geometry(self, at: Ints) -> Shapes:
        """Outlines of some parcels, in the order asked for. Shape (k,)."""
        starts = np.cumsum([0, *(len(rows) for rows in self.rows)])
        found = np.empty(len(at), dtype=object)
        for index, rows, first, last in zip(self.indexes, self.rows, starts[:-1], starts[1:], strict=True):
            here = (at >= first) & (at < last)
            found[here] = reproject(index.geometry(rows[at[here] - first]), index.crs, self.crs)
        return found

    def classed(self, codes: Sequence[str], around: Shapes, metres: float) -> Shapes:
        """Outlines of parcels of some classes near shapes, in the place surveyed or beyond its border."""
        west, south, east, north = shapely.total_bounds(around)
        box = np.array([shapely.box(west - metres, south - metres, east + metres, north + metres)])
        found = [np.empty(0, dtype=object)]
        for index in self.indexes:
            near = shapely.STRtree(shapely.box(*np.asarray(index.bounds).T)).query(
                reproject(box, self.crs, index.crs)[0]
            )
            column = index.column("DLBM", np.sort(near)).cast(pa.string())
            rows = np.sort(near)[
                np.asarray(pc.fill_null(pc.is_in(column, value_set=pa.array(codes, pa.string())), False))
            ]
            found.append(reproject(index.geometry(rows), index.crs, self.crs))
        return np.concatenate(found)

    def meeting(self, shapes: Shapes) -> Ints:
        """Parcels whose bounds meet those of any shape. Shape (k,), ascending."""
        found = [np.empty(0, dtype=np.int64)]
        first = 0
        for index, rows in zip(self.indexes, self.rows, strict=True):
            tree = shapely.STRtree(shapely.box(*index.bounds[rows].T))
            found.append(first + tree.query(reproject(shapes, self.crs, index.crs))[1])
            first += len(rows)
        return np.unique(np.concatenate(found))


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Surveyed sites: outlines and the text of `SITE_COLUMNS`, "" where there is none."""

    shapes: Shapes
    columns: Mapping[str, npt.NDArray[np.object_]]


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """Classes of earlier annual surveys: outline, class and the years it stood, both ends included."""

    shapes: Shapes
    code: npt.NDArray[np.object_]
    first: Ints
    last: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that is known.

    Attributes
    ----------
    lines : layer code → polygons in the plane of the land; None: not published
    speaking : layer code → beginnings of the codes of places that have published it; "": it speaks for all of the land
    sites : None: no layer of sites
    earlier : what earlier surveys say around candidates; called with their outlines
    given : polygons no candidate may lie in, by the name of their file
    grades : polygons of the grade layer and the grade of each, for farmland whose parcel has none; None: not published
    elevation, persons : None: not given
    place : where the survey was asked for, by the beginning of its codes; "": everywhere
    names : name of each town and village, by code
    notes : findings of the input
    used : what the answer rests on
    """

    land: Land
    lines: Mapping[str, Shapes | None]
    sites: Sites | None
    earlier: Callable[[Shapes], Earlier]
    given: Mapping[str, Shapes] = field(default_factory=dict)
    elevation: Elevation | None = None
    persons: Mapping[str, int] | None = None
    grades: tuple[Shapes, Ints] | None = None
    speaking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()
    used: Mapping[str, Any] = field(default_factory=dict)
