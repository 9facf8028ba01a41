"""One transaction of the book, begun anew where the database broke it off to let others pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import psycopg
from django.db import OperationalError, connection, transaction

from liangtian.errors import BookRefused

Result = TypeVar("Result")

TURNS = 3
BROKEN_OFF = {"40P01", "40001"}  # deadlock, serialization


class Again(Exception):
    """What was read before the locks is no longer so: begin anew."""


def in_turn(work: Callable[[], Result]) -> Result:
    """Do `work` in one transaction, up to three times; within another transaction once, whose owner begins anew.

    Raises
    ------
    BookRefused (book-busy)
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return work()
    for _ in range(TURNS):
        try:
            with transaction.atomic():
                return work()
        except Again:
            continue
        except OperationalError as error:
            if not (isinstance(error.__cause__, psycopg.Error) and error.__cause__.sqlstate in BROKEN_OFF):
                raise
    raise BookRefused("book-busy")
