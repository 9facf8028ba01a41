"""（十二）Quality of farmland: zones upgraded, fertility built, pollution controlled, quality evaluated and monitored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from liangtian.policy.clause import Duty, Obligation, always, only_if
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, unknown


@dataclass(frozen=True, slots=True)
class Fertility:
    fertility_measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Degraded:
    degraded_patches: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Network:
    monitoring_points: tuple[Row, ...]


def check_fertility(facts: Fertility, params: Params) -> Iterator[Ruling]:
    """Ask for a plan with measures of each kind; a place without a plan has none."""
    absent = set(params.names("fertility_kinds")) - set(facts.fertility_measures)
    yield none_missing("fertility_measures", absent, met="w12-fertility", unmet="w12-fertility-lacks")


def check_treated(facts: Degraded, params: Params) -> Iterator[Ruling]:
    """Ask that each degraded or polluted patch is under treatment."""
    rows = facts.degraded_patches
    left = [row["patch"] for row in rows if row["treated"] is False]
    if not left and any(row["treated"] is None for row in rows):
        yield unknown("degraded_patches")
    else:
        yield none_missing("degraded_patches", left, met="w12-treated", unmet="w12-untreated")


def check_network(facts: Network, params: Params) -> Iterator[Ruling]:
    """Ask for a network, each of whose points was observed in the year."""
    first = date(params.on.year, 1, 1)
    silent = [
        row["point"]
        for row in facts.monitoring_points
        if row["last_observed"] is None or not first <= row["last_observed"] <= params.on
    ]
    if facts.monitoring_points:
        yield none_missing("monitoring_points", silent, met="w12-observed", unmet="w12-silent")
    else:
        yield failed("w12-no-network")


OBLIGATIONS = (
    Duty("（十二）.1", force="must", who="agriculture", due="yearly_due"),
    Obligation(
        "（十二）.2",
        force="must",
        who="agriculture",
        events=("assessment",),
        applies=always,
        facts=Fertility,
        check=check_fertility,
    ),
    Obligation(
        "（十二）.3",
        force="must",
        who="county",
        events=("assessment",),
        applies=only_if("degraded_patches"),
        facts=Degraded,
        check=check_treated,
    ),
    Duty("（十二）.4", force="must", who="departments", due="yearly_due"),
    Obligation(
        "（十二）.5",
        force="must",
        who="agriculture",
        events=("assessment",),
        applies=always,
        facts=Network,
        check=check_network,
    ),
    Duty("（十二）.6", force="must", who="natural-resources", due="yearly_due"),
)
