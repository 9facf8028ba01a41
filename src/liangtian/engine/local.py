"""The local engine: SedonaDB in this process, tables in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from liangtian.engine.differences import LOCAL
from liangtian.engine.spatial import Step, spoken
from liangtian.errors import EngineUnavailable, LiangtianError

BATCH = 1 << 16  # rows a function gets at once


class Local:
    """See `Engine`."""

    def __init__(self) -> None:
        try:
            import sedonadb
        except ImportError as error:
            raise EngineUnavailable("engine-package-missing", package="sedonadb") from error
        self._sedona = sedonadb.connect()
        self._tables: dict[str, pa.Table] = {}

    def read(self, name: str, paths: Sequence[str], columns: pa.Schema) -> None:
        found = [_with_source(pq.read_table(_here(path)), number, columns) for number, path in enumerate(paths)]
        self.put(name, pa.concat_tables(found))

    def put(self, name: str, table: pa.Table) -> None:
        self._tables[name] = table
        self._sedona.create_data_frame(table).to_view(name, overwrite=True)

    def query(self, name: str, statement: str, **words: object) -> None:
        found = self._sedona.sql(spoken(statement, words, LOCAL))
        table = pa.RecordBatchReader.from_stream(found).read_all()
        self.put(name, table.cast(pa.schema([_plain(each) for each in table.schema])))

    def each(self, name: str, of: str, step: Step, columns: pa.Schema) -> None:
        table = self._tables[of]
        starts = range(0, max(table.num_rows, 1), BATCH)
        self.put(name, pa.concat_tables([step(table.slice(start, BATCH)).cast(columns) for start in starts]))

    def by_tile(self, name: str, of: str, step: Step, columns: pa.Schema) -> None:
        table = self._tables[of]
        tile = table["tile"].combine_chunks()
        order = pc.sort_indices(tile)
        ordered = np.asarray(tile.take(order))
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
        found = [columns.empty_table()]
        for rows in np.split(np.asarray(order), starts[1:]) if len(ordered) else ():
            found.append(step(table.take(pa.array(rows))).cast(columns))
        self.put(name, pa.concat_tables(found))

    def keep(self, name: str) -> None:
        """Every table is kept."""

    def fetch(self, name: str) -> pa.Table:
        return self._tables[name]

    def refuse_taken(self, path: str) -> None:
        folder = Path(_here(path))
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise LiangtianError("engine-target-taken", path=path)

    def write(self, name: str, path: str) -> None:
        self.refuse_taken(path)
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(self._tables[name], folder / "part-00000.parquet")


def _here(path: str) -> str:
    """A path on this machine; object storage is for the cluster."""
    if "://" in path:
        raise EngineUnavailable("engine-storage-not-local", path=path)
    return path


def _with_source(table: pa.Table, source: int, columns: pa.Schema) -> pa.Table:
    found = {"source": pa.array(np.full(table.num_rows, source, dtype=np.int32))}
    for column in columns:
        there = column.name in table.column_names
        found[column.name] = table[column.name].cast(column.type) if there else pa.nulls(table.num_rows, column.type)
    return pa.table(found)


def _plain(field: pa.Field) -> pa.Field:
    """DataFusion answers with views of texts; what follows takes texts."""
    if pa.types.is_string_view(field.type) or pa.types.is_large_string(field.type):
        return field.with_type(pa.string())
    binary = pa.types.is_binary_view(field.type) or pa.types.is_large_binary(field.type)
    return field.with_type(pa.binary()) if binary else field
