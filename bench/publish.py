"""Publishing a parcel layer: ours (quality rules, areas, digest, snapshot, index) beside a load into PostGIS.

    python bench/publish.py [--parcels 1000000]

PostGIS is given the cheapest comparable job: copy, spatial index, validity and geodesic area of every parcel.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date
from pathlib import Path

import shapely
from measure import Table
from postgis import load, postgis

from liangtian.datasets.county import generate
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import publish
from liangtian.space.crs import CGCS2000, reproject


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    features = generate(parcels=parser.parse_args().parcels, seed=1)["DLTB"]
    table = Table(f"Publishing {len(features):,} parcels")
    about = {"place": "339900", "on": date(2023, 12, 31), "publisher": "bench", "recorded_at": "2024-01-01T00:00:00Z"}
    with tempfile.TemporaryDirectory() as folder:
        spec = layer_spec("DLTB")
        table.add("Liangtian publish", lambda: publish(features, spec, home=Path(folder), **about), repeats=1)  # type: ignore[arg-type]
    table.print()
    assert features.crs is not None
    degrees = shapely.to_wkb(reproject(features.geometry, features.crs, CGCS2000))
    ids, classes = features.attributes["BSM"].to_pylist(), features.attributes["DLBM"].to_pylist()
    with postgis() as connection:

        def with_postgis() -> None:
            load(connection, "dltb", zip(ids, classes, map(bytes, degrees), strict=True), 4326)
            connection.execute(
                "SELECT count(*) FILTER (WHERE NOT ST_IsValid(geom)), sum(ST_Area(geom::geography)) FROM dltb"
            )

        table.add("PostGIS: copy, index, validity, geodesic areas", with_postgis, repeats=1)
    table.print()


if __name__ == "__main__":
    main()
