"""A hand-made county of a few square parcels, so that every figure of a check can be reckoned on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import CRS

from liangtian.formats.features import Features
from liangtian.onemap import snapshot
from liangtian.onemap.catalogue import Catalogue, LayerVersion

PLANE = CRS.from_epsg(4549)
EAST, NORTH = 570_000.0, 3_380_000.0


def cell(column: float, row: float, width: float = 1, height: float = 1) -> shapely.Polygon:
    """A rectangle on a grid of 100 m cells."""
    x, y = EAST + 100 * column, NORTH + 100 * row
    return shapely.box(x, y, x + 100 * width, y + 100 * height)


def put(home: Path, layer: str, shapes: list[shapely.Geometry], columns: dict[str, list[Any]], **about: str) -> str:
    """Publish a layer as it stands, without the quality rules; returns its digest."""
    ids = pa.array(columns.pop("BSM"))
    table = snapshot.build(
        np.array(shapes, dtype=object), ids, pa.table(columns or {"BZ": [None] * len(shapes)}), PLANE
    )
    digest, catalogue = snapshot.digest(table), Catalogue(home)
    snapshot.write(table, catalogue.snapshot_path(digest))
    place, on = about.get("place", "339901"), about.get("on", "2023-12-31")
    catalogue.record(LayerVersion(place, layer, on, digest, len(shapes), PLANE.name, {}, {}, "test", "2024-01-01"))
    return digest


def boundary(*shapes: shapely.Geometry, crs: CRS = PLANE) -> Features:
    return Features(
        np.array(shapes, dtype=object),
        pa.table({"n": list(range(len(shapes)))}),
        crs,
        "boundary.txt",
        np.arange(1, len(shapes) + 1),
    )


VILLAGE_A, VILLAGE_B = "3399010012010000000", "3399010012020000000"


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six parcels in two villages; see the table. PBF over P1, red line over P5, urban boundary over columns 0–2."""
    tmp_path = tmp_path_factory.mktemp("home")
    put(
        tmp_path,
        "DLTB",
        [cell(0, 0), cell(1, 0), cell(2, 0), cell(0, 1), cell(1, 1), cell(2, 1)],
        {
            "BSM": ["P1", "P2", "P3", "P4", "P5", "P6"],
            "DLBM": ["0101", "0103", "0702", "0101", "0301", "1107"],
            "KCXS": [0.0, 0.1, None, 0.0, None, None],
            "QSXZ": ["30", "30", "30", "30", "20", "30"],
            "ZLDWDM": [VILLAGE_A] * 3 + [VILLAGE_B] * 3,
            "ZLDWMC": ["甲村"] * 3 + ["乙村"] * 3,
            "GDPDJB": ["1", "2", None, "1", None, None],
            "GDDB": [6, 8, None, 6, None, None],
        },
    )
    put(tmp_path, "XZQ", [cell(0, 0, 3, 2)], {"BSM": ["X"], "XZQDM": ["339901001"], "XZQMC": ["示范镇"]})
    villages = {"BSM": ["A", "B"], "ZLDWDM": [VILLAGE_A, VILLAGE_B], "ZLDWMC": ["甲村", "乙村"]}
    put(tmp_path, "CJDCQ", [cell(0, 0, 3), cell(0, 1, 3)], villages)
    put(tmp_path, "YJJBNTTB", [cell(0, 0)], {"BSM": ["J1"], "KCXS": [0.0]})
    put(tmp_path, "YJJBNTSFQ", [cell(9, 9)], {"BSM": ["S1"]})
    put(tmp_path, "STBHHX", [cell(1, 1)], {"BSM": ["H1"]})
    put(tmp_path, "CZKFBJ", [cell(1, 0, 2, 1)], {"BSM": ["C1"]})
    put(tmp_path, "KZBJ", [cell(0, 0, 3, 1)], {"BSM": ["K1"]})
    return tmp_path
