"""A small published county for the pages' tests: nine fields, one of them permanent basic farmland, and a red line."""

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from django.conf import settings
from pyproj import CRS

from liangtian.formats.features import Features
from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian.space.crs import CGCS2000, transformer

PLANE = CRS.from_epsg(4549)
X, Y, SIDE = 470_000.0, 3_376_000.0, 100.0
ON = date(2023, 12, 31)


def field(row, column):
    return shapely.box(X + column * SIDE, Y + row * SIDE, X + (column + 1) * SIDE, Y + (row + 1) * SIDE)


def features(shapes, columns):
    rows = np.arange(1, len(shapes) + 1)
    return Features(np.array(shapes, dtype=object), pa.table(columns), PLANE, "made.gpkg", rows)


def land_use():
    shapes = [field(row, column) for row in range(3) for column in range(3)]
    n = len(shapes)
    village = "339901100201"
    columns = {
        "BSM": [f"3399012110{k:08d}" for k in range(n)], "DLBM": ["0101"] * 6 + ["0103"] * 2 + ["0301"],
        "DLMC": ["水田"] * 6 + ["旱地"] * 2 + ["乔木林地"], "QSXZ": ["30"] * n, "ZLDWDM": [village + "0000000"] * n,
        "ZLDWMC": ["示范村"] * n, "QSDWDM": [village + "0000000"] * n, "QSDWMC": ["示范村"] * n,
        "GDPDJB": ["1"] * 8 + [None], "KCXS": [0.0] * n, "GDDB": [7] * 8 + [None], "ZZSXDM": ["LS"] * 8 + [None],
    }  # fmt: skip
    return features(shapes, columns)


def basic_farmland():
    return features([field(0, 0)], {"BSM": ["b1"], "DLBM": ["0101"], "KCXS": [0.0]})


def publish_all(place="339901", publisher="test"):
    """Publish land use and permanent basic farmland for a place."""
    entries = []
    for code, table in (("DLTB", land_use()), ("YJJBNTTB", basic_farmland())):
        entries.append(
            publish.publish(
                table,
                LAYERS[code],
                place=place,
                on=ON,
                home=settings.HOME,
                publisher=publisher,
                recorded_at="2024-01-05T08:00:00+08:00",
            )
        )
    return entries


def boundary_geojson(row=0.5, column=0.5, side=1.0):
    """A square over four fields, in degrees, as the map draws it."""
    low = X + column * SIDE, Y + row * SIDE
    corners = [
        (low[0] + dx * SIDE * side, low[1] + dy * SIDE * side) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    ]
    degrees = [transformer(PLANE, CGCS2000).transform(*corner) for corner in corners]
    geometry = {"type": "Polygon", "coordinates": [degrees]}
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": geometry}]}
    )


def gpkg(table, path):
    """A layer as a GeoPackage, as bytes."""
    columns = [column.to_numpy(zero_copy_only=False) for column in table.attributes.columns]
    names = table.attributes.column_names
    shapes = shapely.to_wkb(table.geometry)
    pyogrio.raw.write(path, shapes, columns, names, geometry_type="Polygon", crs="EPSG:4549")
    return path.read_bytes()
