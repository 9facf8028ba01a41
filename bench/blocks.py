"""Contiguous blocks of farmland: ours beside PostGIS ST_ClusterDBSCAN and Shapely on one rule, then our whole rule.

The rule that all can do: farmland joined across gaps up to 5 m, whatever lies between. Every row starts from the parcels
as its tool keeps them (mapped index, GeoParquet geometry in memory, table with a GiST index) and ends with a label a
parcel; the numbers of blocks must agree. Processor time is of one run. Each of ours and Shapely's is a process of its own, to tell its memory.

python bench/blocks.py [--parcels 1000000] [--home FOLDER] [--without-peers]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from county_home import county_home
from measure import Table, peers_option
from postgis import load, postgis

from liangtian.check.run import technical_on
from liangtian.onemap import snapshot
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.landclass import is_farmland
from liangtian.planning.blocks import blocks_of
from liangtian.planning.parcels import of_index
from liangtian.space.contiguity import Between, Outlines, connected, contiguous

ON = date(2024, 6, 1)
GAP_M = 5.0


def ours(home: Path) -> tuple[Callable[[], int], int]:
    """From the resident index to a label a farmland parcel."""
    catalogue = Catalogue(home)
    index = catalogue.index(catalogue.valid_on("DLTB", ON)[0])

    def run() -> int:
        farmland = np.flatnonzero(is_farmland(index.attributes["DLBM"]))
        outlines = Outlines(index.xy, index.ring_starts, index.polygon_rings).take(farmland)
        return _count(contiguous(outlines, Between(gap_m=GAP_M)))

    return run, 3


def _count(label: np.ndarray) -> int:
    """Groups of a labelling by first members."""
    return int(np.count_nonzero(label == np.arange(len(label))))


def whole_rule(home: Path) -> tuple[Callable[[], int], int]:
    """Internal classes, barriers, net areas, sizes: everything `liangtian blocks` computes."""
    catalogue = Catalogue(home)
    index = catalogue.index(catalogue.valid_on("DLTB", ON)[0])
    rule = technical_on(ON, "").block
    return lambda: len(blocks_of(of_index(index, np.arange(len(index))), rule)), 2


def with_shapely(home: Path) -> tuple[Callable[[], int], int]:
    """STRtree pairs within the distance, then the same union of pairs as ours."""
    catalogue = Catalogue(home)
    path = catalogue.snapshot_path(catalogue.valid_on("DLTB", ON)[0].digest)
    table = snapshot.read(path, ["DLBM", "geometry"])
    wkb = table["geometry"].to_numpy(zero_copy_only=False)[is_farmland(table["DLBM"])]
    shapes = shapely.from_wkb(wkb)

    def run() -> int:
        one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=GAP_M)
        return _count(connected(np.arange(len(shapes)), one, other))

    return run, 1


WAYS = {"ours": ours, "shapely": with_shapely, "rule": whole_rule}
SHAPELY = "Shapely STRtree dwithin"
RULE = "Liangtian: the whole rule, barriers, net areas"


def in_postgis(table: Table, home: Path, expected: int) -> None:
    """Planar distances on a table of farmland alone, the best case for the function."""
    catalogue = Catalogue(home)
    path = catalogue.snapshot_path(catalogue.valid_on("DLTB", ON)[0].digest)
    layer = snapshot.read(path, ["parcel_id", "DLBM", "geometry"])
    layer = layer.filter(is_farmland(layer["DLBM"]))
    wkb = layer["geometry"].to_numpy(zero_copy_only=False)
    query = f"SELECT count(DISTINCT c) FROM (SELECT ST_ClusterDBSCAN(geom, {GAP_M}, 1) OVER () c FROM field) f"
    with postgis() as connection:
        rows = zip(layer["parcel_id"].to_pylist(), layer["DLBM"].to_pylist(), wkb, strict=True)
        load(connection, "field", rows, 4549)
        found: list[int] = []
        pid = connection.info.backend_pid
        before = _processor_s(pid)
        table.add(
            "PostGIS ST_ClusterDBSCAN",
            lambda: found.append(int(connection.execute(query).fetchall()[0][0])),
            repeats=1,
        )
        table.used["PostGIS ST_ClusterDBSCAN"] = f"{_processor_s(pid) - before:,.2f} s |"
    if found != [expected]:
        raise SystemExit(f"PostGIS finds {found} blocks, we {expected}")


def _processor_s(pid: int) -> float:
    """Processor time a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alone(way: str, home: Path) -> None:
    """One way in this process: blocks found, then the best time."""
    run, repeats = WAYS[way](home)
    best, used, found = float("inf"), float("inf"), 0
    for _ in range(repeats):
        start, before = time.perf_counter(), time.process_time()
        found = run()
        best, used = min(best, time.perf_counter() - start), min(used, time.process_time() - before)
    (home / f"bench-blocks-{way}").write_text(f"{found} {used}")
    print(best)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, default=Path("var/bench"))
    parser.add_argument("--alone", choices=list(WAYS))
    peers_option(parser)
    given = parser.parse_args()
    home = county_home(given.home, given.parcels)
    if given.alone:
        alone(given.alone, home)
        return
    again = [sys.executable, __file__, "--parcels", str(given.parcels), "--home", str(given.home), "--alone"]
    table = Table(f"Contiguous blocks of farmland, {given.parcels:,} parcels, gaps up to {GAP_M:g} m")
    table.add_process("Liangtian", [*again, "ours"], seconds_printed=True)
    ways = {"Liangtian": "ours", RULE: "rule"}
    if not given.without_peers:
        ways |= {SHAPELY: "shapely"}
        table.add_process(SHAPELY, [*again, "shapely"], seconds_printed=True)
        found = {way: int((home / f"bench-blocks-{way}").read_text().split()[0]) for way in ("ours", "shapely")}
        if len(set(found.values())) != 1:
            raise SystemExit(f"the ways disagree: {found}")
        in_postgis(table, home, found["ours"])
    table.add_process(RULE, [*again, "rule"], seconds_printed=True)
    for name, way in ways.items():
        used = float((home / f"bench-blocks-{way}").read_text().split()[1])
        table.used[name] = f"{used:,.2f} s |{table.used[name].split('|')[1]}"  # of one run, start-up left out
    table.print()


if __name__ == "__main__":
    main()
