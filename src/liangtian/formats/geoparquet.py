"""GeoParquet 1.1 through pyarrow alone.

Source
------
GeoParquet specification 1.1.0 (OGC)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from liangtian.errors import FileUnreadable
from liangtian.formats import ogr
from liangtian.formats.features import Features
from liangtian.formats.geometry import CurvesMet, RawLayer, from_wkb

VERSION = "1.1.0"
GEOMETRY = "geometry"


def read(path: Path) -> RawLayer:
    """Read the primary geometry column and the attributes; the covering columns are left out.

    Raises
    ------
    FileUnreadable : file-broken, geoparquet-no-geo, geoparquet-encoding, file-crs-unreadable
    """
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise FileUnreadable("file-broken", file=path.name, detail=str(error)) from error
    geo = _metadata(table.schema, path)
    primary, columns = geo["primary_column"], geo["columns"]
    about = columns[primary]
    if about.get("encoding") != "WKB" or about.get("edges", "planar") != "planar":
        found = f"{about.get('encoding')} {about.get('edges', 'planar')}"
        raise FileUnreadable("geoparquet-encoding", file=path.name, encoding=found)
    try:
        geometry, findings = from_wkb(table.column(primary), path.name)
    except TypeError as error:  # numbers or structs in the place of shapes
        raise FileUnreadable("geoparquet-no-geo", file=path.name) from error
    except CurvesMet as error:
        raise FileUnreadable("geoparquet-encoding", file=path.name, encoding="curves") from error
    attributes = table.drop_columns(sorted({*columns, *_covering(about)} & set(table.column_names)))
    # An absent key means OGC:CRS84, a null one means unknown: the two must not be confused.
    crs = ogr.parsed_crs(about.get("crs", "EPSG:4326"), path.name)
    return RawLayer(geometry, attributes.replace_schema_metadata(None), crs, path.name, findings)


def _covering(about: dict[str, Any]) -> set[str]:
    """Columns of the boxes of rows; what is written otherwise than the specification says names none."""
    try:
        return {str(corner[0]) for corner in about["covering"]["bbox"].values()}
    except (KeyError, IndexError, TypeError, AttributeError):
        return set()


def _metadata(schema: pa.Schema, path: Path) -> dict[str, Any]:
    try:
        geo = json.loads((schema.metadata or {})[b"geo"])
        if not isinstance(geo["columns"][geo["primary_column"]], dict) or geo["primary_column"] not in schema.names:
            raise KeyError(geo["primary_column"])
    except (KeyError, TypeError, ValueError) as error:
        raise FileUnreadable("geoparquet-no-geo", file=path.name) from error
    return dict(geo)


def write(features: Features, path: Path) -> None:
    """Write one WKB column named `geometry` after the attributes, with the `geo` metadata.

    Raises
    ------
    FileUnreadable (file-not-written)
    """
    table = features.attributes.append_column(GEOMETRY, ogr.wkb(features.geometry))
    metadata = {**(table.schema.metadata or {}), b"geo": json.dumps(_about(features), ensure_ascii=False).encode()}
    try:
        pq.write_table(table.replace_schema_metadata(metadata), path, compression="zstd")
    except (pa.ArrowException, OSError) as error:
        raise FileUnreadable("file-not-written", file=path.name, detail=str(error)) from error


def _about(features: Features) -> dict[str, Any]:
    kinds = {shapely.GeometryType.POLYGON: "Polygon", shapely.GeometryType.MULTIPOLYGON: "MultiPolygon"}
    present = set(shapely.get_type_id(features.geometry).tolist())
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [name for kind, name in kinds.items() if kind in present],
        "crs": features.crs.to_json_dict() if features.crs else None,
    }
    boxes = shapely.bounds(features.geometry)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if len(boxes):
        column["bbox"] = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
    return {"version": VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
