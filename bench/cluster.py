"""The set-oriented steps here and on Spark, side by side: blocks, overlay table, relations, gaps; the answers are compared.

Each way runs in a process of its own, on the published demonstration county. `here` is the kernel alone on the resident
index, `local` the steps on SedonaDB in process, `cluster` the same steps on Spark: two workers of one processor and a
gigabyte each, Java processes of this machine, unless --master names another cluster. Processor time and memory are of the
process and of all it starts, Java and the workers' Python; memory is the most they held together, looked at every second.
`--copies`, for blocks alone: the county that many times side by side, a snapshot each for the engines, its index shifted for the kernel.

python bench/cluster.py [--parcels 100000] [--copies 1] [--home FOLDER] [--master URL] [--jars FOLDER]
    [--steps blocks,overlay,relations,gaps] [--ways here,local,cluster]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from county_home import county_home
from measure import Table
from pyproj import CRS

from liangtian.check.run import technical_on
from liangtian.engine.spatial import Configuration, opened
from liangtian.onemap import snapshot
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.index import Index
from liangtian.planning import parcels
from liangtian.planning.blocks import blocks_of
from liangtian.planning.crossing import Ground, crossings
from liangtian.planning.gaps import gaps
from liangtian.planning.spread import Reading, spread_blocks
from liangtian.planning.surroundings import PLACED, RELATIONS, relations, relations_of
from liangtian.space.area import ellipsoidal_area
from liangtian.space.outlines import Outlines
from liangtian.space.overlay import shared
from liangtian.space.topology import coverage, find_gaps
from liangtian.units import round_dm2

ON = date(2024, 6, 1)
RULE = technical_on(ON, "").block
LAYERS = ("DLTB", "STBHHX")
WAYS = {"here": "Liangtian, this process", "local": "the steps on SedonaDB", "cluster": "the steps on Spark"}
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a short life: no time to earn back a thorough compilation
SETTINGS = (
    ("spark.driver.memory", "2g"),
    ("spark.driver.extraJavaOptions", JAVA),
    ("spark.executor.memory", "1g"),
    ("spark.executor.extraJavaOptions", JAVA),
)


def index_of(home: Path, layer: str) -> Index:
    catalogue = Catalogue(home)
    return catalogue.index(catalogue.valid_on(layer, ON)[0])


def snapshot_of(home: Path, layer: str) -> Path:
    """Where the layer's snapshot lies, as an engine reads it."""
    catalogue = Catalogue(home)
    return catalogue.snapshot_path(catalogue.valid_on(layer, ON)[0].digest).resolve()


def blocks_here(home: Path, copies: int) -> list[object]:
    index = index_of(home, "DLTB")
    made = blocks_of(side_by_side(parcels.of_index(index, np.arange(len(index))), copies), RULE)
    return [made.ids, made.net_dm2.tolist(), made.count.tolist()]


def step_m(bounds: np.ndarray) -> float:
    """How far the next copy of a land lies to the east: its width and a kilometre, in whole kilometres."""
    return float(np.ceil((bounds[:, 2].max() - bounds[:, 0].min()) / 1000 + 1) * 1000)


def side_by_side(land: parcels.Parcels, copies: int) -> parcels.Parcels:
    """A land several times; areas are those of the first, ids are told apart."""
    if copies == 1:
        return land
    one, numbers = land.outlines, range(copies)
    east = np.array([step_m(one.bounds), 0.0])
    outlines = Outlines(
        np.concatenate([one.xy + east * k for k in numbers]),
        np.concatenate([[0], *(one.ring_starts[1:] + len(one.xy) * k for k in numbers)]),
        np.concatenate([[0], *(one.polygon_rings[1:] + (len(one.ring_starts) - 1) * k for k in numbers)]),
    )
    owner = np.concatenate([land.owner + len(land.attributes) * k for k in numbers])
    about = pa.concat_tables([named(land.attributes, k) for k in numbers])
    return parcels.Parcels(outlines, owner, np.tile(land.area_dm2, copies), about, land.crs)


def named(table: pa.Table, copy: int) -> pa.Table:
    """Ids of a copy; those of the first stay."""
    ids = pc.binary_join_element_wise(table["parcel_id"], f"~{copy}", "") if copy else table["parcel_id"]
    return table.set_column(table.column_names.index("parcel_id"), "parcel_id", ids)


def snapshots_of(home: Path, copies: int) -> list[str]:
    """The snapshot of the land and one for each copy of it, made once."""
    first = snapshot_of(home, "DLTB")
    east = step_m(index_of(home, "DLTB").bounds) if copies > 1 else 0.0
    return [str(first), *(str(_shifted(first, home / f"copy-{k}.parquet", k, east * k)) for k in range(1, copies))]


def _shifted(first: Path, path: Path, copy: int, east_m: float) -> Path:
    if not path.exists():
        read, half = pq.ParquetFile(first), path.with_suffix(".half")
        with pq.ParquetWriter(half, read.schema_arrow, compression="zstd") as out:
            for number in range(read.num_row_groups):
                table = named(read.read_row_group(number), copy)
                shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
                moved = shapely.to_wkb(shapely.transform(shapes, lambda xy: xy + [east_m, 0.0]), byte_order=1)
                at = table.column_names.index("geometry")
                out.write_table(table.set_column(at, "geometry", pa.array(moved, pa.binary())))
        half.rename(path)
    return path


def relations_here(home: Path, _: int) -> list[object]:
    """The function of one tile on all the land."""
    index = index_of(home, "DLTB")
    wkb = shapely.to_wkb(index.geometry(np.arange(len(index))), byte_order=1)
    tiles = pa.array(np.zeros(len(index), dtype=np.int64))
    land = pa.table([tiles, index.attributes["parcel_id"].cast(pa.string()), pa.array(wkb, pa.binary())], PLACED.names)
    found = relations_of(land.cast(PLACED), crs=index.crs.to_wkt())
    return found.sort_by([(name, "ascending") for name in RELATIONS.names]).to_pylist()


def gaps_here(home: Path, _: int) -> list[object]:
    index = index_of(home, "DLTB")
    found = find_gaps(coverage(index.geometry(np.arange(len(index)))))
    area = round_dm2(ellipsoidal_area(found, index.crs))
    return sorted(zip(area[area >= 1].tolist(), shapely.to_wkb(found[area >= 1], byte_order=1), strict=True))


def overlay_here(home: Path, _: int) -> list[object]:
    index, control = index_of(home, "DLTB"), index_of(home, "STBHHX")
    grounds = control.geometry(np.arange(len(control)))
    rows = np.unique(np.concatenate([index.search(bounds) for bounds in control.bounds.tolist()]))
    shapes = index.geometry(rows)
    one, other = shapely.STRtree(grounds).query(shapes, predicate="intersects")
    area = round_dm2(ellipsoidal_area(shared(shapes[one], grounds[other]), index.crs))
    ids = index.attributes["parcel_id"].take(pa.array(rows)).take(pa.array(one)).to_pylist()
    return sorted((id_, dm2) for id_, dm2 in zip(ids, area.tolist(), strict=True) if dm2)


def by_engine(step: str, home: Path, copies: int, configuration: Configuration) -> list[object]:
    land = snapshots_of(home, copies)
    crs = crs_of(Path(land[0]))
    with opened(configuration) as engine:
        start = time.perf_counter()
        if step == "blocks":
            made = spread_blocks(engine, land, Reading(crs.to_wkt(), RULE))
            found: list[object] = [made.ids, made.net_dm2.tolist(), made.count.tolist()]
        elif step == "overlay":
            table = crossings(engine, land, [Ground((str(snapshot_of(home, "STBHHX")),))], crs)
            found = [*sorted(zip(table["one"].to_pylist(), table["area_dm2"].to_pylist(), strict=True))]
        elif step == "gaps":
            table = gaps(engine, land, crs)
            found = [*sorted(zip(table["area_dm2"].to_pylist(), table["geometry"].to_pylist(), strict=True))]
        else:
            found = relations(engine, land, crs).to_pylist()
        print(f"  work alone {time.perf_counter() - start:,.1f} s", file=sys.stderr)
    return found


@dataclass
class Family:
    """This process and all it has started: processor time, and the most memory held together."""

    below_s: float = 0.0
    peak_mib: float = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        done = Event()
        watch = Thread(target=self._watch, args=(done,), daemon=True)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()

    def _watch(self, done: Event) -> None:
        while True:
            last = done.wait(1.0)
            self._look()
            if last:
                return

    def _look(self) -> None:
        known = dict(each for folder in Path("/proc").glob("[0-9]*") if (each := _process(folder)) is not None)
        family = {os.getpid()}
        while more := {pid for pid, (parent, _, _) in known.items() if parent in family} - family:
            family |= more
        below = sum(known[pid][1] for pid in family - {os.getpid()} if pid in known)
        self.below_s = max(self.below_s, below / os.sysconf("SC_CLK_TCK"))  # what has ended may be seen no more
        held = sum(known[pid][2] for pid in family if pid in known)
        self.peak_mib = max(self.peak_mib, held * os.sysconf("SC_PAGE_SIZE") / 2**20)


def _process(folder: Path) -> tuple[int, tuple[int, int, int]] | None:
    """Id, then parent, ticks of processor time with those of children that ended, and resident pages."""
    try:
        fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        shared = int((folder / "statm").read_text().split()[2])
    except OSError:  # it has ended meanwhile
        return None
    return int(folder.name), (int(fields[1]), sum(map(int, fields[11:15])), int(fields[21]) - shared)


def crs_of(path: Path) -> CRS:
    return snapshot.crs_of(pq.read_schema(path).empty_table())


HERE: dict[str, Callable[[Path, int], list[object]]] = {
    "blocks": blocks_here,
    "overlay": overlay_here,
    "relations": relations_here,
    "gaps": gaps_here,
}


def alone(step: str, way: str, home: Path, given: argparse.Namespace) -> None:
    """One way in this process: a digest of the answer, then the seconds."""
    os.environ.setdefault("SPARK_HOME", str(Path(find_spec("pyspark").origin).parent))  # type: ignore[union-attr,arg-type]
    configuration = Configuration(way, given.master, given.jars, sys.executable, SETTINGS)  # type: ignore[arg-type]
    for layer in LAYERS:
        index_of(home, layer)  # the side files are there
    snapshots_of(home, given.copies)
    family, start = Family(), time.perf_counter()
    with family.watched():
        found = HERE[step](home, given.copies) if way == "here" else by_engine(step, home, given.copies, configuration)
        seconds = time.perf_counter() - start
    digest = hashlib.sha256(repr(found).encode()).hexdigest()
    used = time.process_time() + family.below_s
    (home / f"bench-engine-{step}-{way}").write_text(f"{digest} {used} {family.peak_mib} {len(found)}")
    print(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--home", type=Path, default=Path("var/bench"))
    parser.add_argument("--master", default="local-cluster[2,1,1024]")
    parser.add_argument("--jars", type=Path, default=Path(os.environ.get("LIANGTIAN_JARS", "var/jars")))
    parser.add_argument("--steps", default="blocks,overlay,relations,gaps")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--alone", nargs=2)
    given = parser.parse_args()
    home = county_home(given.home, given.parcels)
    if given.alone:
        step, way = given.alone
        alone(step, way, home, given)
        return
    options = [f"--{name}={getattr(given, name)}" for name in ("parcels", "copies", "home", "master", "jars")]
    if given.copies > 1 and given.steps != "blocks":
        parser.error("--copies is for --steps blocks")
    for step in given.steps.split(","):
        compare(step, home, given, [sys.executable, __file__, *options, "--alone", step])


def compare(step: str, home: Path, given: argparse.Namespace, command: list[str]) -> None:
    """One table; no table where answers differ."""
    table = Table(f"{step}, {given.parcels:,} parcels, {given.copies} times, Spark on {given.master}")
    said: dict[str, list[str]] = {}
    for way in given.ways.split(","):
        table.add_process(WAYS[way], [*command, way], seconds_printed=True)
        said[way] = (home / f"bench-engine-{step}-{way}").read_text().split()
        table.used[WAYS[way]] = f"{float(said[way][1]):,.1f} s | {float(said[way][2]):,.0f} MiB"  # start-up included
    if len({digest for digest, *_ in said.values()}) != 1:
        raise SystemExit(f"the ways disagree on {step}")
    table.print()


if __name__ == "__main__":
    main()
