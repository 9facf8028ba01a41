"""（十六）.4–.5 The city rewards a listed project with an approved plan, and an accepted one by its population."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, passed
from liangtian.policy.shapes import on_record_ruling
from liangtian.units import round_half_up

CITY = Pocket("city", "fund")
PROJECT = Pocket("unit", "earmarked")  # the unit that carries the project out; rewards too serve its works, （十六）.1


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
    """Ask for the acceptance and tell the reward of the population's band, both of whose ends belong to it."""
    yield on_record_ruling("whole_project_accepted", facts.whole_project_accepted)
    band = params.band("acceptance_reward_yuan", facts.registered_population)
    words = {"first": f"{band.first}", "last": f"{band.last or ''}", "reward": f"{round_half_up(band.value):,}"}
    message = "w16-top-band" if band.last is None else "w16-band"
    yield passed(message, {"population": f"{facts.registered_population:,}", **words})


def post_planned(facts: Planned, params: Params) -> Iterator[Posting]:
    """Pay the reward for the plan."""
    yield from _pay(params.plan_reward_yuan)


def post_accepted(facts: Accepted, params: Params) -> Iterator[Posting]:
    """Pay the reward of the population's band."""
    yield from _pay(params.band("acceptance_reward_yuan", facts.registered_population).value)


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
