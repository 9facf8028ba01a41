"""The set-oriented steps here and on Spark, side by side: blocks, overlay table, relations; the answers are compared.

Each way runs in a process of its own. `here` is the kernel alone on the resident index, `local` the steps on SedonaDB in
process, `cluster` the same steps on Spark: with two processors of this machine unless --master names a cluster.

python bench/cluster.py [--parcels 100000] [--home FOLDER] [--master URL] [--jars FOLDER] [--steps blocks,overlay,relations]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from measure import Table
from pyproj import CRS

from liangtian.check.run import technical_on
from liangtian.datasets.county import generate
from liangtian.engine.spatial import Configuration, opened
from liangtian.onemap import snapshot
from liangtian.onemap.index import Index, load
from liangtian.onemap.layers import conform, layer_spec
from liangtian.planning import parcels
from liangtian.planning.blocks import blocks_of
from liangtian.planning.crossing import Ground, crossings
from liangtian.planning.spread import Reading, spread_blocks
from liangtian.planning.surroundings import relations
from liangtian.space.area import ellipsoidal_area
from liangtian.space.overlay import shared
from liangtian.units import round_dm2

RULE = technical_on(date(2024, 6, 1), "").block
LAYERS = ("DLTB", "STBHHX")
WAYS = {"here": "Liangtian, this process", "local": "the steps on SedonaDB", "cluster": "the steps on Spark"}


def snapshots(root: Path, count: int) -> dict[str, Path]:
    """Parcels and red line of the demonstration county, as publishing writes them; made once."""
    found = {name: root / f"engine-{count}" / f"{name}.parquet" for name in LAYERS}
    if not all(path.exists() for path in found.values()):
        layers = generate(parcels=count)
        for name, path in found.items():
            features = layers.pop(name)
            layer = conform(features, layer_spec(name))
            snapshot.write(snapshot.draft(features.geometry, layer.ids, layer.features.attributes, features.crs), path)
    return found


def index_of(path: Path) -> Index:
    return load(path, path.with_suffix(""))


def blocks_here(paths: dict[str, Path]) -> list[object]:
    index = index_of(paths["DLTB"])
    made = blocks_of(parcels.of_index(index, np.arange(len(index))), RULE)
    return [made.ids, made.net_dm2.tolist(), made.count.tolist()]


def overlay_here(paths: dict[str, Path]) -> list[object]:
    index, control = index_of(paths["DLTB"]), index_of(paths["STBHHX"])
    grounds = control.geometry(np.arange(len(control)))
    rows = np.unique(np.concatenate([index.search(bounds) for bounds in control.bounds.tolist()]))
    shapes = index.geometry(rows)
    one, other = shapely.STRtree(grounds).query(shapes, predicate="intersects")
    area = round_dm2(ellipsoidal_area(shared(shapes[one], grounds[other]), index.crs))
    ids = index.attributes["parcel_id"].take(pa.array(rows)).take(pa.array(one)).to_pylist()
    return sorted((id_, dm2) for id_, dm2 in zip(ids, area.tolist(), strict=True) if dm2)


def by_engine(step: str, paths: dict[str, Path], configuration: Configuration) -> list[object]:
    crs = crs_of(paths["DLTB"])
    land = [str(paths["DLTB"].resolve())]
    with opened(configuration) as engine:
        start = time.perf_counter()
        if step == "blocks":
            made = spread_blocks(engine, land, Reading(crs.to_wkt(), RULE))
            found: list[object] = [made.ids, made.net_dm2.tolist(), made.count.tolist()]
        elif step == "overlay":
            table = crossings(engine, land, [Ground((str(paths["STBHHX"].resolve()),))], crs)
            found = sorted(zip(table["one"].to_pylist(), table["area_dm2"].to_pylist(), strict=True))
        else:
            found = relations(engine, land, crs).to_pylist()
        print(f"  work alone {time.perf_counter() - start:,.1f} s", file=sys.stderr)
        BELOW.append(below_s())
    return found


BELOW: list[float] = []  # processor time of Spark's own processes


def below_s() -> float:
    """Processor time of all processes below this one: Spark's Java and the workers' Python."""
    known = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended meanwhile
            continue
        known[int(folder.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    family = {os.getpid()}
    while more := {pid for pid, (parent, _) in known.items() if parent in family} - family:
        family |= more
    return sum(known[pid][1] for pid in family - {os.getpid()} if pid in known) / os.sysconf("SC_CLK_TCK")


def crs_of(path: Path) -> CRS:
    return snapshot.crs_of(pq.read_schema(path).empty_table())


HERE: dict[str, Callable[[dict[str, Path]], list[object]]] = {"blocks": blocks_here, "overlay": overlay_here}


def alone(step: str, way: str, given: argparse.Namespace) -> None:
    """One way in this process: a digest of the answer, then the seconds."""
    paths = snapshots(given.home, given.parcels)
    for path in paths.values():
        index_of(path)  # the side files are there
    settings = (("spark.driver.memory", "2g"),)
    configuration = Configuration(way, given.master, given.jars, sys.executable, settings)  # type: ignore[arg-type]
    start = time.perf_counter()
    found = HERE[step](paths) if way == "here" else by_engine(step, paths, configuration)
    seconds = time.perf_counter() - start
    digest = hashlib.sha256(repr(found).encode()).hexdigest()
    (given.home / f"bench-engine-{step}-{way}").write_text(f"{digest} {time.process_time() + sum(BELOW)}")
    print(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--home", type=Path, default=Path("var/bench"))
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--jars", type=Path, default=Path(os.environ.get("LIANGTIAN_JARS", "var/jars")))
    parser.add_argument("--steps", default="blocks,overlay,relations")
    parser.add_argument("--alone", nargs=2)
    given = parser.parse_args()
    if given.alone:
        alone(*given.alone, given)
        return
    snapshots(given.home, given.parcels)
    options = [f"--{name}={getattr(given, name)}" for name in ("parcels", "home", "master", "jars")]
    for step in given.steps.split(","):
        table = Table(f"{step}, {given.parcels:,} parcels, Spark on {given.master}")
        ways = [way for way in WAYS if way != "here" or step in HERE]
        for way in ways:
            command = [sys.executable, __file__, *options, "--alone", step, way]
            table.add_process(WAYS[way], command, seconds_printed=True)
        said = {way: (given.home / f"bench-engine-{step}-{way}").read_text().split() for way in ways}
        if len({digest for digest, _ in said.values()}) != 1:
            raise SystemExit(f"the ways disagree on {step}")
        for way in ways:
            memory = table.used[WAYS[way]].split("|")[1] if way != "cluster" else ""
            table.used[WAYS[way]] = f"{float(said[way][1]):,.1f} s |{memory}"  # start-up included
        table.print()


if __name__ == "__main__":
    main()
