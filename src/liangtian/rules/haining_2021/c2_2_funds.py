"""二（二）Merged agricultural funds: channel and purpose kept, each department credited; cheaper water, power, gas, network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangtian.policy.clause import Duty, Intent, Obligation, only_for
from liangtian.policy.document import NotComputed
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, not_applicable, passed, unknown

USES = {"member_departments": "haining-2021三（一）.member_departments"}

# What the account says it was meant for → what it says became of it → the message where they differ.
KEPT = (
    ("channel", "paid_through", "h22-channel-changed"),
    ("purpose", "spent_on", "h22-purpose-changed"),
    ("department", "credited_to", "h22-credit-withheld"),
)


@dataclass(frozen=True, slots=True)
class Merged:
    merged_funds: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Arranged:
    department_arrangements: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Prices:
    utility_prices: tuple[Mapping[str, Any], ...]


def check_merged(facts: Merged, params: Params) -> Iterator[Ruling]:
    """Rule on each fund: its channel, its purpose, its credit."""
    if not facts.merged_funds:
        yield not_applicable("merged_funds", facts.merged_funds)
    for row in facts.merged_funds:
        if any(row[meant] is None or row[became] is None for meant, became, _ in KEPT):
            yield unknown("merged_funds")
            continue
        words = {name: row[name] for name in ("fund", *(each for kept in KEPT for each in kept[:2]))}
        broken = [failed(message, words) for meant, became, message in KEPT if row[meant] != row[became]]
        yield from broken or [passed("h22-merged", words)]


def check_arranged(facts: Arranged, params: Params) -> Iterator[Ruling]:
    """Fail a member department that has projects which could go to the programme and places none there."""
    rows = {row["department"]: row for row in facts.department_arrangements}
    for department in params.names("member_departments"):
        row = rows.get(department, {})
        eligible, placed = row.get("eligible"), row.get("placed")
        words = {"department": department, "eligible": eligible, "placed": placed}
        if eligible is None or placed is None:
            yield unknown("department_arrangements")
        elif eligible and not placed:
            yield failed("h22-not-arranged", words)
        else:
            yield passed("h22-arranged", words)


def check_prices(facts: Prices, params: Params) -> Iterator[Ruling]:
    """Ask each utility for a price below its standard one."""
    rows = {row["utility"]: row for row in facts.utility_prices}
    for utility in params.names("utilities"):
        row = rows.get(utility, {})
        standard, charged = row.get("standard_price"), row.get("charged_price")
        words = {"utility": utility, "standard": str(standard), "charged": str(charged)}
        if standard is None or charged is None:
            yield unknown("utility_prices")
        else:
            yield passed("h22-cheaper", words) if charged < standard else failed("h22-not-cheaper", words)


LASTING = NotComputed(
    zh="健全长效机制的方向，由本条其他各句和考核体现",
    en="A lasting mechanism is aimed at; the other sentences and the yearly evaluation show it",
)

COUNTY = only_for("assessed_level", "county")

OBLIGATIONS = (
    Obligation(
        "二（二）.1",
        force="must",
        who="finance",
        events=("payment",),
        applies=only_for("consolidation_payment", "merged-funds"),
        facts=Merged,
        check=check_merged,
    ),
    Duty("二（二）.2", force="must", who="finance", due="reward_policy_due"),
    Obligation("二（二）.3", "must", "departments", ("assessment",), COUNTY, Arranged, check_arranged),
    Duty("二（二）.4", force="must", who="county", due="higher_funds_due"),
    Intent("二（二）.5", force="must", who="county", reason=LASTING),
    Obligation("二（二）.6", "must", "county", ("assessment",), COUNTY, Prices, check_prices),
)
