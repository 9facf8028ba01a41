"""Every damaged input a bureau sends sooner or later, as files: each must get one clear message and publish nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from liangtian.formats import vector
from liangtian.formats.features import Features

FIELD = shapely.box(40_470_000.0, 3_376_000.0, 40_470_100.0, 3_376_100.0)
BOW_TIE = shapely.Polygon(
    [(40_470_000, 3_376_000), (40_470_100, 3_376_100), (40_470_100, 3_376_000), (40_470_000, 3_376_100)]
)
Files = dict[str, bytes]


def layer(folder: Path, suffix: str, shape: shapely.Geometry = FIELD, crs: int = 4528) -> Files:
    """One paddy as a layer of land use, by file name."""
    columns = {"BSM": ["339901211000000001"], "DLBM": ["0101"], "DLMC": ["水田"], "ZLDWMC": ["示范村"]}
    made = Features(np.array([shape], dtype=object), pa.table(columns), CRS.from_epsg(crs), "x", np.array([1]))
    folder.mkdir(parents=True)
    vector.write(made, folder / f"DLTB{suffix}", encoding="gbk" if suffix == ".shp" else None)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def zipped(members: Files) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return sink.getvalue()


def truncated_shapefile(folder: Path) -> Files:
    files = layer(folder, ".shp")
    return files | {"DLTB.shp": files["DLTB.shp"][:150]}


def missing_dbf(folder: Path) -> Files:
    return {name: data for name, data in layer(folder, ".shp").items() if not name.endswith(".dbf")}


def bow_tie(folder: Path) -> Files:
    return layer(folder, ".gpkg", BOW_TIE)


def wrong_zone(folder: Path) -> Files:
    return layer(folder, ".gpkg", crs=4526)


def swapped_axes(folder: Path) -> Files:
    return layer(folder, ".gpkg", shapely.transform(FIELD, lambda xy: xy[:, ::-1]))


def zip_bomb(folder: Path) -> Files:
    sink, megabyte = io.BytesIO(), bytes(1 << 20)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("DLTB.geojson", "w") as member:
        for _ in range(280):
            member.write(megabyte)
    return {"DLTB.zip": sink.getvalue()}


def escaping_zip(folder: Path) -> Files:
    return {"DLTB.zip": zipped({"../DLTB.geojson": b"{}"})}


def empty_file(folder: Path) -> Files:
    return {"DLTB.gpkg": b""}


def broken_txt(folder: Path) -> Files:
    text = "[属性描述]\n坐标系=2000国家大地坐标系\n带号=40\n[地块坐标]\n4,1.0000,地块一\nJ1,1,3376000,40470000\n"
    return {"DLTB.txt": text.encode("gbk")}


def dangling_vct(folder: Path) -> Files:
    files = layer(folder, ".vct")
    text = files["DLTB.vct"].decode("gbk")
    head, polygons = text.split("PolygonBegin", 1)
    start = head.index("LineBegin") + len("LineBegin\n")
    return {"DLTB.vct": (head[:start] + head[head.index("LineEnd") :] + "PolygonBegin" + polygons).encode("gbk")}


DAMAGED: dict[str, tuple[Callable[[Path], Files], str]] = {
    "truncated shapefile": (truncated_shapefile, "DLTB.shp"),
    "missing dbf": (missing_dbf, "DLTB.shp"),
    "bow tie": (bow_tie, "DLTB.gpkg"),
    "wrong zone": (wrong_zone, "DLTB.gpkg"),
    "swapped axes": (swapped_axes, "DLTB.gpkg"),
    "zip bomb": (zip_bomb, "DLTB.zip"),
    "path out of a zip": (escaping_zip, "DLTB.zip"),
    "empty file": (empty_file, "DLTB.gpkg"),
    "txt with a broken header": (broken_txt, "DLTB.txt"),
    "vct with a dangling line": (dangling_vct, "DLTB.vct"),
}
"""Name → maker of the files, and which of them is opened."""
