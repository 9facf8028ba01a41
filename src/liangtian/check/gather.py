"""From layers and a boundary to the facts of a case: the only step of a check that reads layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.check import tables
from liangtian.check.absence import (
    LAND_FACTS,
    NEW_OUTSIDE,
    ON_LINE,
    OUTSIDE_LINE,
    VILLAGE_FACTS,
    Published,
    doubt_land,
    doubt_unpublished,
    miss,
)
from liangtian.check.grading import divided
from liangtian.check.overlay import (
    LineTolerance,
    Overlap,
    Pieces,
    covered_dm2,
    cut,
    fitted,
    ground_on,
    ground_outside,
    on_parts,
    parted,
    within_dm2,
)
from liangtian.check.tables import Land, land_of, m2
from liangtian.errors import CrsMismatch, LayerInvalid
from liangtian.finding import Step
from liangtian.formats.features import Features
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.codelists import CODE_LISTS
from liangtian.onemap.index import Index
from liangtian.planning import parcels as planned
from liangtian.planning.blocks import BlockRule, blocks_of
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import reproject, to_measuring_plane
from liangtian.units import net_dm2, round_dm2

CONTROL_LAYERS = ("YJJBNTTB", "YJJBNTSFQ", "STBHHX", "CZKFBJ", "KZBJ")
LAYERS = ("DLTB", "XZQ", "CJDCQ", "GDDB", *CONTROL_LAYERS)
MEASURED = {"DLTB": tables.COLUMNS, "CJDCQ": ("ZLDWDM",), **dict.fromkeys(CONTROL_LAYERS, ("KCXS",))}
OVERLAP_RULE = "COM-26"  # quality rule: parcels that overlap
BALANCED_KINDS = ("batch", "single-site", "village")  # temporary land is reclaimed, consolidation takes nothing


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """The ground asked about, one geometry in its measuring plane."""

    shape: shapely.Geometry
    crs: CRS
    area_dm2: int


@dataclass(frozen=True, slots=True)
class Technical:
    """Dated technical values a measurement needs, and the steps that say where they come from."""

    tolerance: LineTolerance
    kg_per_mu: Mapping[int, Fraction]
    block: BlockRule
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What was measured.

    Attributes
    ----------
    facts : names of `policy/facts.toml`, typed as they are there
    tables : the measured part of the result (`classes`, `farmland`, `basic_farmland` …), areas Decimal m²
    pieces : the land-use pieces, None when DLTB is not published
    overlaps : control layer → its parts, for the map
    """

    facts: dict[str, Any]
    tables: dict[str, Any]
    pieces: Pieces | None
    overlaps: dict[str, Overlap] = field(default_factory=dict)


def boundary_of(features: Features) -> Boundary:
    """Unite the plots of a boundary file in the plane they are measured in.

    Raises
    ------
    CrsMismatch (crs-mismatch): the file has no coordinate system.
    LayerInvalid (layer-invalid): no polygon, or a plot whose outline crosses itself.
    """
    if features.crs is None:
        raise CrsMismatch("check-boundary-no-crs", source=features.source)
    if not len(features):
        raise LayerInvalid("check-boundary-empty", source=features.source)
    plots, rows = features.geometry, features.rows
    bad = ~np.isin(shapely.get_type_id(plots), (3, 6)) | shapely.is_empty(plots)
    if bad.any():  # a plot left out in silence would be land not asked about
        numbers = "、".join(str(row) for row in rows[bad][:10])
        raise LayerInvalid("check-boundary-not-areal", source=features.source, rows=numbers, count=int(bad.sum()))
    valid = shapely.is_valid(plots)
    if not valid.all():
        first = int(np.flatnonzero(~valid)[0])
        reason = shapely.is_valid_reason(plots[first])
        raise LayerInvalid("check-boundary-invalid", source=features.source, row=int(rows[first]), reason=reason)
    plots, crs = to_measuring_plane(plots, features.crs)
    shape = shapely.union_all(plots) if len(plots) > 1 else plots[0]
    return Boundary(shape, crs, _area_dm2(shape, crs))


def _area_dm2(shape: shapely.Geometry, crs: CRS) -> int:
    return int(round_dm2(ellipsoidal_area(np.array([shape], dtype=object), crs))[0])


def versions_for(
    catalogue: Catalogue, *, on: date, named: Mapping[str, Sequence[str]]
) -> dict[str, list[LayerVersion]]:
    """The versions a check uses: those named by digest, else the newest of each place valid on the date.

    Where several places publish a layer, the nearest one speaks for its own ground (decision 0011).
    """
    unknown = sorted(set(named) - set(LAYERS))
    if unknown:
        raise LayerInvalid("layer-unknown", layer=unknown[0], known=", ".join(LAYERS))
    newest = catalogue.all_valid_on(on)
    return {
        layer: _named_versions(catalogue, layer, named[layer], newest) if layer in named else newest.get(layer, [])
        for layer in LAYERS
    }


def _named_versions(
    catalogue: Catalogue, layer: str, digests: Sequence[str], newest: Mapping[str, Sequence[LayerVersion]]
) -> list[LayerVersion]:
    """Versions by digest: those in force that have one of them (two places may publish the same land), else any."""
    wanted = tuple(each for each in dict.fromkeys(digests) if len(each) >= 8)
    in_force = [version for version in newest.get(layer, ()) if version.digest.startswith(wanted)]
    others = [each for each in dict.fromkeys(digests) if not any(v.digest.startswith(each) for v in in_force)]
    return [*in_force, *(catalogue.find(each, layer) for each in others)]


def gather(
    boundary: Boundary,
    catalogue: Catalogue,
    versions: Mapping[str, Sequence[LayerVersion]],
    *,
    kind: str,
    on: date,
    technical: Technical,
    place: str = "",
) -> Gathered:
    """Measure a boundary against the published layers.

    A layer that is not published leaves its facts unknown (None): absence of a layer is never absence of an overlap.
    The fact `unmeasured` names the cause of each.

    Parameters
    ----------
    versions : those in force on the date `on`
    place : the one asked for; tells where the ground lies if no parcel does
    """
    reading = _Reading(boundary, catalogue, versions, technical)
    reading.pieces.update(reading.cut(MEASURED))
    facts = {"kind": kind, "boundary_m2": m2(boundary.area_dm2), "unmeasured": ()}
    found = Gathered(facts, {}, reading.pieces.get("DLTB"))
    land = reading.land(found.pieces) if found.pieces is not None else None
    _measure_land(found, land, reading, owed=kind in BALANCED_KINDS)
    found.overlaps.update(reading.overlaps())
    for layer, name in ON_LINE.items():
        _measure_overlap(found, reading, layer, name)
    for layer, name in OUTSIDE_LINE.items():
        _measure_outside(found, land, reading, layer, name)
    _measure_villages(found, reading)
    _measure_contiguity(found, technical.block, wanted=kind == "consolidation")
    published = Published(catalogue, versions, _counties(land, place), on, zone="" if place.isdecimal() else place)
    doubt_unpublished(found.facts, found.tables, published, technical.tolerance.area_m2)
    doubt_land(found.facts, found.tables, published, technical.tolerance.area_m2)
    return found


def _counties(land: Land | None, place: str) -> tuple[str, ...]:
    """Where the ground lies, as its parcels say, else as it was asked."""
    told = set() if land is None else {code[:6] for code in set(land.village.tolist()) if len(code) >= 6}
    return tuple(sorted(told)) or ((place,) if place else ())


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    boundary: Boundary
    catalogue: Catalogue
    versions: Mapping[str, Sequence[LayerVersion]]
    technical: Technical
    pieces: dict[str, Pieces] = field(default_factory=dict)

    def cut(self, layers: Mapping[str, Sequence[str]]) -> dict[str, Pieces]:
        """The pieces of those of the layers that are published, each with the columns named."""
        wanted = {name: (self.indexes(name), columns) for name, columns in layers.items() if self.versions.get(name)}
        found = cut(wanted, self.boundary.shape, self.boundary.crs)
        # Villages are told whole by the area of their pieces, so theirs stay as they are.
        return {n: p if n == "CJDCQ" else fitted(p, self.boundary.area_dm2) for n, p in found.items()}

    def part(self, dm2: int) -> Decimal:
        """m² of a part of the boundary, which its own rounding never makes larger than the whole."""
        return m2(min(dm2, self.boundary.area_dm2))

    def land(self, pieces: Pieces) -> Land:
        """The pieces by class; farmland whose parcel has no grade takes it from the grade layer, where that has one."""
        land = land_of(pieces)
        wanted = np.flatnonzero(land.farmland & (land.graded.grade == 0))
        if not len(wanted) or (layer := self.cut({"GDDB": ("GDDB",)}).get("GDDB")) is None:
            return land
        small = int(100 * self.technical.tolerance.area_m2)
        graded = divided(land.graded, pieces, land.ridge, layer, wanted=wanted, tolerance_dm2=small)
        return replace(land, graded=graded)

    def indexes(self, layer: str) -> list[Index]:
        """The ground each version of a layer speaks for."""
        return self.catalogue.indexes(layer, chain.from_iterable(self.versions.values()))

    def overlaps(self) -> dict[str, Overlap]:
        """What lies on each control area, or outside of it, of those that are published."""
        tolerance, grounds = self.technical.tolerance, {}
        for layer, pieces in self.pieces.items():
            if layer in ON_LINE:
                grounds[layer] = ground_on(pieces, tolerance, disjoint=self.is_disjoint(layer))
            elif layer in OUTSIDE_LINE:
                grounds[layer] = ground_outside(self.boundary.shape, pieces)
        return dict(zip(grounds, parted(list(grounds.values()), self.boundary.crs, tolerance), strict=True))

    def is_disjoint(self, layer: str) -> bool:
        """Whether every version used is reported to overlap nowhere, and one alone has parcels around the boundary."""
        reports = [version.quality for version in self.versions.get(layer, ())]
        if not all("counts" in report and OVERLAP_RULE not in report["counts"] for report in reports):
            return False
        return len(reports) < 2 or sum(len(self._around(index)) > 0 for index in self.indexes(layer)) < 2

    def _around(self, index: Index) -> npt.NDArray[np.int64]:
        """Rows whose bounds meet those of the boundary."""
        shape = reproject(np.array([self.boundary.shape], dtype=object), self.boundary.crs, index.crs)[0]
        return index.search(shape.bounds)

    def place_names(self) -> dict[str, str]:
        """Code → name of the towns and villages around the boundary, as the administrative layers have them."""
        names: dict[str, str] = {}
        for layer, code, name, digits in (("XZQ", "XZQDM", "XZQMC", 9), ("CJDCQ", "ZLDWDM", "ZLDWMC", 12)):
            for index in self.indexes(layer):
                rows = self._around(index)
                texts = zip(index.column(code, rows).to_pylist(), index.column(name, rows).to_pylist(), strict=True)
                names |= {str(key)[:digits]: value for key, value in texts if key and value}
        return names


def _measure_land(found: Gathered, land: Land | None, reading: _Reading, *, owed: bool) -> None:
    if land is None:
        found.facts.update(dict.fromkeys(LAND_FACTS))
        found.tables.update(_no_land())
        return
    grades, everything = reading.technical.kg_per_mu, np.ones(len(land.pieces), dtype=bool)
    area, net = land.pieces.area_dm2, land.net_dm2
    quantity, paddy = m2(net[land.farmland]), m2(net[land.paddy])
    capacity = tables.capacity_kg(land, everything, grades)
    places = tables.places(land, reading.place_names(), grades, owed=owed)
    farmland = {"area_m2": m2(area[land.farmland]), "quantity_m2": quantity, "paddy_m2": paddy, "capacity_kg": capacity}
    farmland["graded_by_layer_m2"] = m2(land.graded.area_dm2[land.graded.from_layer])
    found.tables.update(
        classes=tables.classes(land),
        **_covered(land, reading),
        ridge_m2=m2(area - net),
        farmland={**farmland, "by_grade": tables.grades(land, grades)},
        ownership=tables.by_code(land, "QSXZ", CODE_LISTS["QSXZ"].codes),
        places=places,
        slopes=tables.by_code(land, "GDPDJB", CODE_LISTS["GDPDJB"].codes, farmland_only=True),
        required=tables.required(land, everything, grades, owed=owed),
    )
    counties = [row for row in places if row["level"] == "county"]
    found.facts.update(
        farmland_m2=farmland["area_m2"],
        farmland_quantity_m2=quantity,
        paddy_m2=paddy,
        capacity_kg=capacity,
        new_construction_m2=m2(area[~land.construction]),
        farmland_parcels=land.pieces.ids(land.farmland),
        required_by_place=tuple({"place": row["code"], **row["required"]} for row in counties),
    )
    _doubt_attributes(found.facts, land, grades)


def _covered(land: Land, reading: _Reading) -> dict[str, Decimal]:
    """How much of the boundary no parcel covers, and how much more than one."""
    union = covered_dm2(land.pieces, disjoint=reading.is_disjoint("DLTB"))
    uncovered = reading.boundary.area_dm2 - union
    return {
        "uncovered_m2": m2(uncovered if uncovered > len(land.pieces) else 0),  # below 0.01 m² a piece it is rounding
        "double_covered_m2": m2(max(land.pieces.total_dm2 - union, 0)),
    }


def _doubt_attributes(facts: dict[str, Any], land: Land, kg_per_mu: Mapping[int, Fraction]) -> None:
    """What farmland parcels lack of attributes leaves what rests on them unknown."""
    if (bad := land.farmland & ~land.ridges_known).any():
        net = ("farmland_quantity_m2", "paddy_m2", "capacity_kg", "required_by_place", "contiguous_farmland_max_m2")
        miss(facts, net, {"cause": "ridge-unknown", "which": _some(land.pieces.ids(bad))})
    nowhere = land.farmland & (np.char.str_len(land.village) < 6)
    if nowhere.any():  # farmland that lies nobody knows where is owed by somebody
        which = _some(land.pieces.ids(nowhere))
        miss(facts, ("required_by_place",), {"cause": "village-missing", "which": which})
    if facts["capacity_kg"] is None:
        miss(facts, ("capacity_kg",), tables.capacity_gap(land, kg_per_mu))


def _some(ids: Sequence[str]) -> str:
    return "、".join(ids[:3]) + ("…" if len(ids) > 3 else "")


def _no_land() -> dict[str, Any]:
    farmland = dict.fromkeys(("area_m2", "quantity_m2", "paddy_m2", "capacity_kg", "graded_by_layer_m2"))
    required = dict.fromkeys(("quantity_m2", "paddy_m2", "capacity_kg"))
    lists: dict[str, Any] = {name: [] for name in ("classes", "ownership", "places", "slopes")}
    unknown = dict.fromkeys(("uncovered_m2", "double_covered_m2", "ridge_m2"))
    return {**lists, **unknown, "farmland": {**farmland, "by_grade": []}, "required": required}


def _measure_overlap(found: Gathered, reading: _Reading, layer: str, name: str) -> None:
    pieces = reading.pieces.get(layer)
    if pieces is None:
        found.facts.update({f"{name}_overlap_m2": None, f"{name}_touching_m2": None, f"{name}_parcels": None})
        found.tables[name] = {"overlap_m2": None, "net_m2": None, "touching_m2": None}
        return
    overlap = found.overlaps[layer]
    counted = on_parts(pieces, overlap.parts) if len(overlap.touching) else np.ones(len(pieces), dtype=bool)
    ridge, _ = tables.ridges(pieces)
    net = net_dm2(pieces.area_dm2, ridge)[counted]
    concerned = () if found.pieces is None else found.pieces.ids(on_parts(found.pieces, overlap.parts))
    found.facts.update(
        {
            f"{name}_overlap_m2": reading.part(overlap.area_dm2),
            f"{name}_touching_m2": m2(overlap.touching_dm2),
            f"{name}_parcels": concerned,
        }
    )
    found.tables[name] = {
        "overlap_m2": reading.part(overlap.area_dm2),
        "net_m2": m2(net),
        "touching_m2": m2(overlap.touching_dm2),
    }


def _measure_outside(found: Gathered, land: Land | None, reading: _Reading, layer: str, name: str) -> None:
    pieces, outside = reading.pieces.get(layer), found.overlaps.get(layer)
    found.facts[name] = found.tables[name] = None if outside is None else reading.part(outside.area_dm2)
    if layer == "KZBJ":
        new = None if land is None or outside is None or pieces is None else _new_outside(land, outside, pieces)
        found.facts[NEW_OUTSIDE] = new


def _new_outside(land: Land, outside: Overlap, within: Pieces) -> Any:
    """Area outside a boundary, whose ground `within` is, that is not construction land already."""
    if not len(outside.parts):
        return m2(0)
    beside = shapely.union_all(np.append(within.shapes, outside.touching))
    return m2(within_dm2(land.pieces, ~land.construction, shapely.multipolygons(outside.parts), beside))


def _measure_villages(found: Gathered, reading: _Reading) -> None:
    """Villages touched, whether each is covered whole, and whether they adjoin; slivers at the edge do not count."""
    pieces = reading.pieces.get("CJDCQ")
    if pieces is None:
        found.facts.update(dict.fromkeys(VILLAGE_FACTS))
        return
    wide = 2 * shapely.area(pieces.shapes) / np.maximum(shapely.length(pieces.shapes), 1e-9)
    tolerance = reading.technical.tolerance
    counted = (pieces.area_dm2 >= 100 * float(tolerance.area_m2)) | (wide >= float(tolerance.width_m))
    villages = pieces.take(np.flatnonzero(counted))
    rest = villages.parcel_dm2 - villages.area_dm2
    codes = pc.fill_null(villages.attributes["ZLDWDM"].cast("string"), "").to_pylist()
    found.facts.update(
        villages=tuple(sorted({code[:12] for code in codes if code})),
        whole_villages=bool((rest <= float(reading.technical.tolerance.area_m2) * 100).all()),
        villages_adjacent=_adjoin(villages.shapes),
    )


def _measure_contiguity(found: Gathered, rule: BlockRule, *, wanted: bool) -> None:
    """The largest block of farmland that the boundary leaves; only consolidation is asked for it."""
    found.facts.update(contiguous_farmland_max_m2=None, contiguous_farmland_parcels=None)
    if not wanted or found.pieces is None:
        return
    pieces = found.pieces
    blocks = blocks_of(planned.of_shapes(pieces.shapes, pieces.area_dm2, pieces.attributes, pieces.crs), rule)
    if not len(blocks):
        found.facts.update(contiguous_farmland_max_m2=m2(0), contiguous_farmland_parcels=())
    elif blocks.ridges_known.all():  # one that is not known might be the largest
        found.facts.update(
            contiguous_farmland_max_m2=blocks.net_m2(0), contiguous_farmland_parcels=blocks.parcel_ids(0)
        )


def _adjoin(shapes: npt.NDArray[np.object_]) -> bool:
    """Whether shapes form one group in which each shares a stretch of edge (not only a corner) with another."""
    if not len(shapes):
        return False
    reached, front = {0}, [0]
    tree = shapely.STRtree(shapes)
    while front:
        near = tree.query(shapes[front.pop()], predicate="intersects")
        fresh = [int(i) for i in near if int(i) not in reached and _share_edge(shapes, int(i), reached)]
        reached.update(fresh)
        front.extend(fresh)
    return len(reached) == len(shapes)


def _share_edge(shapes: npt.NDArray[np.object_], one: int, others: set[int]) -> bool:
    return bool((shapely.length(shapely.intersection(shapes[one], shapes[list(others)])) > 0).any())
