"""Ellipsoidal areas: ours, pyproj.Geod, PostGIS geography, on the same polygons in one run.

python bench/area.py [--polygons 1000000]
"""

from __future__ import annotations

import argparse

import numpy as np
import shapely
from measure import Table
from postgis import load, postgis
from pyproj import CRS, Geod, Transformer

from liangtian.space.area import ring_areas

PLANE = CRS.from_epsg(4549)
VERTICES = 20
SHARE_OF_PEERS = 20  # the peers measure one polygon in so many; times are per polygon


def polygons(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Field-sized rings of VERTICES corners in the measuring plane."""
    rng = np.random.default_rng(1)
    angle = np.sort(rng.uniform(0, 2 * np.pi, (count, VERTICES)), axis=1)
    radius = rng.uniform(20, 60, (count, VERTICES))
    centre = np.column_stack([rng.uniform(5.5e5, 6.0e5, count), rng.uniform(3.35e6, 3.40e6, count)])
    ring = centre[:, None, :] + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2)
    xy = np.concatenate([ring, ring[:, :1]], axis=1).reshape(-1, 2)
    return xy, np.arange(count + 1) * (VERTICES + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=int, default=1_000_000)
    count = parser.parse_args().polygons
    xy, starts = polygons(count)
    table = Table(f"Ellipsoidal area, {count:,} polygons of {VERTICES} vertices (per polygon)")
    ours = table.add(
        "Liangtian, from projected coordinates", lambda: ring_areas(xy, starts, PLANE), per=count, unit="µs"
    )

    some = count // SHARE_OF_PEERS
    rings = xy[: starts[some]].reshape(some, VERTICES + 1, 2)
    move = Transformer.from_crs(PLANE, 4490, always_xy=True)
    geod = Geod(a=6378137.0, rf=298.257222101)

    def with_geod() -> list[float]:
        lon, lat = move.transform(rings[..., 0].ravel(), rings[..., 1].ravel())
        shape = (some, VERTICES + 1)
        each = zip(lon.reshape(shape), lat.reshape(shape), strict=True)
        return [abs(geod.polygon_area_perimeter(a, b)[0]) for a, b in each]

    geodesic = table.add("pyproj: transform + Geod.polygon_area_perimeter", with_geod, per=some, unit="µs", repeats=1)
    with postgis() as connection:
        lon, lat = move.transform(rings[..., 0].ravel(), rings[..., 1].ravel())
        degrees = np.stack([lon, lat], axis=-1).reshape(some, VERTICES + 1, 2)
        wkb = shapely.to_wkb(shapely.polygons(degrees))
        load(connection, "field", ((str(i), "0101", bytes(w)) for i, w in enumerate(wkb)), 4326)
        connection.execute("SET max_parallel_workers_per_gather = 0")
        query = "SELECT sum(ST_Area(geom::geography)) FROM field"
        table.add(
            "PostGIS: ST_Area(geography), degrees given",
            lambda: connection.execute(query).fetchone(),
            per=some,
            unit="µs",
        )
    table.print()
    print("largest difference to the geodesic area, m²:", float(np.abs(np.asarray(ours)[:some] - geodesic).max()))


if __name__ == "__main__":
    main()
