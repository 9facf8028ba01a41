"""The cluster engine: Apache Sedona on Spark. Kernel functions run on the workers, by Arrow batches.

Before any work the workers say with what they compute (Python, liangtian, GEOS): areas are the same to the last
hundredth of a square metre only where these are the same.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import shapely

from liangtian.engine.differences import CLUSTER
from liangtian.engine.jars import Jar, checked, pinned
from liangtian.engine.spatial import Configuration, Step, spoken
from liangtian.errors import EngineUnavailable, LiangtianError

REACH_S = 5.0  # to find the master's door open
WORKER_S = 60  # to be given a first worker
SHARES = 4  # pieces of a table per processor: enough to even out, few enough to start
MEANS = pa.schema([("means", pa.string())])


@contextmanager
def cluster(configuration: Configuration) -> Iterator[Cluster]:
    """A Spark application of this process, ended at the end.

    Raises
    ------
    EngineUnavailable (engine-unavailable)
    """
    session = _session(configuration)
    try:
        _await_worker(session, configuration.master)
        _compare_means(session)
        if "spark.sql.shuffle.partitions" not in dict(configuration.settings):
            session.conf.set("spark.sql.shuffle.partitions", str(SHARES * session.sparkContext.defaultParallelism))
        yield Cluster(session)
    finally:
        session.stop()


class Cluster:
    """See `Engine`."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._tables: dict[str, Any] = {}

    def read(self, name: str, paths: Sequence[str], columns: pa.Schema) -> None:
        found = None
        for number, path in enumerate(paths):
            part = self._snapshot(path, number, columns)
            found = part if found is None else found.unionByName(part)
        self._named(name, found)

    def put(self, name: str, table: pa.Table) -> None:
        self._named(name, self._session.createDataFrame(table))

    def query(self, name: str, statement: str, **words: object) -> None:
        self._named(name, self._session.sql(spoken(statement, words, CLUSTER)))

    def each(self, name: str, of: str, step: Step, columns: pa.Schema) -> None:
        run = partial(_by_batch, step, columns)
        self._named(name, self._tables[of].mapInArrow(run, _spark_schema(columns)))

    def by_tile(self, name: str, of: str, step: Step, columns: pa.Schema) -> None:
        run = partial(_cast, step, columns)
        self._named(name, self._tables[of].groupBy("tile").applyInArrow(run, _spark_schema(columns)))

    def keep(self, name: str) -> None:
        from pyspark import StorageLevel

        self._named(name, self._tables[name].persist(StorageLevel.MEMORY_AND_DISK))

    def fetch(self, name: str) -> pa.Table:
        return self._tables[name].toArrow()

    def refuse_taken(self, path: str) -> None:
        there = self._session._jvm.org.apache.hadoop.fs.Path(path)
        with _storage(path):
            taken = there.getFileSystem(self._session._jsc.hadoopConfiguration()).exists(there)
        if taken:
            raise LiangtianError("engine-target-taken", path=path)

    def write(self, name: str, path: str) -> None:
        self.refuse_taken(path)
        with _storage(path):
            self._tables[name].write.mode("errorifexists").parquet(path)

    def _snapshot(self, path: str, number: int, columns: pa.Schema) -> Any:
        from pyspark.sql.functions import col, lit

        with _storage(path):
            table = self._session.read.parquet(path)
        wanted = [lit(number).alias("source")]
        for column in _spark_schema(columns).fields:
            value = col(column.name) if column.name in table.columns else lit(None)
            wanted.append(value.cast(column.dataType).alias(column.name))
        return table.select(*wanted)

    def _named(self, name: str, found: Any) -> None:
        found.createOrReplaceTempView(name)
        self._tables[name] = found


@contextmanager
def _storage(path: str) -> Iterator[None]:
    """Whatever Spark says of a path, in one sentence."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        cause = error.java_exception if isinstance(error, Py4JJavaError) else error
        raise EngineUnavailable("engine-storage-fails", path=path, detail=_first_line(cause)) from error


def _by_batch(step: Step, columns: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield from step(pa.Table.from_batches([batch])).cast(columns).to_batches()


def _cast(step: Step, columns: pa.Schema, table: pa.Table) -> pa.Table:
    return step(table).cast(columns)


def _spark_schema(columns: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(columns)


def resolve(folder: Path, jars: Sequence[Jar]) -> list[Path]:
    """Have Spark's resolver fetch jars by their coordinates, into a folder of its own making.

    Raises
    ------
    EngineUnavailable (engine-unavailable): no pyspark, no Java, or the registry does not give them.
    """
    settings = {
        "spark.jars.packages": ",".join(jar.coordinates for jar in jars),
        "spark.jars.excludes": ",".join(pinned().left_out),
        "spark.jars.ivy": str(folder),
        "spark.ui.enabled": "false",
    }
    _started("local[1]", settings).stop()
    return [folder / "jars" / jar.file for jar in jars]


def _session(configuration: Configuration) -> Any:
    if not configuration.master:
        raise EngineUnavailable("engine-no-master")
    jars = checked(configuration.jars)
    _reach(configuration.master)
    session = _started(configuration.master, {**_settings(jars), **dict(configuration.settings)})
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.pythonExec = configuration.python  # Spark itself takes it from the environment alone
    return session


def _started(master: str, settings: dict[str, str]) -> Any:
    """A session of Spark, if it is the Spark that is meant and there is Java to run it."""
    try:
        import pyspark
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineUnavailable("engine-package-missing", package="pyspark") from error
    if not pyspark.__version__.startswith(f"{pinned().spark}."):
        raise EngineUnavailable("engine-spark-version", found=pyspark.__version__, wanted=f"{pinned().spark}.x")
    builder = SparkSession.builder.master(master).appName("liangtian")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except PySparkException as error:
        raise EngineUnavailable("engine-java-missing", detail=_first_line(error)) from error
    except Exception as error:  # whatever Java says: a master of another version answers in many ways
        params = {"master": master, "spark": pyspark.__version__, "detail": _first_line(error)}
        raise EngineUnavailable("engine-master-refuses", **params) from error


def _settings(jars: Sequence[Path]) -> dict[str, str]:
    return {
        "spark.jars": ",".join(str(jar.resolve()) for jar in jars),
        "spark.sql.extensions": "org.apache.sedona.sql.SedonaSqlExtensions",
        "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
        "spark.kryo.registrator": "org.apache.sedona.core.serde.SedonaKryoRegistrator",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def _reach(master: str) -> None:
    """Knock at a standalone master's door: Spark itself takes a minute to give up."""
    if not master.startswith("spark://"):
        return
    last: OSError | ValueError | None = None
    for door in master.removeprefix("spark://").split(","):
        try:
            place = urlsplit(f"//{door}")
            with socket.create_connection((place.hostname or "", place.port or 7077), timeout=REACH_S):
                return
        except (OSError, ValueError) as error:
            last = error
    raise EngineUnavailable("engine-master-unreachable", master=master, detail=_first_line(last))


def _await_worker(session: Any, master: str) -> None:
    context = session.sparkContext
    if master.startswith("local"):
        return
    for _ in range(WORKER_S * 5):
        if context._jsc.sc().getExecutorMemoryStatus().size() > 1:  # the driver itself is one
            return
        time.sleep(0.2)
    raise EngineUnavailable("engine-no-worker", master=master, seconds=WORKER_S)


def means_here(_: pa.Table) -> pa.Table:
    """With what this process computes."""
    geos = ".".join(str(part) for part in shapely.geos_version)
    python = ".".join(str(part) for part in sys.version_info[:2])
    return pa.table({"means": [f"Python {python}, liangtian {version('liangtian')}, GEOS {geos}"]})


def _compare_means(session: Any) -> None:
    """Ask as many tasks as there are processors: each worker is asked at least once, most likely."""
    count = max(session.sparkContext.defaultParallelism, 2)
    asked = session.range(count).repartition(count)
    run: Callable[..., Any] = partial(_by_batch, means_here, MEANS)
    try:
        found = set(asked.mapInArrow(run, _spark_schema(MEANS)).toArrow()["means"].to_pylist())
    except Exception as error:  # a worker without Python, without liangtian, with another minor version of either
        raise EngineUnavailable("engine-worker-fails", detail=_last_line(error)) from error
    here = means_here(pa.table({}))["means"][0].as_py()
    others = sorted(found - {here})
    if others:
        raise EngineUnavailable("engine-worker-differs", here=here, there="; ".join(others))


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or [""])[0]


def _last_line(error: object) -> str:
    """The last line of a Python traceback that came through Java says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    return next((line for line in lines if "Error" in line or "Exception" in line.split(":")[0]), (lines or [""])[0])
