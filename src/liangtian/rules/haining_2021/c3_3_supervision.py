"""三（三）Digital supervision: systems, sky-air-ground means, patrols and inspections, a trace of every stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.facts import dictionary
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, failed, not_applicable, passed
from liangtian.policy.shapes import all_named

COUNTY = only_for("assessed_level", "county")


@dataclass(frozen=True, slots=True)
class Patrols:
    patrols_in_year: int
    special_inspections_in_year: int


@dataclass(frozen=True, slots=True)
class Stages:
    stages_reached: tuple[str, ...]
    stages_on_record: tuple[str, ...]


def check_patrols(facts: Patrols, params: Params) -> Iterator[Ruling]:
    """Ask for some of either in the year: the text gives no number."""
    for name in ("patrols_in_year", "special_inspections_in_year"):
        words = {"what_zh": dictionary()[name].zh, "what_en": dictionary()[name].en}
        count = getattr(facts, name)
        yield compared(count, ">", 0, name=name, unit="", met="h33-some", unmet="h33-none", params=words)


def check_stages(facts: Stages, params: Params) -> Iterator[Ruling]:
    """Ask for a record of each of the four stages that the project has reached."""
    reached = [stage for stage in params.names("stages") if stage in facts.stages_reached]
    if not reached:
        yield not_applicable("stages_reached", facts.stages_reached)
    for stage in reached:
        words = {"stage": stage}
        yield passed("h33-traced", words) if stage in facts.stages_on_record else failed("h33-no-trace", words)


OBLIGATIONS = (
    all_named(
        "三（三）.1",
        "supervision_systems",
        value="systems",
        force="must",
        who="natural-resources",
        events=("assessment",),
        applies=COUNTY,
    ),
    all_named(
        "三（三）.2",
        "monitoring_means",
        value="means",
        force="must",
        who="natural-resources",
        events=("assessment",),
        applies=COUNTY,
    ),
    Obligation("三（三）.3", "must", "natural-resources", ("assessment",), COUNTY, Patrols, check_patrols),
    Obligation(
        "三（三）.4",
        force="must",
        who="leading-group",
        events=("inspection",),
        applies=only_for("inspected", "consolidation"),
        facts=Stages,
        check=check_stages,
    ),
)
