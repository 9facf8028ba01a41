"""The front door of every vector format: one `read`, one `write`, chosen by the file's suffix."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from liangtian.errors import CrsMismatch, FileUnreadable, is_disk_full
from liangtian.finding import Outcome
from liangtian.formats import archive, boundary_txt, dxf, geoparquet, kml, large, ogr, shapefile, text_repair, vct
from liangtian.formats.content import check_content
from liangtian.formats.features import Features
from liangtian.formats.geometry import RawLayer, note, polygons_of

READ_SUFFIXES = frozenset({*archive.DATASET_SUFFIXES, ".zip"})
WRITE_SUFFIXES = frozenset({".shp", ".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".txt", ".vct"})

ROOM_MIN = 2**20  # bytes

_SEVERAL_LAYERS = frozenset({".gpkg", ".gdb", ".kml"})


def read(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    workdir: Path | None = None,
    limits: archive.Limits | None = None,
) -> Features:
    """Read the polygons of one layer of a file, as they stand in it.

    Parameters
    ----------
    layer : layer of a container, or stem of one dataset of a zip; None where there is only one
    encoding : encoding of a shapefile's text, where the file is known to state it wrongly
    workdir : the caller's temporary folder, for zips; None uses one of our own
    limits : what a zip may grow to

    Raises
    ------
    FileUnreadable : one sentence each, see `locale/formats.toml`
    """
    suffix = check_file(path)
    if suffix != ".zip":
        return _read_dataset(path, suffix, layer, encoding)
    with tempfile.TemporaryDirectory(dir=workdir, prefix="zip-") as folder:
        dataset = archive.one_dataset(archive.unpack(path, Path(folder), limits=limits), name=path.name, wanted=layer)
        inside = None if dataset.stem == layer else layer
        features = _read_dataset(dataset, check_file(dataset), inside, encoding)
    return replace(features, source=f"{path.name}/{features.source}")


def layer_names(path: Path) -> list[str]:
    """The layers that `read` can be asked for, in the file's order; the stem for a file of one layer.

    Raises
    ------
    FileUnreadable : as `read`
    """
    suffix = check_file(path)
    if suffix == ".zip":
        with tempfile.TemporaryDirectory(prefix="zip-") as folder:
            found = archive.datasets(archive.unpack(path, Path(folder)))
            return layer_names(found[0]) if len(found) == 1 else [dataset.stem for dataset in found]
    if suffix == ".vct":
        return vct.layer_names(path)
    if suffix not in _SEVERAL_LAYERS:
        return [path.stem]
    check_content(path)
    return ogr.polygon_layers(path)


def check_file(path: Path) -> str:
    """The suffix, once the file exists, holds bytes and is of a format we read.

    Raises
    ------
    FileUnreadable : file-missing, file-unknown-suffix, file-empty
    """
    suffix = path.suffix.lower()
    if not path.exists():
        raise FileUnreadable("file-missing", file=path.name)
    if suffix not in READ_SUFFIXES or path.is_dir() != (suffix == ".gdb"):
        raise FileUnreadable("file-unknown-suffix", file=path.name, suffixes=" ".join(sorted(READ_SUFFIXES)))
    if path.is_file() and path.stat().st_size == 0:
        raise FileUnreadable("file-empty", file=path.name)
    return suffix


def _read_dataset(path: Path, suffix: str, layer: str | None, encoding: str | None) -> Features:
    if suffix == ".txt":
        return boundary_txt.read(path)
    if suffix == ".vct":
        return vct.read(path, layer=layer)
    if suffix == ".gpkg" and (packed := _read_packed(path, layer)) is not None:
        return packed
    try:
        return polygons_of(_unmangled(_read_raw(path, suffix, layer, encoding)))
    except UnicodeDecodeError as error:
        raise FileUnreadable("file-text-not-utf8", file=path.name) from error


def _read_packed(path: Path, layer: str | None) -> Features | None:
    """A large GeoPackage batch by batch; None where it is none, or has to be read whole."""
    check_content(path)
    return large.read(path, layer) if large.is_large(path, layer) else None


def _read_raw(path: Path, suffix: str, layer: str | None, encoding: str | None) -> RawLayer:
    if suffix == ".shp":
        return shapefile.read(path, encoding=encoding)
    if suffix in {".parquet", ".geoparquet"}:
        return geoparquet.read(path)
    check_content(path)
    if suffix == ".dxf":
        return dxf.read(path)
    return kml.read(path, layer) if suffix == ".kml" else _believing_degrees(ogr.read(path, layer), suffix)


def _believing_degrees(raw: RawLayer, suffix: str) -> RawLayer:
    """Drop the CRS that GDAL gives every GeoJSON without a `crs` member, where the coordinates are not degrees."""
    if suffix not in {".geojson", ".json"} or raw.crs is None or not raw.crs.is_geographic:
        return raw
    if not (np.abs(shapely.bounds(raw.geometry)) > 180).any():
        return raw
    doubt = note("FILE-10", "file-geojson-not-degrees", {"source": raw.source})
    return replace(raw, crs=None, findings=(*raw.findings, doubt))


def _unmangled(raw: RawLayer) -> RawLayer:
    """Repair GBK that was read as latin1 before the file was written, and record it."""
    values = text_repair.texts(raw.attributes)
    if not text_repair.is_chinese_bytes(values):
        return raw
    example = text_repair.unmangle(values[0])
    finding = note("FILE-03", "file-text-repaired", {"source": raw.source, "example": example}, Outcome.FAIL)
    attributes = text_repair.recode(raw.attributes, text_repair.unmangle)
    return replace(raw, attributes=attributes, findings=(*raw.findings, finding))


def write(features: Features, path: Path, *, encoding: str | None = None) -> None:
    """Write features to a new file in the format its suffix names; a failed write leaves nothing behind.

    GeoJSON is written in longitude and latitude only: EPSG:4326 as RFC 7946 wants it, any other geographic system
    with the `crs` member of GeoJSON 2008, which GDAL, QGIS and ArcGIS read, so that CGCS2000 is never relabelled.

    Parameters
    ----------
    encoding : `utf-8` or `gbk`, for shapefile (None: UTF-8), TXT and VCT (None: GBK)

    Raises
    ------
    FileUnreadable : file-exists, file-unknown-write-suffix, file-no-folder, file-column-type, file-disk-full, and those
        of the format
    CrsMismatch (crs-geojson-projected)
    """
    suffix = path.suffix.lower()
    if suffix not in WRITE_SUFFIXES:
        raise FileUnreadable("file-unknown-write-suffix", file=path.name, suffixes=" ".join(sorted(WRITE_SUFFIXES)))
    if path.exists():
        raise FileUnreadable("file-exists", file=path.name)
    if not path.parent.is_dir():
        raise FileUnreadable("file-no-folder", file=path.name, folder=str(path.parent))
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        with _telling_of_full_disk(path):
            _write_dataset(features, Path(folder) / path.name, suffix, encoding)
        for part in sorted(Path(folder).iterdir()):
            os.replace(part, path.parent / part.name)


def append(features: Features, path: Path) -> None:
    """Add features to a GeoPackage that `write` made of the same columns in the same CRS.

    Raises
    ------
    FileUnreadable : file-missing, file-not-written
    """
    check_file(path)
    with _telling_of_full_disk(path):
        _write_ogr(replace(features, attributes=_plain(features.attributes, path)), path, driver="GPKG", append=True)


@contextmanager
def _telling_of_full_disk(path: Path) -> Iterator[None]:
    """Name the cause that GDAL names for some formats and not for others: SQLite says only that a write failed."""
    try:
        yield
    except (OSError, FileUnreadable) as error:
        failed = isinstance(error, FileUnreadable) and error.message_id == "file-not-written"
        if is_disk_full(error) or (failed and shutil.disk_usage(path.parent).free < ROOM_MIN):
            raise FileUnreadable("file-disk-full", file=path.name) from error
        raise


def _write_dataset(features: Features, path: Path, suffix: str, encoding: str | None) -> None:
    if suffix in {".txt", ".vct"}:
        own = boundary_txt if suffix == ".txt" else vct
        own.write(features, path, encoding=encoding or "gbk")
        return
    features = replace(features, attributes=_plain(features.attributes, path))
    if suffix == ".shp":
        shapefile.write(features, path, encoding=encoding or "utf-8")
    elif suffix in {".parquet", ".geoparquet"}:
        geoparquet.write(features, path)
    elif suffix == ".gpkg":
        _write_ogr(features, path, driver="GPKG")
    else:
        _write_geojson(features, path)


def _plain(table: pa.Table, path: Path) -> pa.Table:
    """Columns that every format can hold, none named `geometry`."""
    columns = []
    for field in table.schema:
        if field.name.lower() == "geometry":
            raise FileUnreadable("file-name-taken", file=path.name, field=field.name)
        column = table.column(field.name)
        if pa.types.is_dictionary(field.type):
            column = column.cast(field.type.value_type)
        if pa.types.is_nested(column.type):
            raise FileUnreadable("file-column-type", file=path.name, field=field.name, type=str(field.type))
        columns.append(column)
    if not columns:
        return table
    return pa.table(columns, names=table.column_names)


def _write_ogr(features: Features, path: Path, *, driver: str, **options: Any) -> None:
    kinds = set(shapely.get_type_id(features.geometry).tolist()) - {-1}
    is_single = kinds <= {int(shapely.GeometryType.POLYGON)}
    is_multi = kinds == {int(shapely.GeometryType.MULTIPOLYGON)}
    ogr.write(
        features.attributes.append_column("geometry", ogr.wkb(features.geometry)),
        path,
        driver=driver,
        layer=path.stem,
        geometry_type="Polygon" if is_single else "MultiPolygon" if is_multi else "Unknown",
        crs=features.crs.to_wkt() if features.crs else None,
        **options,
    )


def _write_geojson(features: Features, path: Path) -> None:
    if features.crs is None or not features.crs.is_geographic:
        named = features.crs.name if features.crs else ""
        raise CrsMismatch("crs-geojson-projected", file=path.name, crs=named)
    _write_ogr(features, path, driver="GeoJSON", COORDINATE_PRECISION=15)
