"""Contiguous blocks of farmland: ours beside PostGIS ST_ClusterDBSCAN and GeoPandas on one rule, then our whole rule.

The rule that all can do: farmland joined across gaps up to 5 m, whatever lies between. Every row starts from the parcels
as its tool keeps them and ends with a label a parcel; the numbers of blocks must agree. Ours picks farmland out of
a million mapped parcels and gathers its coordinates; GeoPandas has shapes of farmland alone in memory; PostGIS reads its shapes
from a table of farmland alone, in shared memory, with a GiST index that the function does not use. Each builds its own search
structures in the time shown, and none is charged for the import. Processor time is of one run, the best of three (GeoPandas: one). Each of ours and GeoPandas's is a process of its own, to
tell its memory; without GeoPandas its row is of the Shapely it calls. A changed version: ten parcels of ten tiles have
another class; what the first version's tiles gave is kept in memory.

python bench/blocks.py [--parcels 1000000] [--home FOLDER] [--without-peers]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from county_home import county_home
from measure import Table, peers_option
from postgis import load, postgis

from liangtian.check.run import technical_on
from liangtian.onemap import snapshot
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.landclass import is_farmland
from liangtian.planning.blocks import blocks_of
from liangtian.planning.parcels import Parcels, of_index
from liangtian.planning.tiles import Ground, contiguous_by_tile
from liangtian.space.contiguity import connected
from liangtian.space.outlines import Outlines

ON = date(2024, 6, 1)
GAP_M = 5.0


def ours(home: Path) -> tuple[Callable[[], int], int]:
    """From the resident index to a label a farmland parcel."""
    catalogue = Catalogue(home)
    index = catalogue.index(catalogue.valid_on("DLTB", ON)[0])

    def run() -> int:
        farmland, none = np.flatnonzero(is_farmland(index.attributes["DLBM"])), np.empty(0, dtype=np.int64)
        outlines = Outlines(index.xy, index.ring_starts, index.polygon_rings)
        return _count(contiguous_by_tile(Ground(outlines, index.bounds, farmland, none, none, GAP_M, 0.0)).label)

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


def changed(home: Path) -> tuple[Callable[[], int], int]:
    """The whole rule on a version in which ten parcels changed, with what the tiles of the one before gave."""
    catalogue = Catalogue(home)
    index = catalogue.index(catalogue.valid_on("DLTB", ON)[0])
    rule = technical_on(ON, "").block
    before = of_index(index, np.arange(len(index)))
    first: dict[str, np.ndarray] = {}
    blocks_of(before, rule, kept=first)
    after = _felled(before, 10)

    def run() -> int:
        kept = dict(first)
        count = len(blocks_of(after, rule, kept=kept))
        print(f"{len(kept) - len(first)} of {len(first)} tiles computed", file=sys.stderr)
        return count

    return run, 2


def _felled(land: Parcels, count: int) -> Parcels:
    """The same land with some fields, as far apart as their order tells, turned into woodland."""
    rows = np.flatnonzero(is_farmland(land.attributes["DLBM"]))
    codes = np.array(land.text("DLBM").to_pylist(), dtype=object)
    codes[rows[:: len(rows) // count][:count]] = "0301"
    at = land.attributes.column_names.index("DLBM")
    return replace(land, attributes=land.attributes.set_column(at, "DLBM", pa.array(codes.tolist(), pa.string())))


def with_geopandas(home: Path) -> tuple[Callable[[], int], int]:
    """Pairs within the distance, spatial index included, then the same union of pairs as ours."""
    catalogue = Catalogue(home)
    path = catalogue.snapshot_path(catalogue.valid_on("DLTB", ON)[0].digest)
    table = snapshot.read(path, ["DLBM", "geometry"])
    shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False)[is_farmland(table["DLBM"])])
    if find_spec("geopandas") is None:

        def with_shapely() -> int:
            one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=GAP_M)
            return _count(connected(np.arange(len(shapes)), one, other))

        return with_shapely, 1
    import geopandas

    def run() -> int:
        fields = geopandas.GeoDataFrame(geometry=shapes, crs=4549)
        pairs = fields.sjoin(fields, predicate="dwithin", distance=GAP_M)
        return _count(connected(np.arange(len(fields)), pairs.index.to_numpy(), pairs["index_right"].to_numpy()))

    return run, 1


WAYS = {"ours": ours, "peer": with_geopandas, "rule": whole_rule, "changed": changed}
PEER = "Shapely STRtree dwithin" if find_spec("geopandas") is None else "GeoPandas sjoin dwithin"
RULE = "Liangtian: the whole rule, barriers, net areas"
CHANGED = "Liangtian: the whole rule, ten parcels changed"


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
        found: set[int] = set()
        used: list[float] = []

        def run() -> None:
            before = _processor_s(connection.info.backend_pid)
            found.add(int(connection.execute(query).fetchall()[0][0]))
            used.append(_processor_s(connection.info.backend_pid) - before)

        table.add("PostGIS ST_ClusterDBSCAN", run)
        table.used["PostGIS ST_ClusterDBSCAN"] = f"{min(used):,.2f} s |"
    if found != {expected}:
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
    ways = {"Liangtian": "ours", RULE: "rule", CHANGED: "changed"}
    if not given.without_peers:
        ways |= {PEER: "peer"}
        table.add_process(PEER, [*again, "peer"], seconds_printed=True)
        found = {way: int((home / f"bench-blocks-{way}").read_text().split()[0]) for way in ("ours", "peer")}
        if len(set(found.values())) != 1:
            raise SystemExit(f"the ways disagree: {found}")
        in_postgis(table, home, found["ours"])
    table.add_process(RULE, [*again, "rule"], seconds_printed=True)
    table.add_process(CHANGED, [*again, "changed"], seconds_printed=True)
    for name, way in ways.items():
        used = float((home / f"bench-blocks-{way}").read_text().split()[1])
        table.used[name] = f"{used:,.2f} s |{table.used[name].split('|')[1]}"  # of one run, start-up left out
    table.print()


if __name__ == "__main__":
    main()
