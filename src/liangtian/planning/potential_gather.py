"""Evidence for a survey of potential, from the versions published under a home or from parcels of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.errors import LayerInvalid
from liangtian.finding import Finding, Outcome
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.farmland import grades_of
from liangtian.onemap.index import Index
from liangtian.onemap.places import lies_in, stem
from liangtian.planning import land as land_use
from liangtian.planning.potential_evidence import SITE_COLUMNS, Earlier, Evidence, Land, Sites
from liangtian.planning.potential_rule import LINES
from liangtian.space.crs import reproject
from liangtian.space.slope import Elevation

Shapes = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Versions = Mapping[str, Sequence[LayerVersion]]

OVERLAP_RULE = "COM-26"


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What no layer holds: heights, registered persons by village, and polygons to keep off by the name of their file."""

    elevation: Elevation | None = None
    persons: Mapping[str, int] | None = None
    excluded: Mapping[str, Shapes] | None = None


def gathered(
    catalogue: Catalogue, on: date, place: str | None, given: Given, *, parcels: Index | None = None
) -> Evidence:
    """Gather what is known on a day.

    Parameters
    ----------
    place : only parcels of this place, by its code; None: all
    parcels : survey these instead of the published land-use parcels

    Raises
    ------
    LayerInvalid (layer-invalid): no parcels to survey.
    CatalogueError (catalogue-error): a snapshot is gone or altered.
    """
    versions = catalogue.all_valid_on(on)
    used = _near(versions.get("DLTB", ()), place) if parcels is None else []
    indexes, rows = _land_use(catalogue, on, place, parcels)
    land = Land.of(indexes, rows)
    read = _Reading(catalogue, versions, land)
    return Evidence(
        land,
        {line.layer: read.polygons(line.layer) for line in LINES},
        read.sites(),
        partial(_earlier, read, on, {version.digest for version in used}),
        given=given.excluded or {},
        elevation=given.elevation,
        persons=given.persons,
        grades=read.grades(),
        speaking={line.layer: _speaking(versions.get(line.layer, ()), {v.place for v in used}) for line in LINES},
        place=stem(place or ""),
        names=read.names(),
        notes=tuple(_doubts(indexes, rows, used, own=parcels is not None)),
        used=_told(versions, used, given),
    )


def grounds(
    catalogue: Catalogue, on: date, place: str | None, parcels: Index | None = None
) -> tuple[tuple[float, float, float, float], CRS]:
    """Bounds of the land that `gathered` would gather, in its plane: where an elevation model has to be read.

    Raises
    ------
    LayerInvalid (layer-invalid): no parcels to survey.
    """
    indexes, rows = _land_use(catalogue, on, place, parcels)
    plane = indexes[0].crs
    boxes = [
        reproject(shapely.box(*index.bounds[at].T), index.crs, plane)
        for index, at in zip(indexes, rows, strict=True)
        if len(at)
    ]
    west, south, east, north = shapely.total_bounds(np.concatenate(boxes)).tolist()
    return (west, south, east, north), plane


def _land_use(
    catalogue: Catalogue, on: date, place: str | None, parcels: Index | None
) -> tuple[list[Index], list[Ints]]:
    """The layers of parcels, and which rows of each lie in the place."""
    versions = catalogue.all_valid_on(on)
    used = _near(versions.get("DLTB", ()), place)
    indexes = [parcels] if parcels is not None else catalogue.indexes("DLTB", [*used, *_grounds(versions)])
    rows = [land_use.rows_in(index, place) for index in indexes]
    if not sum(len(each) for each in rows):
        raise LayerInvalid("potential-no-land", place=place or "—", on=on.isoformat())
    return indexes, rows


def _near(versions: Sequence[LayerVersion], place: str | None) -> list[LayerVersion]:
    return [v for v in versions if place is None or lies_in(place, v.place) or lies_in(v.place, place)]


def _speaking(versions: Sequence[LayerVersion], own: set[str]) -> tuple[str, ...]:
    """Beginnings of the codes of places that versions speak for; a zone without a code speaks where its parcels are used."""
    coded = [stem(version.place) for version in versions if version.place.isdecimal()]
    return (*coded, *("" for version in versions if not version.place.isdecimal() and version.place in own))


def _grounds(versions: Versions) -> list[LayerVersion]:
    return [version for layer in ("XZQ", "CJDCQ") for version in versions.get(layer, ())]


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    catalogue: Catalogue
    versions: Versions
    land: Land

    def indexes(self, layer: str) -> list[Index] | None:
        """The ground each version of a layer speaks for; None: the layer is not published."""
        if not self.versions.get(layer):
            return None
        return self.catalogue.indexes(layer, [*self.versions[layer], *_grounds(self.versions)])

    def polygons(self, layer: str) -> Shapes | None:
        indexes = self.indexes(layer)
        if indexes is None:
            return None
        return _joined([self.outlines(index, np.arange(len(index))) for index in indexes])

    def outlines(self, index: Index, rows: Ints) -> Shapes:
        return reproject(index.geometry(rows), index.crs, self.land.crs)

    def sites(self) -> Sites | None:
        indexes = self.indexes("ZZDK")
        if indexes is None:
            return None
        rows = [np.arange(len(index)) for index in indexes]
        columns = {
            name: np.concatenate([_text(i.column(name, at)) for i, at in zip(indexes, rows, strict=True)])
            for name in SITE_COLUMNS
        }
        return Sites(_joined([self.outlines(i, at) for i, at in zip(indexes, rows, strict=True)]), columns)

    def names(self) -> dict[str, str]:
        """Names of towns and villages by code."""
        found: dict[str, str] = {}
        for layer, code, name, digits in (("XZQ", "XZQDM", "XZQMC", 9), ("CJDCQ", "ZLDWDM", "ZLDWMC", 12)):
            for index in self.indexes(layer) or ():
                rows = np.arange(len(index))
                pairs = zip(_text(index.column(code, rows)), _text(index.column(name, rows)), strict=True)
                found |= {key[:digits]: word for key, word in pairs if key and word}
        return found

    def grades(self) -> tuple[Shapes, Ints] | None:
        shapes = self.polygons("GDDB")
        if shapes is None:
            return None
        found = [grades_of(index.column("GDDB", np.arange(len(index)))) for index in self.indexes("GDDB") or ()]
        return shapes, np.concatenate(found)


def _earlier(read: _Reading, on: date, in_force: set[str], shapes: Shapes) -> Earlier:
    """Classes around shapes by the layer of earlier classes and by every land-use version before the one in force.

    Of two versions of one place and year the later stands for both. For its own year the survey in force speaks alone.
    """
    found = [_of_history(read, index, shapes) for index in read.indexes("LNDL") or ()]
    surveys: dict[tuple[str, int], LayerVersion] = {}
    for version in read.catalogue.entries():
        if version.layer == "DLTB" and version.on <= on.isoformat() and version.digest not in in_force:
            surveys[version.place, _year(read, version)] = version
    found += [_of_survey(read, version, shapes) for version in surveys.values()]
    latest = int(read.land.number("SJNF").max(initial=0))
    return _before(latest or 9999, found)


def _before(year: int, found: Sequence[Earlier]) -> Earlier:
    """Several tellings side by side, as far as they are of the years before one."""
    shapes = _joined([each.shapes for each in found])
    code = np.concatenate([np.empty(0, dtype=object), *(each.code for each in found)])
    first, last = (
        np.concatenate([np.empty(0, dtype=np.int64), *(getattr(each, name) for each in found)])
        for name in ("first", "last")
    )
    kept = first < year
    return Earlier(shapes[kept], code[kept], first[kept], np.minimum(last, year - 1)[kept])


def _year(read: _Reading, version: LayerVersion) -> int:
    """The year of a survey; a version that does not say it takes that of the day it became valid."""
    index = read.catalogue.index(version)
    return int(_years(index.column("SJNF", np.arange(len(index)))).max(initial=0)) or int(version.on[:4])


def _of_history(read: _Reading, index: Index, shapes: Shapes) -> Earlier:
    rows = _around(read, index, shapes)
    first, last = (_years(index.column(name, rows)) for name in ("QSNF", "ZZNF"))
    told = (first > 0) & (last >= first)
    rows = rows[told]
    return Earlier(read.outlines(index, rows), _text(index.column("DLBM", rows)), first[told], last[told])


def _of_survey(read: _Reading, version: LayerVersion, shapes: Shapes) -> Earlier:
    """A survey, each parcel of its own year."""
    index = read.catalogue.index(version)
    rows = _around(read, index, shapes)
    year = _years(index.column("SJNF", rows))
    year[year == 0] = _year(read, version)
    return Earlier(read.outlines(index, rows), _text(index.column("DLBM", rows)), year, year)


def _around(read: _Reading, index: Index, shapes: Shapes) -> Ints:
    tree = shapely.STRtree(reproject(shapes, read.land.crs, index.crs))
    boxes = shapely.box(*np.asarray(index.bounds).T)
    return np.unique(tree.query(boxes)[0])


def _doubts(
    indexes: Sequence[Index], rows: Sequence[Ints], used: Sequence[LayerVersion], *, own: bool
) -> list[Finding]:
    """What is wrong with the parcels: classes that are none, and overlaps."""
    notes = [note for index, at in zip(indexes, rows, strict=True) for note in land_use.unclassed(index, at)]
    if own:
        notes += [note for index, at in zip(indexes, rows, strict=True) for note in land_use.overlapping(index, at)]
    for version in used:
        count = version.quality.get("counts", {}).get(OVERLAP_RULE, 0)
        if count:
            params = {"layer": version.name, "count": count}
            notes.append(Finding("BLK-02", Outcome.FAIL, "blocks-published-overlap", params))
    return notes


def _told(versions: Versions, used: Sequence[LayerVersion], given: Given) -> dict[str, Any]:
    layers = {line.layer for line in LINES} | {"ZZDK", "LNDL", "GDDB"}
    named = [*used, *(version for layer in sorted(layers) for version in versions.get(layer, ()))]
    return {
        "layers": [{"layer": v.layer, "place": v.place, "on": v.on, "digest": v.digest} for v in named],
        "elevation": given.elevation and given.elevation.source,
        "persons": None if given.persons is None else len(given.persons),
        "excluded": sorted(given.excluded or {}),
    }


def _joined(parts: Sequence[Shapes]) -> Shapes:
    return np.concatenate([np.empty(0, dtype=object), *parts])


def _text(column: pa.Array) -> npt.NDArray[np.object_]:
    filled = pc.fill_null(column.cast(pa.string()), "")
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=object)


def _years(column: pa.Array) -> Ints:
    """Years, 0 where there is none."""
    return np.array(pc.fill_null(column.cast(pa.int64()), 0), dtype=np.int64)
