"""The words of the book (`kinds.toml`): kinds of entry, pools of an account, kinds of credit a lot may carry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Any


@dataclass(frozen=True, slots=True)
class EntryKind:
    """A kind of entry.

    Attributes
    ----------
    opens_lots : it may bring new lots
    holds : it may lapse on a day
    past : it says what has come about, so its business date is not after the day of recording
    moves : what it may move: (land, quota or money; from pool; to pool)
    """

    id: str
    zh: str
    en: str
    opens_lots: bool = False
    holds: bool = False
    past: bool = False
    moves: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Pool:
    """Where within a place an amount stands.

    Attributes
    ----------
    may_be_negative : only the world outside the book may owe it something
    lots : an amount of an index with lots must name its lot here
    debt : what is owed, not what is owned: it has no ground
    available : what stands here can be spent
    """

    id: str
    zh: str
    en: str
    may_be_negative: bool = False
    lots: bool = False
    debt: bool = False
    available: bool = False


@dataclass(frozen=True, slots=True)
class CreditKind:
    """What work made the credit of a lot.

    Attributes
    ----------
    may_lie_on : credits its ground may have earned before (our reading)
    indices : what such works may be credited with at their acceptance (our reading)
    """

    id: str
    zh: str
    en: str
    may_lie_on: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()


@cache
def entry_kinds() -> dict[str, EntryKind]:
    """Every kind of entry by id.

    Examples
    --------
    >>> entry_kinds()["write-off"].zh, entry_kinds()["hold"].holds
    ('核销', True)
    >>> ("land", "used", "reserve") in entry_kinds()["transfer"].moves
    False
    """
    read = {name: {"moves": (), **words} for name, words in _table("entry").items()}
    return {name: EntryKind(id=name, **words | {"moves": _moves(words["moves"])}) for name, words in read.items()}


@cache
def pools() -> dict[str, Pool]:
    """Every pool by id.

    Examples
    --------
    >>> [pool.id for pool in pools().values() if pool.may_be_negative]
    ['outside']
    """
    return {name: Pool(id=name, **words) for name, words in _table("pool").items()}


@cache
def credit_kinds() -> dict[str, CreditKind]:
    """Every kind of credit by id.

    Examples
    --------
    >>> credit_kinds()["dry-to-paddy"].zh, credit_kinds()["dry-to-paddy"].indices
    ('旱地改水田', ('paddy_m2', 'capacity_kg'))
    """

    def read(words: dict[str, Any]) -> dict[str, Any]:
        return {key: tuple(each) if isinstance(each, list) else each for key, each in words.items()}

    return {name: CreditKind(id=name, **read(words)) for name, words in _table("credit").items()}


def _moves(lines: Iterable[str]) -> frozenset[tuple[str, str, str]]:
    """Every move that lines like "land quota: reserve held > used" stand for."""
    read = (re.fullmatch(r"(.+): (.+) > (.+)", line) for line in lines)
    return frozenset(each for found in read if found for each in product(*(words.split() for words in found.groups())))


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files("liangtian.ledger").joinpath("kinds.toml").read_text("utf-8"))


def _table(name: str) -> dict[str, dict[str, Any]]:
    return dict(_tables()[name])
