"""The kernel's words of the book, told to the database: it refuses what they refuse, whoever asks.

A change of `indices.toml` or `kinds.toml` (an index added, or retired by its `until`; a kind that moves something else)
is told after the next `migrate`, which every new release runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import entry_kinds, pools

COLUMNS = {
    "book_index": ("id", "unit", "lots", "document", "since", "until"),
    "book_pool": ("id", "may_be_negative", "lots", "debt"),
    "book_kind": ("id", "past"),
    "book_move": ("kind", "index", "source", "target"),
}


def words() -> dict[str, set[tuple[Any, ...]]]:
    """The rows of each table as the kernel's files have them."""
    moves = (
        (kind.id, index.id, source, target)
        for kind in entry_kinds().values() for sort, source, target in kind.moves
        for index in indices().values() if index.sort == sort
    )  # fmt: skip
    return {
        "book_index": _rows("book_index", indices().values()),
        "book_pool": _rows("book_pool", pools().values()),
        "book_kind": _rows("book_kind", entry_kinds().values()),
        "book_move": set(moves),
    }


def kept() -> dict[str, set[tuple[Any, ...]]]:
    """The rows of each table as the database has them."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            cursor.execute(f"SELECT {_names(columns)} FROM {table}")
            found[table] = set(cursor.fetchall())
    return found


def load(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Migration step: make the tables, and put the kernel's words in the place of those there."""
    run_file(editor, "words.sql")
    tell()
    if role := settings.APPLICATION_ROLE:
        app = editor.quote_name(role)
        for table in COLUMNS:
            editor.execute(f"REVOKE ALL ON {table} FROM {app}; GRANT SELECT ON {table} TO {app}")


def tell() -> None:
    """Put the kernel's words in the place of those the database has, where they differ and it has tables for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('book_move')")
        if cursor.fetchone() == (None,) or kept() == words():
            return
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in words().items():
            columns = COLUMNS[table]
            cursor.execute(f"DELETE FROM {table}")
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({_names(columns)}) VALUES ({places})", sorted(rows, key=str))


def run_file(editor: BaseDatabaseSchemaEditor, name: str) -> None:
    """Run a file of this folder; every statement of it may be run again."""
    editor.execute(resources.files("liangtian_web.ledger").joinpath(name).read_text("utf-8"), params=None)


def _rows(table: str, each: Iterable[object]) -> set[tuple[Any, ...]]:
    return {tuple(getattr(one, column) for column in COLUMNS[table]) for one in each}


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
