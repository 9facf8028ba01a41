"""Blocks on a real Spark cluster: a master and two workers of this machine, one of which is killed in the middle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from pyproj import CRS

from engine_land import ON, county, fields, phillips
from gappy_land import gappy, gaps_here, gaps_of
from liangtian.cli.main import cli
from liangtian.engine.jars import checked
from liangtian.engine.spatial import Configuration, Engine, opened
from liangtian.errors import EngineUnavailable
from liangtian.onemap.catalogue import Catalogue
from liangtian.planning import parcels
from liangtian.planning.blocks import blocks_of
from liangtian.planning.crossing import Ground, crossings, screening
from liangtian.planning.gaps import gaps
from liangtian.planning.spread import Reading, spread_blocks
from liangtian.planning.surroundings import relations
from planning_land import RULE

if not os.environ.get("CI"):  # noqa: TID251 - a test, not the kernel; in CI what is missing is a failure
    pytest.importorskip("pyspark", reason="the extra `cluster` is not installed: the cluster engine is not tested")

from object_storage import KEYS, SERVER, Bucket, bucket
from standalone import JAVA, Cluster, standalone

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")  # pyspark's own

SETTINGS = (
    ("spark.driver.host", "127.0.0.1"),
    ("spark.driver.bindAddress", "127.0.0.1"),
    ("spark.driver.memory", "512m"),
    ("spark.driver.extraJavaOptions", JAVA),
    ("spark.executor.memory", "640m"),
    ("spark.executor.extraJavaOptions", JAVA),
    ("spark.sql.shuffle.partitions", "6"),
)


def needed(name: str, found: str | None) -> str:
    if not found:
        if os.environ.get("CI"):  # noqa: TID251 - the ban is the kernel's, this is a test
            pytest.fail(f"{name} is missing: the cluster engine cannot be tested")
        pytest.skip(f"{name} is missing: the cluster engine is not tested")
    return found


@pytest.fixture(scope="module")
def jars() -> Path:
    needed("Java", shutil.which("java"))
    return Path(needed("LIANGTIAN_JARS", os.environ.get("LIANGTIAN_JARS")))  # noqa: TID251


@pytest.fixture(scope="module")
def workers(jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with standalone(tmp_path_factory.mktemp("spark"), workers=2) as started:
        yield started


@pytest.fixture(scope="module")
def configuration(workers: Cluster, jars: Path) -> Configuration:
    return Configuration("cluster", workers.master, jars, sys.executable, SETTINGS)


@pytest.fixture(scope="module")
def storage(jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    needed("An S3 server (make .venv/.cluster)", (SERVER.exists() and str(SERVER)) or None)
    with bucket(tmp_path_factory.mktemp("storage"), "land") as started:
        yield started


@pytest.fixture(scope="module")
def engine(configuration: Configuration) -> Iterator[Engine]:
    with opened(configuration) as engine:
        yield engine


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return county(tmp_path_factory.mktemp("county"), 4_000)


def figures(made: Any) -> list[tuple[Any, ...]]:
    return [(made.ids[n], int(made.net_dm2[n]), int(made.area_dm2[n]), int(made.count[n])) for n in range(len(made))]


def here(home: Path) -> list[tuple[Any, ...]]:
    catalogue = Catalogue(home)
    index = catalogue.index(catalogue.valid_on("DLTB", ON)[0])
    return figures(blocks_of(parcels.of_index(index, np.arange(len(index))), RULE))


def test_the_command_says_the_same_with_either_engine(configuration: Configuration, land: Path) -> None:
    words = ["blocks", "DLTB", "--home", str(land), "--min-mu", "5", "--json"]
    settings = [word for name, value in SETTINGS for word in ("--spark", f"{name}={value}")]
    cluster = ["--engine", "cluster", "--master", configuration.master, "--jars", str(configuration.jars), *settings]
    local, spread = (CliRunner().invoke(cli, [*words, *more]) for more in ([], cluster))
    assert (local.exit_code, spread.exit_code) == (0, 0), spread.output
    assert spread.stdout == local.stdout
    assert len(local.stdout) > 1000


def test_snapshots_and_results_lie_on_object_storage(
    configuration: Configuration, storage: Bucket, land: Path, tmp_path: Path
) -> None:
    """Commands as people run them, each a process of its own, its keys in the environment."""
    (snapshot,), _ = fields(land)
    storage.put(f"snapshots/{Path(snapshot).name}", Path(snapshot).read_bytes())
    words = ["overlay", "DLTB", "DLTB:farmland", "--home", str(land), "--json"]
    here = CliRunner().invoke(cli, [*words, "--write", str(tmp_path / "pieces")])
    there = on_storage(configuration, storage, *words, "--write", "s3a://land/pieces")
    assert (there.returncode, there.stdout) == (0, here.stdout), there.stderr
    written = [key for key in storage.keys("pieces/") if key.endswith(".parquet")]
    assert storage.keys("pieces/") == ["pieces/_SUCCESS", *written]
    pieces = pa.concat_tables(pq.read_table(BytesIO(storage.get(key))) for key in written)
    order = [(name, "ascending") for name in pieces.column_names]
    assert pieces.sort_by(order).equals(pq.read_table(tmp_path / "pieces").sort_by(order))

    taken = on_storage(configuration, storage, *words, "--write", "s3a://land/pieces")
    assert (taken.returncode, "s3a://land/pieces" in taken.stderr) == (3, True)
    assert storage.keys("pieces/") == ["pieces/_SUCCESS", *written]


def test_storage_that_has_no_such_snapshot_is_one_sentence(
    configuration: Configuration, storage: Bucket, land: Path
) -> None:
    said = on_storage(configuration, storage, "blocks", "DLTB", "--home", str(land), snapshots="s3a://elsewhere")
    assert (said.returncode, said.stdout) == (3, "")
    assert "s3a://elsewhere" in said.stderr.splitlines()[-1]
    assert "Traceback" not in said.stderr


def on_storage(
    configuration: Configuration, storage: Bucket, *words: str, snapshots: str = "s3a://land/snapshots"
) -> subprocess.CompletedProcess[str]:
    """A command on the cluster whose workers read snapshots from the bucket."""
    settings = [
        *SETTINGS,
        ("spark.hadoop.fs.s3a.endpoint", storage.endpoint),
        ("spark.hadoop.fs.s3a.path.style.access", "true"),
    ]
    command = [sys.executable, "-m", "liangtian.cli", *words, "--engine", "cluster", "--master", configuration.master]
    command += ["--jars", str(configuration.jars), "--snapshots", snapshots]
    command += [word for name, value in settings for word in ("--spark", f"{name}={value}")]
    env = {**os.environ, **KEYS}  # noqa: TID251 - the ban is the kernel's, this runs programs
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def test_real_fields_make_the_same_blocks(engine: Engine, tmp_path: Path) -> None:
    home = phillips(tmp_path)
    paths, crs = fields(home)
    made = spread_blocks(engine, paths, Reading(crs, RULE), side_m=20_000)
    assert figures(made) == here(home)
    assert engine.fetch("seams").num_rows > 0


def test_overlays_and_relations_are_the_same(engine: Engine, land: Path) -> None:
    paths, crs = fields(land)
    plane, ground = CRS.from_user_input(crs), Ground(tuple(paths), farmland=True)
    with opened(Configuration()) as local:
        expected = relations(local, paths, plane), crossings(local, paths, [ground], plane), screening(local)
    found = relations(engine, paths, plane), crossings(engine, paths, [ground], plane), screening(engine)
    assert [table.to_pylist() for table in found] == [table.to_pylist() for table in expected]
    assert min(table.num_rows for table in found) > 1000


def test_gaps_are_those_of_one_machine(engine: Engine, tmp_path: Path) -> None:
    """Slits and holes that tiles cut, on two workers: the same polygons to the last bit, the same hundredths of m²."""
    gappy(tmp_path)
    catalogue = Catalogue(tmp_path)
    index = catalogue.index(catalogue.valid_on("DLTB", ON)[0])
    found = gaps_of(gaps(engine, fields(tmp_path)[0], index.crs, side_m=600.0))
    assert found == gaps_here(index)
    assert len(found) == 6
    assert engine.fetch("seams").num_rows > 10


def test_a_worker_killed_in_the_middle_changes_nothing(engine: Engine, workers: Cluster, land: Path) -> None:
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    assert session is not None
    killed: list[tuple[int, int]] = []
    thread = Thread(target=_kill_midway, args=(session.sparkContext.statusTracker(), workers, killed))
    thread.start()
    paths, crs = fields(land)
    made = spread_blocks(engine, paths, Reading(crs, RULE), side_m=1_000)
    thread.join()
    assert figures(made) == here(land)
    ((done, of),) = killed
    assert 0 < done < of
    assert [worker.poll() for worker in workers.workers] == [-9, None]


def _kill_midway(tracker: Any, workers: Cluster, killed: list[tuple[int, int]]) -> None:
    """Kill the first worker once some tasks of a stage are done and others are not."""
    for _ in range(6_000):
        for number in tracker.getActiveStageIds():
            stage = tracker.getStageInfo(number)
            if stage is not None and stage.numTasks >= 6 and 0 < stage.numCompletedTasks < stage.numTasks - 1:
                workers.kill(0)
                killed.append((stage.numCompletedTasks, stage.numTasks))
                return
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"master": ""}, "engine-no-master"),
        ({"master": "spark://127.0.0.1:9"}, "engine-master-unreachable"),
        ({"jars": Path("/nowhere")}, "engine-jar-missing"),
    ],
)
def test_what_is_missing_is_said(jars: Path, change: dict[str, Any], message: str) -> None:
    wrong = replace(Configuration("cluster", "local[1]", jars, sys.executable), **change)
    with pytest.raises(EngineUnavailable) as refused, opened(wrong):
        pass
    assert refused.value.message_id == message


def test_jars_that_are_there_are_only_checked(jars: Path) -> None:
    said = CliRunner().invoke(cli, ["jars", str(jars)])
    assert (said.exit_code, said.output.split()) == (0, [str(path) for path in checked(jars)])


def test_another_jar_of_the_name_is_refused(jars: Path, tmp_path: Path) -> None:
    for path in jars.glob("*.jar"):
        (tmp_path / path.name).write_bytes(b"another version")
    with pytest.raises(EngineUnavailable) as refused, opened(Configuration("cluster", "local[1]", tmp_path)):
        pass
    assert refused.value.message_id == "engine-jar-altered"
