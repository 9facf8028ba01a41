"""（指标）New farmland makes no construction quota, its proceeds are tied, fraud voids it (第二十七、二十八、三十五条)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for, only_if
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, unknown


@dataclass(frozen=True, slots=True)
class Farmland:
    accepted_farmland: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Proceeds:
    proceeds_use: str


@dataclass(frozen=True, slots=True)
class Frauds:
    index_frauds: tuple[Row, ...]


def check_quota(facts: Farmland, params: Params) -> Iterator[Ruling]:
    """Ask that farmland of the sources listed was not turned into quota for construction."""
    rows = [row for row in facts.accepted_farmland if row["source"] in params.names("farmland_only_sources")]
    turned = [row["lot"] for row in rows if row["construction_quota_m2"]]
    if not turned and any(row["construction_quota_m2"] is None for row in rows):
        yield unknown("accepted_farmland")
    else:
        yield none_missing("accepted_farmland", turned, met="zj18-no-quota", unmet="zj18-quota")


def check_proceeds(facts: Proceeds, params: Params) -> Iterator[Ruling]:
    """Ask for one of the uses listed."""
    other = {facts.proceeds_use} - set(params.names("proceeds_uses"))
    yield none_missing("proceeds_use", other, met="zj18-proceeds", unmet="zj18-proceeds-other")


def check_fraud(facts: Frauds, params: Params) -> Iterator[Ruling]:
    """Ask that the index is void and, where it was passed on, that the income went back."""
    rows = facts.index_frauds
    standing = [row["project"] for row in rows if row["voided"] is False]
    kept = [row["project"] for row in rows if row["transferred"] and row["income_returned"] is False]
    open_ = any(None in (row["voided"], row["transferred"]) for row in rows)
    open_ = open_ or any(row["transferred"] and row["income_returned"] is None for row in rows)
    if open_ and not (standing or kept):
        yield unknown("index_frauds")
    else:
        yield none_missing("index_frauds", [*standing, *kept], met="zj18-voided", unmet="zj18-not-voided")


OBLIGATIONS = (
    Obligation(
        "（指标）.1",
        force="must",
        who="county",
        events=("assessment",),
        applies=only_if("accepted_farmland"),
        facts=Farmland,
        check=check_quota,
    ),
    Obligation(
        "（指标）.2",
        force="must",
        who="county",
        events=("payment",),
        applies=only_for("consolidation_payment", "transfer-proceeds"),
        facts=Proceeds,
        check=check_proceeds,
    ),
    Obligation(
        "（指标）.3",
        force="must",
        who="natural-resources",
        events=("assessment",),
        applies=only_if("index_frauds"),
        facts=Frauds,
        check=check_fraud,
    ),
)
