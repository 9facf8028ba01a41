"""One set of steps, two engines: named tables, SQL over them, and kernel functions over their rows or their tiles.

A step is a statement of `sql/` or a function from an Arrow table to an Arrow table. Statements keep to what both engines
understand (`differences.py`); areas, overlays and links are never computed by an engine, always by the kernel's own
functions, so that the same parcels and the same whole numbers come out whichever engine runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

Name = Literal["local", "cluster"]
Step = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Which engine runs, and where.

    Attributes
    ----------
    engine : `local`: SedonaDB in this process; `cluster`: Apache Sedona on Spark
    master : of the cluster: `spark://host:7077`, `yarn`, `k8s://…`, or `local[2]` for Spark on this machine
    jars : folder of Sedona's jars
    python : the interpreter on the workers, with liangtian installed; the one that runs here has to be of the same version
    settings : further Spark settings, as `spark-submit --conf` takes them
    """

    engine: Name = "local"
    master: str = ""
    jars: Path = Path("jars")
    python: str = "python3"
    settings: tuple[tuple[str, str], ...] = ()


class Engine(Protocol):
    """Tables by name; a name given again replaces it.

    On a cluster a table is a recipe: it is made when it is asked for, again each time unless it is to be kept, and again
    where a worker was lost. Functions and statements have to give the same rows then, whatever order they get them in.
    """

    def read(self, name: str, paths: Sequence[str], columns: pa.Schema) -> None:
        """Snapshots side by side: `source`, the place of the file among `paths`, then the columns; null where it has none."""

    def put(self, name: str, table: pa.Table) -> None:
        """A table from here; small on a cluster, as every worker may get all of it."""

    def query(self, name: str, statement: str, **words: object) -> None:
        """What a statement of `sql/` selects; `words` take the places named in it in braces."""

    def each(self, name: str, of: str, step: Step, columns: pa.Schema) -> None:
        """What a function makes of a table, some rows at a time."""

    def by_tile(self, name: str, of: str, step: Step, columns: pa.Schema) -> None:
        """What a function makes of all rows with one value of `tile`, one value after another."""

    def keep(self, name: str) -> None:
        """A table is asked for more than once: the workers keep it, in memory while there is room, else on their disks."""

    def fetch(self, name: str) -> pa.Table:
        """A table, brought here whole."""

    def refuse_taken(self, path: str) -> None:
        """Whether `write` could write there, asked before the work begins: who names a folder by mistake loses nothing.

        Raises
        ------
        LiangtianError (error): engine-target-taken, something stands there.
        EngineUnavailable (engine-unavailable): the storage does not answer, or is not for this engine.
        """

    def write(self, name: str, path: str) -> None:
        """A table as a new folder of Parquet files; of a cluster on object storage, too.

        Raises
        ------
        LiangtianError (error): engine-target-taken, something stands there.
        EngineUnavailable (engine-unavailable): the storage does not take it, or is not for this engine.
        """


def spoken(statement: str, words: dict[str, object], differences: dict[str, str]) -> str:
    """A statement of `sql/` for one engine."""
    text = files("liangtian.engine").joinpath("sql", f"{statement}.sql").read_text("utf-8")
    return text.format(**differences, **words)


@contextmanager
def opened(configuration: Configuration) -> Iterator[Engine]:
    """The engine a configuration names, closed at the end.

    Raises
    ------
    EngineUnavailable (engine-unavailable): a package, a jar, the master or the workers are missing or of another version.
    """
    # Imported here: SedonaDB and Spark belong to an extra.
    if configuration.engine == "cluster":
        from liangtian.engine.cluster import cluster

        with cluster(configuration) as engine:
            yield engine
    else:
        from liangtian.engine.local import Local

        yield Local()
