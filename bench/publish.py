"""Publishing a parcel layer from a file: ours, GeoPandas, PostGIS, each in a process of its own.

    python bench/publish.py [--parcels 1000000] [--home FOLDER] [--without-peers]

Ours is the whole command: read the file, apply the quality rules (neighbours' topology among them), measure, digest, write
the snapshot and its index. The peers get the cheapest comparable job. GeoPandas: read the file, validity, geodesic areas by
pyproj, write GeoParquet. PostGIS: read the file, copy, spatial index, validity, geodesic areas; starting its server is not
in its time, nor the server's memory in its memory.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pyogrio
import shapely
from county_home import LIANGTIAN, county_files
from measure import Table, peers_option
from postgis import load, postgis
from pyproj import CRS, Geod, Transformer

GEOD = Geod(a=6378137.0, rf=298.257222101)


def with_geopandas(path: Path, folder: Path) -> float:
    import geopandas

    start = time.perf_counter()
    parcels = geopandas.read_file(path, use_arrow=True)
    parcels["valid"] = parcels.is_valid
    parcels["area_m2"] = [abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in parcels.geometry.to_crs(4490)]
    parcels.to_parquet(folder / "parcels.parquet")
    return time.perf_counter() - start


def with_postgis(path: Path, _: Path) -> float:
    with postgis() as connection:
        start = time.perf_counter()
        meta, _, wkb, (ids, classes) = pyogrio.raw.read(path, columns=["BSM", "DLBM"])
        move = Transformer.from_crs(CRS(meta["crs"]), 4490, always_xy=True)
        degrees = shapely.to_wkb(shapely.transform(shapely.from_wkb(wkb), move.transform, interleaved=False))
        load(connection, "dltb", zip(ids, classes, map(bytes, degrees), strict=True), 4326)
        connection.execute("SELECT count(*) FILTER (WHERE ST_IsValid(geom)), sum(ST_Area(geom::geography)) FROM dltb")
        return time.perf_counter() - start


PEERS = {
    "GeoPandas: read, validity, Geod areas, GeoParquet": with_geopandas,
    "PostGIS: read, copy, index, validity, geodesic areas": with_postgis,
}


def compare(path: Path, folder: Path, parcels: int, *, peers: bool) -> None:
    table = Table(f"Publishing {parcels:,} parcels from {path.suffix[1:]}")
    command = [str(LIANGTIAN), "publish", "DLTB", str(path), "--place", "339900", "--on", "2023-12-31"]
    table.add_process("Liangtian publish, the whole command", [*command, "--home", str(folder / "home")])
    for number, name in enumerate(PEERS if peers else {}):
        if "GeoPandas" in name and find_spec("geopandas") is None:
            print("  GeoPandas is not installed, not compared: .venv/bin/python -m pip install geopandas")
            continue
        again = [sys.executable, __file__, "--peer", str(number), "--file", str(path), "--home", str(folder)]
        table.add_process(name, again, seconds_printed=True)
    table.print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, default=Path("var/bench"))
    peers_option(parser)
    parser.add_argument("--peer", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer is not None:
        print(list(PEERS.values())[given.peer](given.file, given.home))
        return
    files, folder = county_files(given.home, given.parcels), given.home / "publish"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path = next(files.glob("DLTB*.gpkg"))
    compare(path, folder, pyogrio.read_info(path)["features"], peers=not given.without_peers)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
