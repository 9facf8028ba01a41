"""Written cases: what an official may read and run, one file a clause, beside the clause in `cases/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

from liangtian.errors import LiangtianError
from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import pools
from liangtian.policy.clause import EVENTS, Case, Clause
from liangtian.policy.evaluate import Decision, gravest
from liangtian.policy.facts import read_facts

_KNOWN = {"name", "zh", "on", "place", "event", "facts", "expect", "posts", "within"}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a party's pool holds before the first case."""

    place: str
    party: str
    pool: str
    index: str
    amount: int


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """A case with the outcomes and postings it is to give.

    Attributes
    ----------
    zh : the name in Chinese; every case of the rulebook has one, a case of one's own need not
    expect : obligation (`（六）.1`) or rule (`wenzhou-2019（六）.1`) → outcome
    posts : `party:pool:index` → amount
    """

    name: str
    case: Case
    expect: Mapping[str, str] = field(default_factory=dict)
    posts: Mapping[str, int] = field(default_factory=dict)
    zh: str = ""


def cases_of(clause: Clause) -> tuple[WrittenCase, ...]:
    """The cases written for a clause; none where it has no file.

    Raises
    ------
    LiangtianError (case-unreadable)
    """
    package, stem = clause.module.__name__.rsplit(".", 1)
    file = resources.files(package).joinpath("cases", f"{stem}.toml")
    return read_cases(file.read_text("utf-8"), f"{stem}.toml") if file.is_file() else ()


def read_cases(text: str, source: str) -> tuple[WrittenCase, ...]:
    """Read the text of a file of cases.

    Raises
    ------
    LiangtianError (case-unreadable): not TOML, or a case lacks its name, day, place or step, or names what there is not
    LiangtianError (fact-name-unknown, fact-type-wrong)
    """
    read = _toml(text, source)
    if "case" not in read:
        raise LiangtianError("case-unreadable", source=source, case="", reason="[[case]]")
    return tuple(_case(block, source) for block in read["case"])


def read_openings(text: str, source: str) -> tuple[Opening, ...]:
    """Read what pools hold before the first case: `[[opening]]` blocks of place, party, pool, index and amount.

    Raises
    ------
    LiangtianError (opening-unreadable)
    """
    blocks = _toml(text, source).get("opening", [])
    openings = []
    for block in blocks:
        try:
            opening = Opening(**block)
        except TypeError as cause:
            raise LiangtianError("opening-unreadable", source=source, reason=str(cause)) from cause
        if opening.index not in indices() or opening.pool not in pools() or type(opening.amount) is not int:
            raise LiangtianError("opening-unreadable", source=source, reason=str(block))
        openings.append(opening)
    return tuple(openings)


def outcomes(decision: Decision) -> dict[str, str]:
    """Rule → the gravest of its outcomes."""
    found: dict[str, list[Any]] = {}
    for finding in decision.findings:
        found.setdefault(finding.rule, []).append(finding)
    return {rule: gravest(findings).value for rule, findings in found.items()}


def totals(decision: Decision) -> dict[str, int]:
    """`party:pool:index` → amount posted, nothing that nets out."""
    sums: dict[str, int] = {}
    for posted in decision.postings:
        leg = posted.posting
        key = f"{leg.party}:{leg.pool}:{leg.index}"
        sums[key] = sums.get(key, 0) + leg.amount
    return {key: amount for key, amount in sums.items() if amount}


def _toml(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as cause:
        raise LiangtianError("case-unreadable", source=source, case="", reason=str(cause)) from cause


def _case(block: Mapping[str, Any], source: str) -> WrittenCase:
    name = str(block.get("name", ""))
    reason = _defect(block)
    if reason:
        raise LiangtianError("case-unreadable", source=source, case=name, reason=reason)
    facts = read_facts(block.get("facts", {}))
    case = Case(block["on"], block["place"], block["event"], facts, tuple(block.get("within", ())))
    return WrittenCase(name, case, block.get("expect", {}), block.get("posts", {}), block.get("zh", ""))


def _defect(block: Mapping[str, Any]) -> str:
    lacking = [key for key in ("name", "on", "place", "event") if key not in block]
    if lacking or set(block) - _KNOWN:
        return "、".join([*lacking, *sorted(set(block) - _KNOWN)])
    if type(block["on"]) is not date:
        return f"on = {block['on']!r}"
    return "" if block["event"] in EVENTS else f"event = {block['event']!r}"
