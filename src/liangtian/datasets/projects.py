"""Boundaries of projects in the invented municipality, each for one thing a check must notice; and its planted facts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.datasets.landuse import CONSTRUCTION
from liangtian.datasets.planting import BUILDING, OVER, POND, UNDER
from liangtian.formats.features import Features
from liangtian.onemap.landclass import is_farmland

Geometries = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PROJECTS = {
    "road_extension": ("县道延伸工程", "batch"),
    "urban_site": ("城区地块", "batch"),
    "red_line_site": ("山地旅游项目", "single-site"),
    "village_site": ("农村宅基地安置点", "village"),
    "consolidation": ("全域土地综合整治", "consolidation"),
    "border_site": ("跨县管廊", "single-site"),
}
"""Name and kind of check of each project."""

WORKS = {"reclamation": ("低丘缓坡垦造耕地", "0201"), "dry-to-paddy": ("旱地改水田", "0103")}
"""Name of the works, and the class of the ground they change."""

_ROAD_LENGTH_M, _ROAD_WIDTH_M = 640.0, 26.0
_SITE_M = (120.0, 80.0)


def sample_projects(layers: Mapping[str, Features]) -> dict[str, Features]:
    """One ready boundary for each of `PROJECTS`, in the CRS of the layers.

    Returns
    -------
    road_extension across paddy and basic farmland; urban_site inside the urban boundary, without basic farmland;
    red_line_site astride the red line; village_site outside the urban but inside the expansion boundary;
    consolidation of two adjacent whole villages; border_site in both counties
    """
    shapes = {
        "road_extension": _road(layers),
        "urban_site": _parcel_inside(layers, layers["CZKFBJ"].geometry),
        "red_line_site": _site_on(_ring_middle(_largest(layers["STBHHX"].geometry))),
        "village_site": _parcel_inside(layers, layers["KZBJ"].geometry, avoid=layers["CZKFBJ"].geometry),
        "consolidation": _two_villages(layers["CJDCQ"]),
        "border_site": _site_on(_border_middle(layers["XZQ"])),
    }
    return {name: _project(layers["DLTB"], name, shape) for name, shape in shapes.items()}


def accepted_grounds(layers: Mapping[str, Features]) -> dict[str, Features]:
    """Ground of accepted projects: the largest parcels of a class in each county, no two the same.

    Returns
    -------
    `<work>_<county>_<n>`: orchards reclaimed as farmland (0201) and dry land turned to paddy (0103), the largest first
    """
    parcels = layers["DLTB"]
    county = np.array([code[:6] for code in parcels.attributes["ZLDWDM"].to_pylist()])
    classes = np.array(parcels.attributes["DLBM"].to_pylist())
    area = shapely.area(parcels.geometry)
    found = {}
    for code in np.unique(county):
        for work, (title, landclass) in WORKS.items():
            rows = np.flatnonzero((county == code) & (classes == landclass))
            for n, row in enumerate(rows[np.argsort(-area[rows], kind="stable")][:3], 1):
                name = f"{work}_{code}_{n}"
                columns = pa.table({"XMMC": [f"{title}{n}"], "XMLX": [work]})
                shape = np.array([parcels.geometry[row]], dtype=object)
                found[name] = Features(shape, columns, parcels.crs, name, np.array([1]))
    return found


def county_of(layers: Mapping[str, Features], project: Features) -> str:
    """Code of the county that holds most of a project."""
    towns = layers["XZQ"]
    shared = shapely.area(shapely.intersection(towns.geometry, project.geometry[0]))
    return str(towns.attributes["XZQDM"][int(np.argmax(shared))].as_py())[:6]


def planted(layers: Mapping[str, Features]) -> dict[str, dict[str, object]]:
    """What is planted where: parcels by BSM, areas in m² as text, villages by code.

    Returns
    -------
    just_under_1000_mu, just_over_1000_mu : parcels of one block of farmland, gaps up to 16 m, and its area;
        no parcels where the land, below some 5,000 parcels, has no such block
    basic_farmland_pond, illegal_building : the parcel of DLTB, and of YJJBNTTB, that is no longer farmland
    built_village : the village with most construction land outside the urban boundary, and its area
    """
    parcels = layers["DLTB"].attributes
    return {
        "just_under_1000_mu": _block(parcels, UNDER),
        "just_over_1000_mu": _block(parcels, OVER),
        "basic_farmland_pond": _fake(layers, POND),
        "illegal_building": _fake(layers, BUILDING),
        "built_village": _built_village(layers),
    }


def _project(parcels: Features, name: str, shape: shapely.Geometry) -> Features:
    title, kind = PROJECTS[name]
    columns = pa.table({"XMMC": [title], "XMLX": [kind]})
    return Features(np.array([shape], dtype=object), columns, parcels.crs, name, np.array([1]))


def _road(layers: Mapping[str, Features]) -> shapely.Geometry:
    """A gently curved road through the middle of the densest basic farmland of paddy."""
    basic = layers["YJJBNTTB"]
    paddy = basic.geometry[np.asarray(pc.equal(basic.attributes["DLBM"], "0101"))]
    inner = shapely.buffer(shapely.union_all(layers["XZQ"].geometry), -_ROAD_LENGTH_M)  # no road leaves the land
    points = shapely.point_on_surface(paddy)
    points = points[shapely.contains(inner, points)] if not inner.is_empty else points
    inland = shapely.distance(points, _border(layers["XZQ"])) > _ROAD_LENGTH_M
    tried = points[inland] if inland.any() else points
    tried = tried[:: max(1, len(tried) // 200)]
    around, _ = shapely.STRtree(points).query(tried, predicate="dwithin", distance=_ROAD_LENGTH_M / 2)
    middle = shapely.get_coordinates(tried[np.argmax(np.bincount(around, minlength=len(tried)))])[0]
    along = np.linspace(-0.5, 0.5, 17)
    bend = 60.0 * (along**2 - 0.25)
    line = shapely.linestrings(middle[0] + _ROAD_LENGTH_M * along, middle[1] + 0.3 * _ROAD_LENGTH_M * along + bend)
    return _gridded(shapely.buffer(line, _ROAD_WIDTH_M / 2, cap_style="flat"))


def _parcel_inside(
    layers: Mapping[str, Features], lines: Geometries, avoid: Geometries | None = None
) -> shapely.Geometry:
    """The parcel nearest to half a hectare, farmland if there is any, that lies wholly inside the lines."""
    parcels = layers["DLTB"]
    inside = _among(parcels.geometry, lines, "covered_by")
    for forbidden in (layers["YJJBNTTB"].geometry, layers["STBHHX"].geometry, *(() if avoid is None else (avoid,))):
        inside &= ~_among(parcels.geometry, forbidden, "intersects")
    farmland = is_farmland(parcels.attributes["DLBM"])
    strips = np.asarray(pc.is_valid(parcels.attributes["XZDWKD"]))
    size = np.abs(shapely.area(parcels.geometry) - 5_000.0)
    return parcels.geometry[np.lexsort((size, ~farmland, strips | ~inside))[0]]


def _among(geometry: Geometries, others: Geometries, predicate: str) -> Bools:
    found = np.zeros(len(geometry), dtype=bool)
    found[shapely.STRtree(others).query(geometry, predicate=predicate)[0]] = True
    return found


def _two_villages(villages: Features) -> shapely.Geometry:
    """The smallest two villages of one county with a long common border."""
    shapes = villages.geometry
    county = np.array([code[:6] for code in villages.attributes["ZLDWDM"].to_pylist()])
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = (one < other) & (county[one] == county[other])
    one, other = one[pair], other[pair]
    common = shapely.length(shapely.intersection(shapes[one], shapes[other]))
    size = np.sqrt(shapely.area(shapes[one]) + shapely.area(shapes[other]))
    close = common > 0.3 * np.max(common / size) * size
    best = int(np.argmin(np.where(close, size, np.inf)))
    return shapely.coverage_union(shapes[one[best]], shapes[other[best]])


def _border(towns: Features) -> shapely.Geometry:
    """The lines between the two counties."""
    county = np.array([code[:6] for code in towns.attributes["XZQDM"].to_pylist()])
    first, second = (shapely.coverage_union_all(towns.geometry[county == code]) for code in np.unique(county))
    return shapely.line_merge(shapely.intersection(shapely.boundary(first), shapely.boundary(second)))


def _border_middle(towns: Features) -> tuple[shapely.Point, float]:
    parts = shapely.get_parts(_border(towns))
    return _middle_of(parts[np.argmax(shapely.length(parts))], 0.5)


def _largest(pieces: Geometries) -> shapely.Polygon:
    """The largest piece that is not a river: by area for its perimeter."""
    width = shapely.area(pieces) / shapely.length(pieces)
    return pieces[np.argmax(shapely.area(pieces) * width)]


def _ring_middle(piece: shapely.Polygon) -> tuple[shapely.Point, float]:
    return _middle_of(shapely.get_exterior_ring(piece), 0.37)


def _middle_of(line: shapely.LineString, share: float) -> tuple[shapely.Point, float]:
    """A point of the line, and the direction of the line there."""
    at = share * shapely.length(line)
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [at - 20.0, at + 20.0]))
    return shapely.line_interpolate_point(line, at), float(np.arctan2(*(ends[1] - ends[0])[::-1]))


def _site_on(place: tuple[shapely.Point, float]) -> shapely.Geometry:
    """A rectangular site across a line."""
    point, direction = place
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array(_SITE_M) / 2
    turn = np.array([[np.cos(direction), -np.sin(direction)], [np.sin(direction), np.cos(direction)]])
    return _gridded(shapely.polygons(corners @ turn.T + shapely.get_coordinates(point)))


def _gridded(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.set_precision(shape, 1e-4)


def _block(parcels: pa.Table, remark: str) -> dict[str, object]:
    rows = parcels.filter(pc.equal(parcels["BZ"], remark))
    return {"parcels": rows["BSM"].to_pylist(), "farmland_m2": f"{sum(_dm2(rows['TBMJ'])) / 100:.2f}"}


def _dm2(area_m2: pa.ChunkedArray) -> list[int]:
    return [round(value * 100) for value in area_m2.to_pylist()]


def _fake(layers: Mapping[str, Features], remark: str) -> dict[str, object]:
    found = {}
    for code in ("DLTB", "YJJBNTTB"):
        rows = layers[code].attributes
        row = rows.filter(pc.equal(rows["BZ"], remark)).to_pylist()[0]
        found[code] = {"BSM": row["BSM"], "DLBM": row["DLBM"]}
    return {**found, "village": row["ZLDWDM"]}


def _built_village(layers: Mapping[str, Features]) -> dict[str, object]:
    parcels = layers["DLTB"]
    outside = ~_among(parcels.geometry, layers["CZKFBJ"].geometry, "intersects")
    built = np.isin(parcels.attributes["DLBM"].to_pylist(), CONSTRUCTION) & outside
    rows = parcels.attributes.filter(pa.array(built))
    sums = rows.group_by("ZLDWDM").aggregate([("TBMJ", "sum")]).sort_by([("TBMJ_sum", "descending")])
    return {"village": sums["ZLDWDM"][0].as_py(), "construction_m2": f"{sums['TBMJ_sum'][0].as_py():.2f}"}
