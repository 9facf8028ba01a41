"""The shape of checks that go through a list of the text: what of it is missing, and which rows fall short."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from liangtian.policy.ruling import Ruling, compared

Row = Mapping[str, Any]


def none_missing(
    name: str, missing: Iterable[str | None], *, met: str, unmet: str, params: Mapping[str, object] | None = None
) -> Ruling:
    """Pass where nothing is missing; both messages may use {missing}, what is named, in order and once each.

    A row that has no name of its own is shown as a dash.

    Parameters
    ----------
    name : the fact that the names were looked for in

    Examples
    --------
    >>> none_missing("villages", ["B", "A", "B"], met="a", unmet="b").params["missing"]
    'A、B'
    """
    names = sorted({each or "—" for each in missing})
    words = {"missing": "、".join(names), **(params or {})}
    return compared(len(names), "=", 0, name=name, unit="", met=met, unmet=unmet, params=words)


def unanswered(wanted: Iterable[str], rows: Iterable[Row], key: str, answers: Callable[[Row], bool]) -> list[str]:
    """Names of a list that no row answers.

    Examples
    --------
    >>> unanswered(("roads", "ditches"), [{"work": "roads", "designed": True}], "work", lambda row: row["designed"])
    ['ditches']
    """
    answered = {row[key] for row in rows if answers(row)}
    return [each for each in wanted if each not in answered]
