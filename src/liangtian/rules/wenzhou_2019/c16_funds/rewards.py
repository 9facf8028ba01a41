"""（十六）.4–.5 The city rewards a listed project with an approved plan, and an accepted one by its population."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared
from liangtian.policy.shapes import on_record_ruling
from liangtian.units import round_half_up

CITY, PROJECT = Pocket("city", "fund"), Pocket("unit", "fund")  # the unit that carries the project out


@dataclass(frozen=True, slots=True)
class Planned:
    on_task_list: bool
    village_land_use_plan_approved: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    whole_project_accepted: bool
    registered_population: int


def check_planned(facts: Planned, params: Params) -> Iterator[Ruling]:
    """Ask for both: a place on the task list and an approved village land-use plan."""
    yield on_record_ruling("on_task_list", facts.on_task_list)
    yield on_record_ruling("village_land_use_plan_approved", facts.village_land_use_plan_approved)


def check_accepted(facts: Accepted, params: Params) -> Iterator[Ruling]:
    """Ask for the acceptance and tell the reward of the population's band."""
    words = {"population": f"{facts.registered_population:,}", "reward": f"{round_half_up(_reward(facts, params)):,}"}
    accepted = facts.whole_project_accepted
    yield declared("whole_project_accepted", accepted, met="w16-rewarded", unmet="w16-not-accepted", params=words)


def post_planned(facts: Planned, params: Params) -> Iterator[Posting]:
    """Pay the reward for the plan."""
    yield from _pay(params.plan_reward_yuan)


def post_accepted(facts: Accepted, params: Params) -> Iterator[Posting]:
    """Pay the reward of the population's band."""
    yield from _pay(_reward(facts, params))


def _reward(facts: Accepted, params: Params) -> Fraction:
    people = facts.registered_population
    bands = params.bands("acceptance_reward_yuan")
    return next(each.value for each in bands if each.first <= people and (each.last is None or people <= each.last))


def _pay(yuan: Fraction) -> Iterator[Posting]:
    yield from move("money_fen", int(round_half_up(yuan * 100)), from_=CITY, to=PROJECT)


PLAN = Obligation(
    "（十六）.4",
    force="must",
    who="city",
    events=("payment",),
    applies=only_for("consolidation_payment", "plan-reward"),
    facts=Planned,
    check=check_planned,
    post=post_planned,
)
ACCEPTANCE = Obligation(
    "（十六）.5",
    force="must",
    who="city",
    events=("payment",),
    applies=only_for("consolidation_payment", "acceptance-reward"),
    facts=Accepted,
    check=check_accepted,
    post=post_accepted,
)
