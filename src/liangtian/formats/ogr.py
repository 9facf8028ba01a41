"""What GDAL reads, through Arrow: never its words to the user, never a half-read file in silence."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio import raw
from pyogrio.errors import CRSError as OgrCrsError
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS
from pyproj.exceptions import CRSError

from liangtian.errors import FileUnreadable
from liangtian.finding import Finding
from liangtian.formats.geometry import CurvesMet, Geometries, RawLayer, from_wkb, note

GDAL_ERRORS = (
    DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError,
    pa.ArrowException, OSError, RuntimeError, ValueError, shapely.errors.ShapelyError,
)  # fmt: skip

# A GeoPackage states when it was last changed; the kernel has no clock, and the same features give the same bytes.
STAMP = "2000-01-01T00:00:00.000Z"

# Degrees of arc between two points of a straightened curve: 0.24 mm from the arc at a radius of 100 m.
ARC_STEP_DEGREES = 0.25

_POLYGON_WORDS = ("Polygon", "Surface", "Unknown", "GeometryCollection", "Collection")
# The warning filters are the interpreter's, not the thread's.
_WARNINGS = threading.Lock()

# Readers that may have chosen a file: `content` keeps the others away, and what slipped through is not handed on.
_DRIVERS = {".kml": {"LIBKML", "KML"}, ".dxf": {"DXF"}}


def read(
    path: Path, layer: str | None = None, *, encoding: str | None = None, options: Mapping[str, object] | None = None
) -> RawLayer:
    """Read one layer of a GeoPackage, file geodatabase, GeoJSON, KML, shapefile or DXF.

    Parameters
    ----------
    encoding : encoding of a shapefile's text
    options : GDAL options that hold while this file is read

    Raises
    ------
    FileUnreadable : file-broken, file-layer-unknown, file-several-layers, file-no-polygons, file-not-what-named
    """
    name, is_only = choose_layer(path, layer)
    _check_driver(path, name)
    source = path.name if is_only else f"{path.name}|{name}"
    with remarks(path, source) as met, _configured({"OGR_ARC_STEPSIZE": ARC_STEP_DEGREES, **(options or {})}):
        meta, table = raw.read_arrow(_dataset(path), layer=name, encoding=encoding)
        column = meta["geometry_name"] or "wkb_geometry"
        try:
            geometry, findings = from_wkb(table.column(column), source)
        except CurvesMet:
            geometry, findings = _straightened(path, name, source)
    attributes = table.drop_columns([column]).replace_schema_metadata(None)
    return RawLayer(geometry, attributes, parsed_crs(meta["crs"], source), source, (*findings, *met))


def _straightened(path: Path, layer: str, source: str) -> tuple[Geometries, tuple[Finding, ...]]:
    """Read the geometry again, each arc as chords: the Arrow way hands curves over as they are."""
    wkb = raw.read(_dataset(path), layer=layer, columns=[])[2]
    geometry, findings = from_wkb(pa.chunked_array([pa.array(wkb, pa.binary())]), source)
    curved = note("FILE-05", "file-curves-straightened", {"source": source, "step": ARC_STEP_DEGREES})
    return geometry, (*findings, curved)


def layers(path: Path) -> dict[str, str | None]:
    """Layer name → GDAL's name of its geometry type, None for a table without geometry."""
    with remarks(path, path.name):
        return {str(name): kind for name, kind in pyogrio.list_layers(_dataset(path))}


def polygon_layers(path: Path) -> list[str]:
    """The layers that may hold polygons, in the file's order."""
    return [name for name, kind in layers(path).items() if kind and any(word in kind for word in _POLYGON_WORDS)]


def choose_layer(path: Path, wanted: str | None) -> tuple[str, bool]:
    """The layer to read, and whether the file holds no other that could be meant."""
    candidates = polygon_layers(path)
    if wanted is not None:
        if wanted not in candidates:
            message = "file-no-polygons" if wanted in layers(path) else "file-layer-unknown"
            raise FileUnreadable(message, file=path.name, layer=wanted, names="、".join(candidates))
        return wanted, len(candidates) == 1
    if not candidates:
        raise FileUnreadable("file-no-polygons", file=path.name)
    if len(candidates) > 1:
        raise FileUnreadable("file-several-layers", file=path.name, names="、".join(candidates))
    return candidates[0], True


def _check_driver(path: Path, layer: str) -> None:
    allowed = _DRIVERS.get(path.suffix.lower())
    if allowed is None:
        return
    with remarks(path, path.name):
        chosen = pyogrio.read_info(_dataset(path), layer=layer)["driver"]
    if chosen not in allowed:
        raise FileUnreadable("file-not-what-named", file=path.name)


@contextmanager
def remarks(path: Path, source: str) -> Iterator[list[Finding]]:
    """Turn GDAL's errors into one refusal and its warnings into findings, in the list handed out.

    Raises
    ------
    FileUnreadable : file-broken, where GDAL could not read on (its words stand in `detail` only),
        file-text-not-utf8, file-crs-unreadable
    """
    found: list[Finding] = []
    with _WARNINGS, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield found
        except UnicodeDecodeError as error:
            raise FileUnreadable("file-text-not-utf8", file=path.name) from error
        except (OgrCrsError, UnboundLocalError) as error:
            # The second is pyogrio 0.13 tripping over a CRS that GDAL can read but not write down.
            detail = _unplaced(str(error), path) if isinstance(error, OgrCrsError) else "WKT"
            raise FileUnreadable("file-crs-unreadable", file=path.name, detail=detail) from error
        except GDAL_ERRORS as error:
            raise FileUnreadable("file-broken", file=path.name, detail=_unplaced(str(error), path)) from error
    for text in dict.fromkeys(_unplaced(str(warning.message), path) for warning in caught):
        found.append(note("FILE-09", "file-reader-remark", {"source": source, "detail": text}))


def _unplaced(text: str, path: Path) -> str:
    """GDAL's words without the folder, which is nobody's business."""
    return text.replace(f"{path.resolve().parent}/", "").replace(f"{path.parent}/", "")


@contextmanager
def _configured(options: Mapping[str, object]) -> Iterator[None]:
    """Set GDAL's options for one reading; they are the process's, so the lock of `remarks` must be held."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(dict(options))
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _dataset(path: Path) -> str:
    """The name GDAL opens. The prefix keeps a .json from being taken for a recipe that reads other files."""
    prefix = "GeoJSON:" if path.suffix.lower() in {".geojson", ".json"} else ""
    return f"{prefix}{path.resolve()}"


def parsed_crs(declared: str | dict[str, Any] | None, source: str) -> CRS | None:
    """The CRS a file declares as a code, WKT or PROJJSON; None where it declares none.

    Raises
    ------
    FileUnreadable (file-crs-unreadable) : PROJ cannot make it out.
    """
    if not declared:
        return None
    try:
        return CRS.from_user_input(declared)
    except CRSError as error:
        raise FileUnreadable("file-crs-unreadable", file=source, detail=str(error)) from error


def write(table: pa.Table, path: Path, *, driver: str, **options: Any) -> None:
    """Write a table whose column `geometry` is WKB; a GeoPackage bears `STAMP` and no time of writing.

    Raises
    ------
    FileUnreadable (file-not-written)
    """
    with _WARNINGS, warnings.catch_warnings(), _configured({"OGR_CURRENT_DATE": STAMP}):
        # A file without CRS is the caller's decision; the remaining remarks repeat what is checked before.
        warnings.simplefilter("ignore")
        try:
            raw.write_arrow(table, str(path), driver=driver, geometry_name="geometry", **options)
        except GDAL_ERRORS as error:
            raise FileUnreadable("file-not-written", file=path.name, detail=str(error)) from error


def wkb(geometry: Geometries) -> pa.Array:
    """Geometry → WKB column, None kept."""
    return pa.array(np.asarray(shapely.to_wkb(geometry), dtype=object), pa.binary())
