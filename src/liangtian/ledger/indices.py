"""What the book counts (`indices.toml`): each index with its unit, its words, and the document and days it holds for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

from liangtian.errors import BookRefused

IndexUnit = Literal["m2", "kg", "fen"]

UNIT_SIGNS: dict[IndexUnit, tuple[str, str]] = {"m2": ("m²", "m²"), "kg": ("kg", "kg"), "fen": ("分", "fen")}
"""Units as written, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Index:
    """One thing the book counts, in whole units.

    Attributes
    ----------
    id : name with its unit last, `quantity_m2`
    document : clause that creates it, `wenzhou-2019（五）`
    since, until : first and last business day on which it may be booked; `until` None: not retired
    retired_by : clause that retires it; stated if and only if `until` is
    lots : its credits stand on ground, so a leg of a holding names a lot
    """

    id: str
    unit: IndexUnit
    zh: str
    en: str
    document: str
    since: date
    until: date | None = None
    retired_by: str = ""
    lots: bool = False

    def __post_init__(self) -> None:
        if (self.until is None) != (not self.retired_by) or (self.until is not None and self.until < self.since):
            raise ValueError(f"{self.id}: `until` and `retired_by` stand together, and not before `since`")

    @property
    def sort(self) -> Literal["land", "quota", "money"]:
        """What kinds of entry know it as: land is earned on lots, quota is handed down, money is neither."""
        return "land" if self.lots else "money" if self.unit == "fen" else "quota"

    def is_in_force(self, on: date) -> bool:
        """Whether an entry of that business date may book it."""
        return self.since <= on and (self.until is None or on <= self.until)


@cache
def indices() -> dict[str, Index]:
    """Every index by id, in the order of `indices.toml`.

    Examples
    --------
    >>> [index.id for index in indices().values() if index.unit == "kg"]
    ['capacity_kg']
    """
    raw = tomllib.loads(resources.files("liangtian.ledger").joinpath("indices.toml").read_text("utf-8"))
    return {name: Index(id=name, **entry) for name, entry in raw.items()}


def index_on(name: str, on: date) -> Index:
    """Give an index that may be booked on a business date.

    Raises
    ------
    BookRefused (index-unknown, index-not-in-force)

    Examples
    --------
    >>> index_on("paddy_m2", date(2024, 6, 1)).zh
    '水田规模'
    """
    index = indices().get(name)
    if index is None:
        raise BookRefused("index-unknown", index=name, known=", ".join(indices()))
    if not index.is_in_force(on):
        until = index.until.isoformat() if index.until else "…"
        raise BookRefused("index-not-in-force", **index_words(name), on=on, since=index.since, until=until)
    return index


def index_words(name: str) -> dict[str, str]:
    """What a message says of an index, in both languages."""
    index = indices()[name]
    unit_zh, unit_en = UNIT_SIGNS[index.unit]
    return {"index": name, "index_zh": index.zh, "index_en": index.en, "unit_zh": unit_zh, "unit_en": unit_en}
