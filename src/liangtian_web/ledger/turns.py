"""One transaction of the book, begun anew where the database broke it off to let others pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from django.db import OperationalError, connection, transaction

from liangtian.errors import BookRefused

Result = TypeVar("Result")

TURNS = 5
BROKEN_OFF = {"40P01", "40001"}  # deadlock, serialization


class Again(Exception):
    """What was read before the locks is no longer so: begin anew."""


@dataclass(slots=True)
class _Locks:
    """What a transaction lacked when it was broken off: the next one takes it first, in the one order of the book."""

    boxes: set[str] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    open: set[tuple[Any, ...]] = field(default_factory=set)
    accounts: set[int] = field(default_factory=set)

    def learn(self, cause: psycopg.Error) -> None:
        """Add what `book_begin_anew` names."""
        if cause.sqlstate != "40001" or not cause.diag.message_detail:
            return
        for name, found in json.loads(cause.diag.message_detail).items():
            getattr(self, name).update(tuple(each) if isinstance(each, list) else each for each in found)

    def take(self) -> None:
        """Ground, places, accounts."""
        with connection.cursor() as cursor:
            if self.boxes:
                cursor.execute("SELECT count(*) FROM book_lock_ground(%s::text[]::box[])", [sorted(self.boxes)])
            if self.opened or self.shared:
                cursor.execute("SELECT book_lock_places(%s, %s)", [sorted(self.opened), sorted(self.shared)])
            for each in sorted(self.open, key=lambda one: (one[0] or 0, *one[1:])):
                cursor.execute("SELECT book_open_account(%s, %s, %s, %s, %s)", each)
            if self.accounts:
                cursor.execute("SELECT book_lock(%s)", [sorted(self.accounts)])


def in_turn(work: Callable[[], Result]) -> Result:
    """Do `work` in one transaction, up to five times; within another transaction once, whose owner begins anew.

    Raises
    ------
    BookRefused (book-busy)
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return work()
    lacking = _Locks()
    for _ in range(TURNS):
        try:
            with transaction.atomic():
                lacking.take()
                return work()
        except Again:
            continue
        except OperationalError as error:
            if not (isinstance(error.__cause__, psycopg.Error) and error.__cause__.sqlstate in BROKEN_OFF):
                raise
            lacking.learn(error.__cause__)
    raise BookRefused("book-busy")
