"""Write one polygon layer as VCT 3.0: shared edges once, polygons by signed lines, one attribute table."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.errors import CrsMismatch, LayerInvalid
from liangtian.formats.features import Features
from liangtian.formats.gauss_kruger import Datum, Grid, identify
from liangtian.formats.vct.topology import RingCollapsed, Topology, shared_lines

BOUNDARY_LINE_CODE = "1099000000"
_DECIMALS = 4
_STYLE = "unify"
_REFS_A_LINE = 8
_CHAR_BYTES_MAX = 254
_FLOAT_DECIMALS_MAX = 15
_LAYER_NAMES = {"DLTB": "地类图斑", "XZQ": "行政区", "CJDCQ": "村级调查区", "YJJBNTTB": "永久基本农田图斑"}
_SPHEROIDS: dict[Datum, str] = {
    "cgcs2000": "CGCS2000,6378137.0,298.257222101",
    "wgs84": "WGS84,6378137.0,298.257223563",
    "xian80": "Xian80,6378140.0,298.257",
    "beijing54": "Beijing54,6378245.0,298.3",
}
_NOT_IN_A_VALUE = str.maketrans({",": "，", "\r": " ", "\n": " "})


def write(
    features: Features,
    path: Path,
    *,
    encoding: str = "gbk",
    layer: str = "DLTB",
    code: str = "2001010100",
    on: dt.date | None = None,
) -> None:
    """Write polygons with their attributes; a read gives every vertex back within 0.1 mm (4 decimals).

    A boundary that two polygons share vertex for vertex becomes one line, used by each in its own direction; the
    outer ring runs counter-clockwise, holes clockwise. The table is made from the Arrow schema: text → Char (bytes of
    the longest value; VarChar above 254), integers and booleans → Int, floats and decimals → Float with the decimals
    the values need, dates → Date. Commas in values become "，", line ends spaces, null and NaN an empty value.

    Parameters
    ----------
    encoding : gbk (default), gb18030 or utf-8
    layer, code : name of the table and feature code of the polygons
    on : date of the head; left empty if not given

    Raises
    ------
    CrsMismatch : vct-grid-needed: the features are not in a Chinese Gauss-Krüger zone
    LayerInvalid : vct-geometry-missing, vct-ring-collapsed, vct-column-unsupported, vct-not-encodable

    Source
    ------
    dialects and files seen in the field
    """
    grid = identify(features.crs) if features.crs is not None else None
    if grid is None:
        crs = features.crs.name if features.crs is not None else "-"
        raise CrsMismatch("vct-grid-needed", source=features.source, crs=crs)
    _refuse_other_geometry(features)
    columns = [_column(features, name, encoding) for name in features.attributes.column_names]
    try:
        topology = shared_lines(features.geometry, decimals=_DECIMALS)
    except RingCollapsed as collapsed:
        row = collapsed.polygon + 1
        raise LayerInvalid("vct-ring-collapsed", source=features.source, row=row) from collapsed
    first_line, first_polygon = int(code[:4]) * 1_000_000 + 1, int(code[:4]) * 10_000_000 + 1
    polygon_ids = range(first_polygon, first_polygon + len(features))
    sections = chain(
        _head(features, grid, on),
        _declarations(layer, code, columns),
        _section("Line", _lines(topology, first_line)),
        _section("Polygon", _polygons(features.geometry, topology, polygon_ids, first_line, code)),
        _section("Attribute", chain([layer], _rows(polygon_ids, columns), ["TableEnd"])),
    )
    _print(sections, path, encoding, features.source)


def _refuse_other_geometry(features: Features) -> None:
    areal = np.isin(shapely.get_type_id(features.geometry), (3, 6)) & ~shapely.is_empty(features.geometry)
    if not areal.all() or not len(features):
        row = int(np.argmin(areal)) + 1 if len(features) else 0
        raise LayerInvalid("vct-geometry-missing", source=features.source, row=row)


def _section(name: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"{name}Begin"
    yield from lines
    yield f"{name}End"


def _head(features: Features, grid: Grid, on: dt.date | None) -> Iterator[str]:
    left, low, right, high = shapely.total_bounds(features.geometry).tolist()
    zone = f"{grid.central_meridian},1,{grid.false_easting},0,{grid.width},{grid.zone}"
    lines = (
        *("Datamark:LANDUSE-VCT", "Version:3.0", "CoordinateSystemType:P", "Dim:2"),
        *("XAxisDirection:E", "YAxisDirection:N", "XYUnit:M", "ZUnit:M", f"Spheroid:{_SPHEROIDS[grid.datum]}"),
        *("PrimeMeridian:Greenwich", "Projection:高斯-克吕格投影", f"Parameters:{zone}"),
        *("VerticalDatum:1985国家高程基准", "TemporalReferenceSystem:北京时间"),
        *(f"ExtentMin:{left:.4f},{low:.4f}", f"ExtentMax:{right:.4f},{high:.4f}"),
        *("MapScale:2000", "Offset:0,0", f"Date:{on:%Y%m%d}" if on else "Date:", "Separator:,"),
    )
    return _section("Head", iter(lines))


def _lines(topology: Topology, first_id: int) -> Iterator[str]:
    form = "{:.4f},{:.4f}".format
    for index, (begin, end) in enumerate(pairwise(topology.line_offsets.tolist())):
        yield f"{first_id + index}\n{BOUNDARY_LINE_CODE}\n{_STYLE}\n1\n1\n11\n{end - begin}"
        yield from map(form, *topology.coordinates[begin:end].T.tolist())
        yield "0"


def _polygons(
    geometry: npt.NDArray[np.object_], topology: Topology, ids: range, first_line: int, code: str
) -> Iterator[str]:
    labels = shapely.get_coordinates(shapely.point_on_surface(geometry)).tolist()
    refs = topology.uses + np.sign(topology.uses) * (first_line - 1)
    # A 0 goes before every ring but the first of its polygon.
    opens = np.diff(topology.use_ring, prepend=0) != 0
    polygon = topology.ring_polygon[topology.use_ring]
    same_polygon = np.diff(polygon, prepend=-1) == 0
    zeros = np.flatnonzero(opens & same_polygon)
    refs, polygon = np.insert(refs, zeros, 0), np.insert(polygon, zeros, polygon[zeros])
    bounds = np.searchsorted(polygon, np.arange(len(geometry) + 1)).tolist()
    for index, (x, y) in enumerate(labels):
        own = list(map(str, refs[bounds[index] : bounds[index + 1]].tolist()))
        yield f"{ids[index]}\n{code}\n{_STYLE}\n100\n{x:.6f},{y:.6f}\n21\n{len(own)}"
        yield from (",".join(own[i : i + _REFS_A_LINE]) for i in range(0, len(own), _REFS_A_LINE))
        yield "0"


@dataclass(frozen=True, slots=True)
class _Column:
    declaration: str
    texts: list[str]


def _declarations(layer: str, code: str, columns: list[_Column]) -> Iterator[str]:
    yield from _section(
        "FeatureCode",
        iter([f"{code},{_LAYER_NAMES.get(layer, layer)},Polygon,{layer}", f"{BOUNDARY_LINE_CODE},面层边界线,Line,"]),
    )
    table = (f"{layer},{len(columns)}", *(column.declaration for column in columns), "0")
    yield from _section("TableStructure", iter(table))


def _rows(ids: range, columns: list[_Column]) -> Iterator[str]:
    return map(",".join, zip(map(str, ids), *(column.texts for column in columns), strict=True))


def _column(features: Features, name: str, encoding: str) -> _Column:
    """Declaration and printed values of one attribute."""
    values = features.attributes[name]
    name = name.translate(_NOT_IN_A_VALUE)
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _text_column(name, values.to_pylist(), encoding)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        texts = _printed(pc.cast(values, pa.int64()).to_pylist())
        return _Column(f"{name},Int{max(map(len, texts), default=1) or 1}", texts)
    if pa.types.is_decimal(kind):
        declared = f"{name},Float,{kind.precision},{max(kind.scale, 0)}"
        return _Column(declared, ["" if value is None else f"{value:f}" for value in values.to_pylist()])
    if pa.types.is_floating(kind):
        return _float_column(name, values.cast(pa.float64()).to_numpy())
    if pa.types.is_date(kind):
        return _Column(f"{name},Date,8", ["" if d is None else f"{d:%Y%m%d}" for d in values.to_pylist()])
    raise LayerInvalid("vct-column-unsupported", source=features.source, field=name, type=str(kind))


def _printed(values: list[object]) -> list[str]:
    return ["" if value is None else str(value) for value in values]


def _text_column(name: str, values: list[str | None], encoding: str) -> _Column:
    texts = ["" if value is None else value.translate(_NOT_IN_A_VALUE) for value in values]
    longest = max((len(text.encode(encoding, errors="replace")) for text in texts), default=0)
    declared = "VarChar" if longest > _CHAR_BYTES_MAX else f"Char,{longest or 1}"
    return _Column(f"{name},{declared}", texts)


def _float_column(name: str, values: npt.NDArray[np.float64]) -> _Column:
    """As many decimals as give every value back, at most 15; NaN and infinity are empty."""
    finite = values[np.isfinite(values)]
    decimals = next(
        (d for d in range(_FLOAT_DECIMALS_MAX) if (np.round(finite, d) == finite).all()), _FLOAT_DECIMALS_MAX
    )
    texts = [f"{value:.{decimals}f}" if math.isfinite(value) else "" for value in values.tolist()]
    return _Column(f"{name},Float,{max(map(len, texts), default=1) or 1},{decimals}", texts)


def _print(lines: Iterator[str], path: Path, encoding: str, source: str) -> None:
    """Write beside the target and move into place, so that a failure leaves no half file."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding=encoding, newline="\r\n") as stream:
            stream.writelines(f"{line}\n" for line in lines)
        part.replace(path)
    except UnicodeEncodeError as error:
        character = error.object[error.start : error.end]
        raise LayerInvalid("vct-not-encodable", source=source, character=character, encoding=encoding) from error
    finally:
        part.unlink(missing_ok=True)
