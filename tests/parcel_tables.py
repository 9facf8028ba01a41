"""Small clean layers that tests break one value at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from liangtian.formats.features import Features
from liangtian.space.area import ellipsoidal_area
from liangtian.units import net_dm2, round_dm2

ZONE_40 = CRS.from_epsg(4549)
SIDE_M = 50.0

PADDY, TERRACE, ROAD, HOMESTEAD, ORCHARD, RIVERSIDE, MINE = range(7)
_PARCELS: list[dict[str, object]] = [
    {"DLBM": "0101", "DLMC": "水田", "GDPDJB": "1", "ZZSXDM": "LS", "ZZSXMC": "种植粮食作物", "GDDB": 5},
    {"DLBM": "0103", "DLMC": "旱地", "GDPDJB": "3", "ZZSXDM": "FLS", "GDLX": "TT", "KCDLBM": "1203", "KCXS": 0.1195},
    {"DLBM": "1006", "DLMC": "农村道路", "XZDWKD": 4.0},
    {"DLBM": "0702", "DLMC": "农村宅基地", "CZCSXM": "203"},
    {"DLBM": "0201", "DLMC": "果园", "ZZSXDM": "JKHF", "ZZSXMC": "即可恢复"},
    {"DLBM": "0102", "DLMC": "水浇地", "GDPDJB": "1", "ZZSXDM": "LYFL", "TBXHDM": "HDGD", "TBXHMC": "河道耕地"},
    {"DLBM": "0602", "DLMC": "采矿用地", "CZCSXM": "204"},
]
_TYPES = {"KCXS": pa.float64(), "XZDWKD": pa.float64(), "GDDB": pa.int64()}
_COLUMNS = (
    *("BSM", "DLBM", "DLMC", "QSXZ", "GDPDJB", "ZZSXDM", "ZZSXMC", "GDLX", "KCDLBM", "KCXS"),
    *("TBXHDM", "TBXHMC", "XZDWKD", "CZCSXM", "GDDB"),
)


def squares(count: int, side: float = SIDE_M) -> np.ndarray:
    """Squares side by side, from west to east, in zone 40."""
    x = 500_000 + np.arange(count) * side
    return shapely.box(x, 3_380_000, x + side, 3_380_000 + side)


def identifiers(count: int, layer: str = "2110") -> list[str]:
    return [f"339901{layer}{number:08}" for number in range(1, count + 1)]


def parcels(
    changes: Mapping[int, Mapping[str, object]] | None = None, *, side: float = SIDE_M, without: str = ""
) -> Features:
    """Seven parcels of a DLTB layer that break no rule, with some values changed."""
    count = len(_PARCELS)
    geometry = squares(count, side)
    table = {name: [row.get(name) for row in _PARCELS] for name in _COLUMNS}
    table |= {"BSM": identifiers(count), "QSXZ": ["30"] * count}
    gross = round_dm2(ellipsoidal_area(geometry, ZONE_40))
    net = net_dm2(gross, np.array([round((share or 0) * 1e6) for share in table["KCXS"]]))
    areas = {"TBMJ": gross / 100, "KCMJ": (gross - net) / 100, "TBDLMJ": net / 100}
    table |= {name: values.tolist() for name, values in areas.items()}
    for row, values in (changes or {}).items():
        for name, value in values.items():
            table[name][row] = value
    arrays = {name: pa.array(values, _TYPES.get(name)) for name, values in table.items() if name != without}
    typed = {name: pa.nulls(count, pa.string()) if pa.types.is_null(a.type) else a for name, a in arrays.items()}
    return features(typed, geometry)


def features(table: Mapping[str, object], geometry: np.ndarray, crs: CRS | None = ZONE_40) -> Features:
    """A file read whole."""
    return Features(geometry, pa.table(dict(table)), crs, "DLTB.gpkg", np.arange(1, len(geometry) + 1))
