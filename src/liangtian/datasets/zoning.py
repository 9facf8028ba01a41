"""The lines of the plan on the invented land: basic farmland, demonstration zones, red line, urban and expansion lines.

Lines follow parcels. What is one line in the plan is made of one union, so its pieces never overlap.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.datasets.landuse import FARMLAND, ROW, Kind
from liangtian.datasets.parcels import Parcels, town_reach_m
from liangtian.datasets.places import nearest_seed

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

_GRID_M = 1e-4
_BESIDE_TOWN_M = 150.0
_SMALL_HOLE_M2 = 2_000.0
_FOREST = ("0301", "0302", "0305")


def protected(parcels: Parcels) -> Bools:
    """Which parcels are permanent basic farmland: fields of the plain and gentle slopes away from settlements."""
    open_ = np.isin(parcels.code, [ROW[name] for name in FARMLAND]) & (parcels.grade <= 2)
    open_ &= np.isin(parcels.kind, [Kind.FIELDS, Kind.SLOPE])
    chosen = parcels.terrain.patches.height(*parcels.plan_m.T) > -1.25
    return open_ & chosen & (to_town(parcels) > 1.0) & (_to_village_m(parcels) > 0.20 * parcels.places.spacing_m)


def to_town(parcels: Parcels) -> Floats:
    """Distance to the nearest seat as a share of the ground kept free for its growth. Shape (n,)."""
    places = parcels.places
    seats = places.seed[places.seat]
    nearest = nearest_seed(seats, *parcels.plan_m.T)
    away = np.hypot(*(parcels.plan_m - seats[nearest]).T)
    return np.asarray(away / (1.25 * town_reach_m(places)[nearest] + _BESIDE_TOWN_M))


def _to_village_m(parcels: Parcels) -> Floats:
    return np.asarray(np.hypot(*(parcels.plan_m - parcels.places.seed[parcels.village]).T))


def urban(parcels: Parcels) -> Geometries:
    """Pieces of the urban development boundary: built-up ground of the towns and what lies between."""
    built = np.isin(parcels.kind, [Kind.TOWN, Kind.INDUSTRY])
    inner = (parcels.kind >= 0) & (parcels.kind != Kind.HILL) & (to_town(parcels) < 0.72)
    return _outline(parcels.geometry[(built | inner) & ~protected(parcels)], close_m=14.0, least_m2=40_000, hole_m2=9e9)


def expansion(parcels: Parcels, urban_pieces: Geometries) -> Geometries:
    """Pieces of the expansion boundary: the urban boundary, the villages, and the ground kept for their growth."""
    near = (
        (parcels.kind >= 0) & (parcels.kind != Kind.HILL) & (_to_village_m(parcels) < 0.17 * parcels.places.spacing_m)
    )
    chosen = ((parcels.kind == Kind.VILLAGE) | near) & ~protected(parcels)
    villages = _outline(parcels.geometry[chosen], close_m=4.0, least_m2=3_000, hole_m2=_SMALL_HOLE_M2)
    both = _pieces(shapely.union_all(np.concatenate([urban_pieces, villages]), grid_size=_GRID_M))
    return _filled(both, _SMALL_HOLE_M2)


def red_line(parcels: Parcels, urban_pieces: Geometries) -> tuple[Geometries, Geometries]:
    """Pieces of the ecological red line: forests of the hills, and a reach of the main river; never in a town."""
    forest = (parcels.kind == Kind.HILL) & np.isin(parcels.code, [ROW[name] for name in _FOREST])
    hills = _outline(parcels.geometry[forest], close_m=5.0, least_m2=30_000, hole_m2=6_000)
    river = parcels.terrain.channels[0].at
    reach = (parcels.code == ROW["1101"]) & (np.abs(parcels.plan_m[:, 0] - river) < 45.0)
    upper = parcels.plan_m[:, 1] > 0.55 * parcels.terrain.side_m
    water = _outline(parcels.geometry[reach & upper], close_m=0.0, least_m2=0.0, hole_m2=0.0)
    towns = shapely.union_all(urban_pieces)
    return _beside(hills, towns), _beside(water, towns)


def _beside(pieces: Geometries, towns: shapely.Geometry) -> Geometries:
    parts = _pieces(shapely.difference(shapely.union_all(pieces), towns, grid_size=_GRID_M))
    return np.asarray(parts[shapely.area(parts) > _SMALL_HOLE_M2], dtype=object)


def demonstration(parcels: Parcels, shielded: Bools) -> Geometries:
    """Pieces of the demonstration zones: the basic farmland of the village of each county that has the most."""
    size = np.bincount(parcels.village[shielded], shapely.area(parcels.geometry[shielded]), len(parcels.places.town))
    county = parcels.places.county[parcels.places.town]
    best = [int(np.argmax(np.where(county == number, size, -1.0))) for number in np.unique(county)]
    chosen = shielded & np.isin(parcels.village, best)
    return _outline(parcels.geometry[chosen], close_m=12.0, least_m2=50_000, hole_m2=15_000)


def _outline(geometry: Geometries, *, close_m: float, least_m2: float, hole_m2: float) -> Geometries:
    """Pieces of the union of parcels, gaps up to twice `close_m` closed, small pieces dropped, small holes filled."""
    if not len(geometry):
        return geometry
    whole = shapely.coverage_union_all(geometry)
    if close_m:
        wide = shapely.buffer(whole, close_m, join_style="mitre", mitre_limit=2.0)
        whole = shapely.buffer(wide, -close_m, join_style="mitre", mitre_limit=2.0)
    pieces = shapely.get_parts(whole)
    return _filled(pieces[shapely.area(pieces) >= least_m2], hole_m2)


def _filled(pieces: Geometries, hole_m2: float) -> Geometries:
    """Pieces without their small holes; a piece that lay in one is absorbed."""
    solid = np.array([_without_holes(piece, hole_m2) for piece in pieces], dtype=object)
    return _pieces(shapely.union_all(solid, grid_size=_GRID_M))


def _without_holes(piece: shapely.Polygon, hole_m2: float) -> shapely.Polygon:
    kept = [ring for ring in piece.interiors if shapely.area(shapely.polygons(ring)) >= max(hole_m2, 1.0)]
    return shapely.Polygon(piece.exterior, kept)


def _pieces(whole: shapely.Geometry) -> Geometries:
    """Polygons of a union, in a fixed order: from west to east."""
    parts = shapely.get_parts(whole)
    parts = parts[shapely.area(parts) > 1.0]
    return np.asarray(parts[np.lexsort(shapely.bounds(parts).T[::-1])], dtype=object)
