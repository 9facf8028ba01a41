"""Check of a 1 km² boundary, warm: ours with all layers and ellipsoidal areas, PostGIS and GeoPandas-style on one layer.

python bench/check.py [--parcels 1000000] [--home FOLDER] [--without-peers]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from county_home import county_home
from measure import Table, peers_option
from postgis import load, postgis
from pyproj import CRS

from liangtian.check.run import Question, check
from liangtian.formats.features import Features
from liangtian.formats.vector import write
from liangtian.onemap import snapshot
from liangtian.onemap.catalogue import Catalogue

BOUNDARIES = 50


def boundaries(bounds: np.ndarray, plane: CRS) -> list[Features]:
    """Squares of 1 km², turned, at parcels in the middle of the county; ten counties side by side have sea between them."""
    rng = np.random.default_rng(7)
    low, high = np.percentile(bounds[:, :2], 25, axis=0), np.percentile(bounds[:, 2:], 75, axis=0)
    middle = bounds[((bounds[:, :2] >= low) & (bounds[:, 2:] <= high)).all(axis=1), :2]
    found = []
    for x, y in rng.choice(middle, BOUNDARIES):
        square = shapely.affinity.rotate(shapely.box(x, y, x + 1000, y + 1000), rng.uniform(0, 90))
        found.append(Features(np.array([square]), pa.table({"n": [1]}), plane, "bench", np.array([1])))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, default=Path("var/bench"))
    peers_option(parser)
    given = parser.parse_args()
    home = county_home(given.home, given.parcels)
    catalogue = Catalogue(home)
    version = catalogue.valid_on("DLTB", date(2024, 6, 1))[0]
    index = catalogue.index(version)
    asked = boundaries(index.bounds, index.crs)
    question = Question(on=date(2024, 6, 1), kind="batch")
    table = Table(f"Check of a 1 km² boundary against {len(index):,} parcels, warm (per boundary)")
    table.add_each(
        "Liangtian: all layers, clauses, ellipsoidal areas", lambda one: check(one, catalogue, question), asked
    )
    if not given.without_peers:
        with_peers(table, catalogue.snapshot_path(version.digest), asked)
    table.print()
    _cold(home, asked[0])


def with_peers(table: Table, path: Path, asked: list[Features]) -> None:
    """The same boundaries cut out of one layer, areas in the plane."""
    layer = snapshot.read(path, ["parcel_id", "DLBM", "geometry"])
    wkb = layer["geometry"].to_numpy(zero_copy_only=False)
    shapes = shapely.from_wkb(wkb)
    tree = shapely.STRtree(shapes)

    def with_shapely(one: Features) -> None:
        hits = tree.query(one.geometry[0], predicate="intersects")
        shapely.area(shapely.intersection(shapes[hits], one.geometry[0])).sum()

    table.add_each("Shapely STRtree + intersection: one layer, planar areas", with_shapely, asked)
    with postgis() as connection:
        rows = zip(layer["parcel_id"].to_pylist(), layer["DLBM"].to_pylist(), wkb, strict=True)
        load(connection, "dltb", rows, 4549)
        query = (
            "SELECT dlbm, sum(ST_Area(ST_Intersection(geom, b))) FROM dltb, ST_SetSRID(ST_GeomFromWKB(%s), 4549) b "
            "WHERE ST_Intersects(geom, b) GROUP BY dlbm"
        )
        bytes_of = [bytes(shapely.to_wkb(one.geometry[0])) for one in asked]
        table.add_each(
            "PostGIS ST_Intersection: one layer, planar areas",
            lambda one: connection.execute(query, [one]).fetchall(),
            bytes_of,
        )


def _cold(home: Path, boundary: Features) -> None:
    """The whole command in a new process."""
    path = home / "bench-boundary.gpkg"
    path.unlink(missing_ok=True)
    write(boundary, path)
    command = [str(Path(sys.executable).parent / "liangtian"), "check", str(path), "--on", "2024-06-01"]
    start = time.perf_counter()
    subprocess.run([*command, "--home", str(home)], stdout=subprocess.DEVNULL, check=False)
    print(f"From the command line, start-up included: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
