"""Write a boundary TXT in the common dialect: 8 header fields, points numbered through the plot, rings closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from liangtian.errors import CrsMismatch, LayerInvalid
from liangtian.formats.boundary_txt.reading import ATTRIBUTES, COORDINATES, sections_of
from liangtian.formats.features import Features
from liangtian.formats.gauss_kruger import Datum, Grid, identify
from liangtian.units import round_half_up

_KEYS = (
    *("格式版本号", "数据产生单位", "数据产生日期"),
    *("坐标系", "几度分带", "投影类型", "计量单位", "带号", "精度", "转换参数"),
)
_DATUM_NAMES: dict[Datum, str] = {
    "cgcs2000": "2000国家大地坐标系",
    "xian80": "1980西安坐标系",
    "beijing54": "1954北京坐标系",
    "wgs84": "WGS84坐标系",
}
_COLUMNS = {"plot_no": ("plot_no", "BSM"), "name": ("name",), "sheet": ("sheet",), "use": ("use",)}
_CLASS_COLUMNS = ("class_code", "DLBM")
_KINDS = {0: "点", 4: "点", 1: "线", 5: "线", 3: "面", 6: "面"}
_NOT_IN_A_FIELD = str.maketrans({",": "，", "@": "\uff20", "\r": " ", "\n": " "})


def write(features: Features, path: Path, *, encoding: str = "gbk", header: Mapping[str, str] | None = None) -> None:
    """Write one plot a feature; a read of the file gives every vertex back within 0.1 mm.

    Coordinates have 3 decimals where that loses nothing, else 4. The declared area is the planar one in hectares, as
    survey software declares it. Columns taken: those that `read` makes; else `BSM` as plot number and `DLBM` as class.
    Commas and "@" in values become full-width; other columns do not fit the format and are left out.

    Parameters
    ----------
    encoding : gbk (default), gb18030 or utf-8
    header : keys of [属性描述] to add or set (项目名称, 数据产生单位 …); those of the file that was read are kept.
        The keys that place the coordinates (坐标系, 几度分带, 带号 …) always come from `features.crs`

    Raises
    ------
    CrsMismatch : txt-grid-needed: the features are not in a Chinese Gauss-Krüger zone
    LayerInvalid : txt-geometry-missing, txt-not-encodable
    """
    grid = identify(features.crs) if features.crs is not None else None
    if grid is None:
        crs = features.crs.name if features.crs is not None else "-"
        raise CrsMismatch("txt-grid-needed", source=features.source, crs=crs)
    kinds = _kinds(features)
    decimals = _decimals(features.geometry)
    lines = [*_sections(sections_of(features), header or {}, grid, decimals), f"[{COORDINATES}]"]
    for heading, geometry, kind in zip(_headings(features), features.geometry, kinds, strict=True):
        coordinates, ring = _vertices(geometry)
        area = round_half_up(Fraction(shapely.area(geometry)) / 10_000, 4)
        lines.append(f"{len(coordinates)},{area},{heading.format(kind=kind)},@")
        lines.extend(_points(coordinates, ring, decimals, closed=kind == "面"))
    path.write_bytes(_encode(lines, encoding, features.source))


def _kinds(features: Features) -> list[str]:
    types = shapely.get_type_id(features.geometry)
    bad = (types < 0) | ~np.isin(types, list(_KINDS)) | shapely.is_empty(features.geometry)
    if bad.any():
        raise LayerInvalid("txt-geometry-missing", source=features.source, row=int(np.argmax(bad)) + 1)
    return [_KINDS[kind] for kind in types.tolist()]


def _decimals(geometry: npt.NDArray[np.object_]) -> int:
    coordinates = shapely.get_coordinates(geometry)
    return 3 if bool((np.abs(coordinates - np.round(coordinates, 3)) < 1e-6).all()) else 4


def _sections(kept: dict[str, dict[str, str]], header: Mapping[str, str], grid: Grid, decimals: int) -> Iterator[str]:
    """The extra sections, then [属性描述] with the ten known keys in their order and the unknown ones behind."""
    for name, pairs in kept.items():
        if name != ATTRIBUTES:
            yield f"[{name}]"
            yield from (f"{key}={value}" for key, value in pairs.items())
    pairs = {"精度": f"{10.0**-decimals:.{decimals}f}", "转换参数": ",,,,,,", **kept.get(ATTRIBUTES, {}), **header}
    pairs |= {"坐标系": _DATUM_NAMES[grid.datum], "几度分带": str(grid.width), "投影类型": "高斯克吕格"}
    pairs |= {"计量单位": "米", "带号": str(grid.zone)}
    yield f"[{ATTRIBUTES}]"
    for key in (*(k for k in _KEYS if k in pairs), *(k for k in pairs if k not in _KEYS)):
        yield f"{key}={pairs[key]}".translate({10: " ", 13: " "})


def _headings(features: Features) -> Iterator[str]:
    """Header fields 3 to 8 and what stands behind them, `{kind}` still open."""
    table = features.attributes
    ext = [name for name in table.column_names if name.startswith("ext") and name[3:].isdecimal()]
    before = [_column(table, candidates) for candidates in (_COLUMNS["plot_no"], _COLUMNS["name"])]
    after = [_column(table, c) for c in (_COLUMNS["sheet"], _COLUMNS["use"], _CLASS_COLUMNS, *((e,) for e in ext))]
    for row in zip(*before, *after, strict=True):
        yield ",".join([*row[:2], "{kind}", *row[2:]])


def _column(table: pa.Table, candidates: tuple[str, ...]) -> list[str]:
    name = next((c for c in candidates if c in table.column_names), None)
    if name is None:
        return [""] * table.num_rows
    clean = ("" if value is None else str(value).translate(_NOT_IN_A_FIELD) for value in table[name].to_pylist())
    return [value.replace("{", "{{").replace("}", "}}") for value in clean]


def _vertices(geometry: shapely.Geometry) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Coordinates (x, y) and the 0-based ring, line or point part of each."""
    parts = shapely.get_parts(geometry)
    rings = shapely.get_rings(parts) if shapely.get_type_id(parts[0]) == shapely.GeometryType.POLYGON else parts
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    is_point = shapely.get_type_id(parts[0]) == shapely.GeometryType.POINT
    return coordinates, np.zeros_like(ring) if is_point else ring


def _points(
    coordinates: npt.NDArray[np.float64], ring: npt.NDArray[np.int64], decimals: int, *, closed: bool
) -> Iterator[str]:
    """`Jn,ring,north,east`; the closing point repeats the name of the ring's first."""
    number = np.arange(1, len(ring) + 1)
    if closed:
        last = np.append(np.flatnonzero(np.diff(ring)), len(ring) - 1)
        first = np.concatenate([[0], last[:-1] + 1])
        number -= ring
        number[last] = number[first]
    form = f"J{{}},{{}},{{:.{decimals}f}},{{:.{decimals}f}}".format
    return map(form, number.tolist(), (ring + 1).tolist(), coordinates[:, 1].tolist(), coordinates[:, 0].tolist())


def _encode(lines: list[str], encoding: str, source: str) -> bytes:
    try:
        return "".join(f"{line}\r\n" for line in lines).encode(encoding)
    except UnicodeEncodeError as error:
        character = error.object[error.start : error.end]
        raise LayerInvalid("txt-not-encodable", source=source, character=character, encoding=encoding) from error
