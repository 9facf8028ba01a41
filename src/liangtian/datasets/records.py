"""Columns of the invented layers: what the survey would have written down for each parcel (domain.md §1, §3.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from liangtian.datasets.landuse import CODES, CONSTRUCTION, FARMLAND, LINEAR, NAMES, ROW, STATE_OWNED, Kind
from liangtian.datasets.parcels import Parcels, town_reach_m
from liangtian.datasets.places import COUNTIES, nearest_seed
from liangtian.datasets.planting import Planted
from liangtian.formats.features import Features
from liangtian.onemap.layers import layer_spec
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import gauss_kruger
from liangtian.units import net_dm2, round_dm2

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]
Column: TypeAlias = "pa.Array | pa.ChunkedArray | npt.NDArray[np.generic] | Sequence[object]"

DATA_YEAR = 2023
_CRS = gauss_kruger(40)
_FEATURE_CODES = {
    "DLTB": "2001010100",
    "XZQ": "1000600100",
    "CJDCQ": "1000600110",
    "YJJBNTTB": "2005010300",
    "YJJBNTSFQ": "2005010400",
    "STBHHX": "3003020000",
    "CZKFBJ": "3002020000",
    "KZBJ": "3002030000",
    "GDDB": "2099040100",
    "SYBHQ": "2099050100",
    "EDLD": "2099050200",
    "FZLD": "2099050300",
    "LNDL": "2099050400",
    "ZZDK": "2099050500",
}
_RIDGE_MILLIONTHS = {  # terraces, then plain slopes, by grade 1–5; invented, near the example of domain.md §3.5
    "TT": (0, 68_000, 119_500, 188_600, 255_700),
    "PD": (0, 0, 52_000, 81_000, 110_000),
}
_CROPS = (
    ("LS", "种植粮食作物", 0.80),
    ("LYFL", "粮与非粮轮作", 0.09),
    ("FLS", "种植非粮食作物", 0.09),
    ("WG", "未耕种", 0.02),
)
_MARKS = (("JKHF", "即可恢复", 0.10), ("GCHF", "工程恢复", 0.12))
_MARKED = ("0201", "0204", "0307", "1104A")  # planted over or dug out of farmland, some of it not long ago
_RURAL_ROAD_WIDEST_M = 8.0


def layer_of(code: str, geometry: Geometries, columns: Mapping[str, Column]) -> Features:
    """Features of a layer in its columns; those not given are null."""
    count = len(geometry)
    given = {"YSDM": pa.array([_FEATURE_CODES[code]]).take(pa.array(np.zeros(count, dtype=np.int64)))} | dict(columns)
    types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "date": pa.date32()}
    arrays = {
        name: _column(given[name], types[field.type]) if name in given else pa.nulls(count, types[field.type])
        for name, field in layer_spec(code).fields.items()
    }
    return Features(geometry, pa.table(arrays), _CRS, code, np.arange(1, count + 1))


def _column(values: Column, kind: pa.DataType) -> pa.Array:
    return pa.array(values).cast(kind) if not isinstance(values, pa.Array) else values.cast(kind)


def identifiers(county: Ints, layer: str) -> pa.Array:
    """BSM: six digits of the county, four of the layer (2110 for DLTB, invented for the others), eight of the record."""
    tag = int(layer_spec(layer).id_code or 9000 + list(_FEATURE_CODES).index(layer))
    number = np.array([int(code) for code, _ in COUNTIES])[county] * 10**12 + tag * 10**8
    return pa.array(number + np.arange(1, len(county) + 1)).cast(pa.string())


def measured_dm2(geometry: Geometries) -> Ints:
    """Ellipsoidal areas, hundredths of m². Shape (n,)."""
    return round_dm2(ellipsoidal_area(geometry, _CRS))


def parcel_columns(planted: Planted) -> dict[str, Column]:
    """Columns of DLTB. Every column has shape (n,)."""
    land = planted.parcels
    area = measured_dm2(land.geometry)
    return (
        _names(land)
        | {"DLBM": _pick(CODES, land.code), "DLMC": _pick(NAMES.values(), land.code)}
        | _farming(land, land.code, area, "TBMJ", "TBDLMJ")
        | {
            "XZDWKD": _widths(land, area),
            "CZCSXM": _settlement(land),
            "SJNF": np.full(len(land), DATA_YEAR),
            "MSSM": _pick(["00"], np.zeros(len(land), dtype=np.int64)),
            "BZ": pa.array(planted.remarks, pa.string()),
        }
    )


def basic_farmland_columns(planted: Planted, parcel: Mapping[str, Column], rows: Ints) -> dict[str, Column]:
    """Columns of YJJBNTTB, of the parcels at `rows`, under the class they were designated with."""
    land = planted.parcels
    county = land.places.county[land.places.town[land.village]][rows]
    code = planted.registered
    farming = _farming(land, code, measured_dm2(land.geometry), "YJJBNTTBMJ", "YJJBNTMJ")
    copied = {name: parcel[name] for name in ("TBBH", "QSXZ", "QSDWDM", "QSDWMC", "ZLDWDM", "ZLDWMC", "SJNF", "BZ")}
    picked = {name: _column_at(values, rows) for name, values in (copied | farming).items()}
    picked |= {"DLBM": _pick(CODES, code[rows]), "DLMC": _pick(NAMES.values(), code[rows])}
    serial = np.arange(1, len(rows) + 1)
    stable = _pick(["是"], np.zeros(len(rows), dtype=np.int64))
    return picked | {
        "BSM": identifiers(county, "YJJBNTTB"),
        "XZQDM": _pick([c for c, _ in COUNTIES], county),
        "XZQMC": _pick([name for _, name in COUNTIES], county),
        "YJJBNTTBBH": pa.array(serial).cast(pa.string()),
        "WDGD": stable,
        "SFWYYJJBNT": stable,
    }


def _names(land: Parcels) -> dict[str, Column]:
    places = land.places
    county = places.county[places.town[land.village]]
    first = np.searchsorted(land.village, land.village)
    number = pa.array(np.arange(len(land)) - first + 1).cast(pa.string())
    codes = [code.ljust(19, "0") for code in places.village_codes().tolist()]
    names = places.village_names().tolist()
    state = np.isin(land.code, [ROW[name] for name in STATE_OWNED]) | (land.kind == Kind.TOWN)
    owner = np.where(state, len(codes) + county, land.village)
    return {
        "BSM": identifiers(county, "DLTB"),
        "TBYBH": number,
        "TBBH": number,
        "QSXZ": _pick(["30", "20"], state.astype(np.int64)),
        "QSDWDM": _pick(codes + [code.ljust(19, "0") for code, _ in COUNTIES], owner),
        "QSDWMC": _pick(names + [name for _, name in COUNTIES], owner),
        "ZLDWDM": _pick(codes, land.village),
        "ZLDWMC": _pick(names, land.village),
    }


def _farming(land: Parcels, code: Ints, area: Ints, gross: str, net: str) -> dict[str, Column]:
    """Areas, ridges, slope and planting; farmland alone has any of them but areas and marks of restoration."""
    farmland = np.isin(code, [ROW[name] for name in FARMLAND])
    sloping = farmland & (land.grade > 1)
    noise = spread(land)
    terrace = sloping & ((code == ROW["0101"]) | (noise < 0.7))
    ridge = np.zeros(len(land), dtype=np.int64)
    for form, here in (("TT", terrace), ("PD", sloping & ~terrace)):
        ridge[here] = np.array(_RIDGE_MILLIONTHS[form])[land.grade[here] - 1]
    kept = net_dm2(area, ridge)
    crop = np.searchsorted(np.cumsum([share for _, _, share in _CROPS]), noise, side="right").clip(0, len(_CROPS) - 1)
    mark = np.searchsorted(np.cumsum([share for _, _, share in _MARKS]), noise, side="right")
    marked = np.isin(code, [ROW[name] for name in _MARKED]) & (mark < len(_MARKS))
    attributes, told = (*_CROPS, *_MARKS), farmland | marked
    crop = np.where(farmland, crop, np.minimum(len(_CROPS) + mark, len(_CROPS) + len(_MARKS) - 1))
    return {
        gross: area / 100.0,
        "KCDLBM": _pick(["1203"], np.zeros(len(land), dtype=np.int64), ridge > 0),
        "KCXS": ridge / 1e6,
        "KCMJ": (area - kept) / 100.0,
        net: kept / 100.0,
        "GDLX": _pick(["PD", "TT"], terrace.astype(np.int64), sloping),
        "GDPDJB": _pick("12345", land.grade - 1, farmland),
        "ZZSXDM": _pick([c for c, _, _ in attributes], crop, told),
        "ZZSXMC": _pick([name for _, name, _ in attributes], crop, told),
        "GDDB": pa.array(_grades(land, code, noise), mask=~farmland | ~_is_graded(land)),
    }


def _is_graded(land: Parcels) -> Bools:
    """Whether the survey wrote the grade into the parcel: it did not in a village in six, and in a few others."""
    return np.asarray((land.village % 6 != 2) & (land.village % 17 != 5))


def grade_records(land: Parcels) -> tuple[Geometries, dict[str, Column]]:
    """The grade layer: the villages whose parcels carry none, a record a village and grade; the few others are nowhere.

    Returns
    -------
    outlines and columns of GDDB
    """
    farmland = np.isin(land.code, [ROW[name] for name in FARMLAND])
    rows = np.flatnonzero(farmland & (land.village % 6 == 2) & (land.village % 17 != 5))
    grade = _grades(land, land.code, spread(land))[rows]
    named = land.village[rows] * 100 + grade
    each, first, group = np.unique(named, return_index=True, return_inverse=True)
    county = land.places.county[land.places.town[land.village[rows[first]]]]
    columns: dict[str, Column] = {
        "BSM": identifiers(county, "GDDB"),
        "GDDB": grade[first],
        "SJNF": np.full(len(each), DATA_YEAR),
    }
    return unions(land.geometry[rows], group), columns


def unions(geometry: Geometries, group: Ints) -> Geometries:
    """Union of each group 0, 1, … of a coverage."""
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(int(group.max()) + 2))
    members = (geometry[order[a:b]] for a, b in pairwise(bounds))
    return np.array([_united(part) for part in members], dtype=object)


def _united(part: Geometries) -> shapely.Geometry:
    whole = shapely.coverage_union_all(part)
    pieces = shapely.get_parts(whole)
    return pieces[0] if len(pieces) == 1 else shapely.multipolygons(pieces)


def _grades(land: Parcels, code: Ints, noise: Floats) -> Ints:
    """Farmland grade 4 to 10: paddy of the plain is best, steep dry land worst."""
    dry = (code != ROW["0101"]).astype(np.int64) * 2
    patch = land.terrain.broad.height(*land.plan_m.T) > 0.3
    return np.asarray(np.clip(4 + dry + land.grade - 1 + patch + (noise > 0.85), 1, 10), dtype=np.int64)


def _widths(land: Parcels, area: Ints) -> pa.Array:
    """Mean width of linear parcels, m to 0.1: twice the area by the perimeter."""
    linear = np.isin(land.code, [ROW[name] for name in LINEAR])
    width = np.round(np.maximum(area / 50.0 / shapely.length(land.geometry), 0.1), 1)
    rural = land.code == ROW["1006"]
    width[rural] = np.minimum(width[rural], _RURAL_ROAD_WIDEST_M)
    return pa.array(width, mask=~linear)


def _settlement(land: Parcels) -> pa.Array:
    """201 in the seat of a county, 202 in towns, 203 in villages; A for works that stand on their own."""
    places = land.places
    seats = places.seed[places.seat]
    nearest = nearest_seed(seats, *land.plan_m.T)
    away = np.hypot(*(land.plan_m - seats[nearest]).T) / town_reach_m(places)[nearest]
    first = np.r_[True, places.county[1:] != places.county[:-1]][nearest]
    level = np.where(away > 1.6, 2, np.where(first, 0, 1))
    alone = (land.code == ROW["0601"]) & (land.kind == Kind.INDUSTRY)
    built = np.isin(land.code, [ROW[name] for name in CONSTRUCTION if name not in ("1001", "1003")])
    codes = ["201", "202", "203", "201A", "202A", "203A", "204"]
    return _pick(codes, np.where(land.code == ROW["0602"], 6, level + 3 * alone), built)


def spread(land: Parcels) -> Floats:
    """A number 0 … 1 for each parcel, from its place in the plan: the same however the parcels are ordered."""
    mixed = np.sin(land.plan_m @ np.array([12.9898, 78.233])) * 43_758.5453
    return np.asarray(mixed - np.floor(mixed))


def _pick(values: object, at: Ints, where: Bools | None = None) -> pa.Array:
    """Text for each index; null where `where` is False."""
    return pa.array(list(values), pa.string()).take(pa.array(at, mask=None if where is None else ~where))  # type: ignore[call-overload]


def _column_at(values: Column, rows: Ints) -> pa.Array:
    return values.take(pa.array(rows)) if isinstance(values, pa.Array) else pa.array(np.asarray(values)[rows])
