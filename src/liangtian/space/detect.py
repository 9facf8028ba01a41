"""Which coordinate system a file is really in: what it declares, against what its coordinates can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from liangtian.errors import CrsMismatch
from liangtian.finding import Finding, Outcome, Where
from liangtian.space.crs import geographic, transformer
from liangtian.space.packed import bounds_of

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

CGCS2000 = 4490
# EPSG codes of CGCS2000 Gauss-Krüger with the zone number before the easting: first code minus first zone.
THREE_DEGREE_PREFIXED = 4488
THREE_DEGREE_PLAIN = 4509
SIX_DEGREE_PREFIXED = 4478
THREE_DEGREE_ZONES = range(25, 46)
SIX_DEGREE_ZONES = range(13, 24)

# Northings of China, 3° to 54°, and how far an easting may lie from its central meridian, with room for neighbours.
_NORTHING_M = (300_000.0, 6_100_000.0)
_EASTING_M = (120_000.0, 880_000.0)
# A county keeps one zone across its edge; a wrong zone number throws it 10° and more.
_MARGIN_DEG = 3.0
_MAJORITY = 0.5
_NEARLY_ALL = 0.9
# The last three are how drawing offices name the same two without saying so: an ellipsoid and no datum.
_LEGACY_DATUMS = ("beijing 1954", "xian 1980", "new beijing", "krasovsky 1940", "krassowsky 1940", "iag 1975")


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Geometry in a CRS that both the file and its coordinates agree on.

    Attributes
    ----------
    geometry : shape (n,), axes swapped back or shifted to CGCS2000 where `findings` say so, else the very input
    crs : the coordinate system of `geometry`, horizontal
    findings : every assumption and correction (rules CRS-01 … CRS-05)
    swapped : whether north stood before east
    """

    geometry: Geometries
    crs: CRS
    findings: tuple[Finding, ...] = ()
    swapped: bool = False


def settle_crs(
    geometry: Geometries,
    declared: CRS | None,
    *,
    source: str,
    assume: CRS | None = None,
    strict_datum: bool = False,
    transformation: str | None = None,
) -> Settled:
    """Settle the coordinate system of a file, or refuse with the reason and what to pass.

    Parameters
    ----------
    geometry : shape (n,), shapely geometries, x before y as read; None allowed
    declared : CRS the file names, None if it names none
    source : name of the file, for messages only
    assume : CRS the user names; it prevails over the file, on record
    strict_datum : assume nothing of the datum: refuse WGS 84 in China, in degrees or projected, instead of taking it
        as CGCS2000, and files that name no system, whose coordinates cannot tell CGCS2000 from Xian 1980
    transformation : PROJ pipeline from the file's coordinates (x east or longitude first) to CGCS2000 longitude and
        latitude in degrees, for Xian 1980 and Beijing 1954, whose shift is particular to each place

    Raises
    ------
    CrsMismatch : crs-unknown, crs-zone-needed, crs-outside-area, crs-unusable, crs-legacy-datum, crs-strict-datum,
        crs-strict-undeclared, crs-transformation-unusable, crs-transformation-result
    """
    findings: list[Finding] = []
    if assume is not None and declared is not None and not _same(assume, declared):
        findings.append(
            _note("CRS-04", "crs-overridden", {"source": source, "crs": label(assume), "declared": label(declared)})
        )
    named = assume or declared
    centres = _centres(geometry)
    if named is None:
        return _detected(geometry, centres, source, strict_datum=strict_datum)
    crs = _horizontal(named)
    if _is_legacy(crs):
        moved = _transformed(geometry, crs, transformation, source)
        return replace(moved, findings=(*findings, *moved.findings))
    swapped = _is_swapped(centres, crs, source)
    if swapped:
        geometry, centres = swap_axes(geometry), centres[:, ::-1]
        findings.append(_note("CRS-02", "crs-axes-swapped", {"source": source, "crs": label(crs)}, Outcome.FAIL))
    if _has_wgs84_datum(crs) and len(centres) and _share_in_china(_degrees(centres, crs)) >= _MAJORITY:
        if strict_datum:
            raise CrsMismatch("crs-strict-datum", source=source, crs=label(crs))
        findings.append(_note("CRS-03", "crs-wgs84-as-cgcs2000", {"source": source, "declared": label(crs)}))
        # A projection of WGS 84 keeps its plane: moving it to CGCS2000 later changes no coordinate, by this assumption.
        crs = CRS.from_epsg(CGCS2000) if crs.is_geographic else crs
    return Settled(geometry, crs, tuple(findings), swapped)


def detect(centres: Floats) -> tuple[int | None, bool]:
    """EPSG code that plain coordinates prove, and whether they stand north before east; None if nothing is proved.

    Parameters
    ----------
    centres : shape (n, 2), x and y

    Examples
    --------
    >>> detect(np.array([[40565259.975, 3379064.298]])), detect(np.array([[30.5, 120.7]]))
    ((4528, False), (4490, True))
    >>> detect(np.array([[565259.975, 3379064.298]]))
    (None, False)
    """
    for points, swapped in ((centres, False), (centres[:, ::-1], True)):
        if _within_degrees(points) and _share_in_china(points) >= _NEARLY_ALL:
            return CGCS2000, swapped
        zone = _prefixed_zone(points)
        if zone is not None and zone in THREE_DEGREE_ZONES:
            return THREE_DEGREE_PREFIXED + zone, swapped
        if zone is not None and zone in SIX_DEGREE_ZONES:
            return SIX_DEGREE_PREFIXED + zone, swapped
    return None, False


def swap_axes(geometry: Geometries) -> Geometries:
    """Exchange x and y of every vertex."""
    return np.asarray(shapely.transform(geometry, lambda points: points[:, ::-1]), dtype=object)


def label(crs: CRS) -> str:
    """How a CRS is named to people: `EPSG:4528 (CGCS2000 / 3-degree Gauss-Kruger zone 40)`."""
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else crs.name


def _centres(geometry: Geometries) -> Floats:
    """Middle of each geometry's box, shape (m, 2), without empty ones: cheap, and no vertex can hide behind it."""
    bounds = bounds_of(geometry)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    return np.asarray(middle[np.isfinite(middle).all(axis=1)], dtype=np.float64)


def _detected(geometry: Geometries, centres: Floats, source: str, *, strict_datum: bool) -> Settled:
    if len(centres) == 0:
        raise CrsMismatch("crs-unknown", source=source, x="", y="")
    code, swapped = detect(centres)
    if code is None:
        x, y = (f"{value:.3f}" for value in centres[0])
        is_plain = any(_is_plain_easting(points) for points in (centres, centres[:, ::-1]))
        raise CrsMismatch("crs-zone-needed" if is_plain else "crs-unknown", source=source, x=x, y=y)
    crs = CRS.from_epsg(code)
    if strict_datum:
        raise CrsMismatch("crs-strict-undeclared", source=source, crs=label(crs), proposal=f"EPSG:{code}")
    findings = [_note("CRS-01", "crs-detected", {"source": source, "crs": label(crs)})]
    if swapped:
        findings.append(_note("CRS-02", "crs-axes-swapped", {"source": source, "crs": label(crs)}, Outcome.FAIL))
    return Settled(swap_axes(geometry) if swapped else geometry, crs, tuple(findings), swapped)


def _within_degrees(points: Floats) -> bool:
    return bool((np.abs(points) <= (180.0, 90.0)).all())


def _prefixed_zone(points: Floats) -> int | None:
    """The zone number before the eastings, if all have the same and the northings are possible."""
    zones = np.unique(points[:, 0] // 1_000_000)
    if len(zones) != 1 or not _between(points[:, 1], _NORTHING_M):
        return None
    return int(zones[0]) if _between(points[:, 0] % 1_000_000, _EASTING_M) else None


def _is_plain_easting(points: Floats) -> bool:
    return _between(points[:, 0], _EASTING_M) and _between(points[:, 1], _NORTHING_M)


def _between(values: Floats, limits: tuple[float, float]) -> bool:
    return bool(((values >= limits[0]) & (values <= limits[1])).all())


@cache
def _china_boxes() -> Floats:
    """Longitude and latitude boxes of onshore China, one for each 3-degree zone (west, south, east, north).

    They are the areas of use in the EPSG register: a staircase that leaves out most of the neighbours, which the
    one box of CGCS2000 (73°–135° E, 16°–54° N) does not.
    """
    areas = [CRS.from_epsg(THREE_DEGREE_PLAIN + zone).area_of_use for zone in THREE_DEGREE_ZONES]
    return np.array([area.bounds for area in areas if area is not None])


def _share_in_china(lonlat: Floats) -> float:
    boxes = _china_boxes()
    box = np.clip(np.searchsorted(boxes[:, 0], lonlat[:, 0], side="right") - 1, 0, len(boxes) - 1)
    low, high = boxes[box, :2], boxes[box, 2:]
    return float(((lonlat >= low) & (lonlat <= high)).all(axis=1).mean())


def _same(one: CRS, other: CRS) -> bool:
    code = one.to_epsg()
    return bool(one.equals(other, ignore_axis_order=True)) or (code is not None and code == other.to_epsg())


def _horizontal(crs: CRS) -> CRS:
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs.to_2d() if len(crs.axis_info) > 2 else crs


def _datum_name(crs: CRS) -> str:
    geodetic = crs.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    return datum.lower().removeprefix("d_").replace("_", " ")


def _is_legacy(crs: CRS) -> bool:
    return any(name in _datum_name(crs) for name in _LEGACY_DATUMS)


def _is_wgs84(crs: CRS) -> bool:
    return crs.is_geographic and _has_wgs84_datum(crs)


def _has_wgs84_datum(crs: CRS) -> bool:
    """WGS 84 itself and its projections, UTM and web Mercator among them."""
    name = _datum_name(crs)
    return name.startswith("world geodetic system 1984") or name == "wgs 1984"


def _degrees(points: Floats, crs: CRS) -> Floats:
    if crs.is_geographic:
        return points
    return np.column_stack(transformer(crs, geographic(crs)).transform(points[:, 0], points[:, 1]))


def _is_swapped(centres: Floats, crs: CRS, source: str) -> bool:
    """Whether the coordinates fit the CRS only with their axes exchanged.

    Raises
    ------
    CrsMismatch (crs-outside-area) : they fit neither way.
    """
    if len(centres) == 0:
        return False
    exchanged = centres[:, ::-1]
    as_given, as_swapped = (_share_in_area(points, crs, source) for points in (centres, exchanged))
    if _is_wgs84(crs) and as_given >= _MAJORITY:
        # WGS 84 holds everywhere; what lies in China when exchanged lay in the Arctic Ocean as given.
        in_degrees = _within_degrees(exchanged)
        return in_degrees and _share_in_china(exchanged) >= _MAJORITY and _share_in_china(centres) < _MAJORITY
    if as_given >= _MAJORITY:
        return False
    if as_swapped >= _MAJORITY:
        return True
    code, _ = detect(centres)
    x, y = (f"{value:.3f}" for value in centres[0])
    proposal = f"EPSG:{code}" if code else "EPSG:…"
    raise CrsMismatch("crs-outside-area", source=source, crs=label(crs), x=x, y=y, proposal=proposal)


def _share_in_area(points: Floats, crs: CRS, source: str) -> float:
    """Share of the points in the area of use of the CRS, or anywhere on earth where it names none."""
    lon, lat = points.T
    if not crs.is_geographic:
        try:
            lon, lat = transformer(crs, geographic(crs)).transform(lon, lat)
        except ProjError as error:
            raise CrsMismatch("crs-unusable", source=source, crs=label(crs), detail=str(error)) from error
    on_earth = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 360)
    lon, lat = np.where(on_earth, (lon, lat), 0.0)
    area = crs.area_of_use
    west, south, east, north = area.bounds if area is not None else (-180.0, -90.0, 180.0, 90.0)
    margin = _MARGIN_DEG if area is not None else 0.0
    # Areas across the date line state a west greater than their east.
    lon_ok = (lon - (west - margin)) % 360 <= min((east - west) % 360 or 360, 360 - 2 * margin) + 2 * margin
    lat_ok = (lat >= max(south - margin, -90)) & (lat <= min(north + margin, 90))
    return float((lon_ok & lat_ok & on_earth).mean())


def _transformed(geometry: Geometries, crs: CRS, pipeline: str | None, source: str) -> Settled:
    if pipeline is None:
        raise CrsMismatch("crs-legacy-datum", source=source, crs=label(crs))
    try:
        shift = Transformer.from_pipeline(pipeline)
        moved = shapely.transform(
            geometry, lambda xy: np.column_stack(shift.transform(xy[:, 0], xy[:, 1], errcheck=True))
        )
    except (CRSError, ProjError) as error:
        raise CrsMismatch("crs-transformation-unusable", source=source, detail=str(error)) from error
    centres = _centres(moved)
    if len(centres) and (not _within_degrees(centres) or _share_in_china(centres) < _MAJORITY):
        x, y = (f"{value:.6f}" for value in centres[0])
        raise CrsMismatch("crs-transformation-result", source=source, x=x, y=y)
    finding = _note("CRS-05", "crs-transformed", {"source": source, "crs": label(crs), "pipeline": pipeline})
    return Settled(np.asarray(moved, dtype=object), CRS.from_epsg(CGCS2000), (finding,))


def _note(rule: str, message_id: str, params: Mapping[str, object], outcome: Outcome = Outcome.PASS) -> Finding:
    return Finding(rule, outcome, message_id, params, where=Where(str(params["source"])))
