"""The columns of a list, and which of them a user has put away; remembered with the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from liangtian_web.people.models import User

LISTS = ("onemap.layers", "review.runs")
"""The lists whose columns can be put away."""


class Column(NamedTuple):
    """A column: its name in the template, its word, and whether it can be put away and begins so."""

    name: str
    word: str
    fixed: bool = False
    away: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one list as one user has them.

    Attributes
    ----------
    key : the list, "review.runs"
    every : all columns, in order
    shown : names of those shown
    """

    key: str
    every: Sequence[Column]
    shown: frozenset[str]

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """The columns that may be put away, and whether each is shown."""
        return [(column, column.name in self.shown) for column in self.every if not column.fixed]

    @property
    def heads(self) -> list[Column]:
        """The columns shown, in order."""
        return [column for column in self.every if column.name in self.shown]


def columns_of(user: User, key: str, every: Sequence[Column]) -> Columns:
    """A list's columns as the user left them, else as they begin."""
    if key not in LISTS:
        raise ValueError(f"no list of ours: {key}")
    hidden = set(user.hidden_columns.get(key, [column.name for column in every if column.away]))
    shown = frozenset(column.name for column in every if column.fixed or column.name not in hidden)
    return Columns(key, every, shown)
