"""How statements of upper systems name columns, indices, units and kinds (`words.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any, Literal

from liangtian.ledger.indices import indices

Direction = Literal["in", "out", "balance"]
BRACKETS = re.compile(r"[(（\[【〔]([^()（）\[\]【】〔〕]*)[)）\]】〕]")
ABOVE = re.compile(r"单位[:：]([^)）]+)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit a statement is written in.

    Attributes
    ----------
    index : unit of the book it stands for, `m2`
    of : whole units of the book in one of it
    places : decimals it is written with at least
    """

    index: str
    of: Fraction
    places: int


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(resources.files("liangtian_web.reconcile").joinpath("words.toml").read_text("utf-8"))


def table(name: str) -> dict[str, Any]:
    """A table of `words.toml`."""
    return dict(_words()[name])


@cache
def _meanings(table: str) -> dict[str, str]:
    return {word: name for name, words in _words()[table].items() for word in words}


@cache
def _units() -> dict[str, Unit]:
    return {word: Unit(each["index"], Fraction(each["of"]), each["places"]) for word, each in _words()["units"].items()}


@cache
def _indices() -> dict[str, str]:
    known = {word: name for name, each in indices().items() for word in (name, each.zh, each.en)}
    return known | _meanings("indices")


def plain(value: object) -> str:
    """A text as it is compared: one form of each character, without blanks.

    Examples
    --------
    >>> plain(" 耕地 数量（公顷）")
    '耕地数量(公顷)'
    """
    return "" if value is None else re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value)))


def bare(text: str) -> str:
    """Without what stands in brackets."""
    return BRACKETS.sub("", text)


def column_of(text: str) -> str | None:
    """The column a heading names."""
    return _meanings("columns").get(bare(text))


def index_of(text: str) -> str | None:
    """The index a heading or a cell names."""
    return _indices().get(bare(text))


def direction_of(text: str) -> str | None:
    """Whether a heading says in, out or balance."""
    return _meanings("directions").get(bare(text))


def unit_of(text: str) -> Unit | None:
    """The unit a text names, wholly or in brackets.

    Examples
    --------
    >>> unit_of("耕地数量(公顷)").of, unit_of("亩").of, unit_of("耕地数量")
    (Fraction(10000, 1), Fraction(2000, 3), None)
    """
    named = [text, *BRACKETS.findall(text)]
    return next((found for each in named if (found := _units().get(each))), None)


def units_above(text: str) -> dict[str, Unit]:
    """Units named once for a whole table, "单位：公顷、公斤", by the unit of the book they stand for."""
    found = ABOVE.search(text)
    named = [_units().get(each) for each in re.split("[、,，/;；]", found.group(1))] if found else []
    return {each.index: each for each in named if each}


def row_of(text: str) -> str | None:
    """Whether a row is an opening, a closing or a total, by how its first word begins."""
    return next((name for word, name in _meanings("rows").items() if text.startswith(word)), None)


def sign_of(kind: str) -> int | None:
    """Which way a kind of their book moves; None: not known."""
    return {"in": 1, "out": -1}.get(_meanings("kinds").get(bare(kind), ""))
