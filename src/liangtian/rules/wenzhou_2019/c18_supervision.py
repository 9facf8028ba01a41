"""（十八）One map of five subjects; satellite patches judged; illegal use of farmland found, stopped and brought to a case.

"In time" has no number in the text. We read it by the working days that the reporting rule of 2012 gives, counted from
the day the patch was found; without a calendar of holidays only what is in time on any calendar is decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangtian import units
from liangtian.policy.clause import Obligation, always, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, failed, not_applicable, passed, unknown
from liangtian.policy.shapes import all_named, on_record
from liangtian.policy.workdays import exceptions_of, working_days

USES = {"report_working_days": "illegal-use-reporting-2012（九）.report_working_days"}


@dataclass(frozen=True, slots=True)
class Monitored:
    satellite_patches: tuple[Mapping[str, Any], ...]
    remote_sensing_periods: int


@dataclass(frozen=True, slots=True)
class Patches:
    satellite_patches: tuple[Mapping[str, Any], ...]
    work_calendar: tuple[Mapping[str, Any], ...] | None


def check_monitored(facts: Monitored, params: Params) -> Iterator[Ruling]:
    """Ask for rounds of remote sensing in the year and for a judgement on every patch."""
    periods = facts.remote_sensing_periods
    yield compared(
        periods, ">", 0, name="remote_sensing_periods", unit="", met="w18-monitored", unmet="w18-not-monitored"
    )
    open_ = [row["patch"] or "—" for row in facts.satellite_patches if row["illegal"] is None]
    words = {"count": len(facts.satellite_patches), "open": "、".join(open_)}
    yield failed("w18-not-judged", words) if open_ else passed("w18-judged", words)


def check_stopped(facts: Patches, params: Params) -> Iterator[Ruling]:
    """Rule on each patch of farmland illegally used: stopped in time, and a case opened; one not judged is open."""
    patches = [row for row in facts.satellite_patches if row["farmland_m2"] != 0]
    illegal = [row for row in patches if row["illegal"]]
    if any(row["illegal"] is None for row in patches):
        yield unknown("satellite_patches")
    elif not illegal:
        yield not_applicable("satellite_patches", facts.satellite_patches)
    for row in illegal:
        yield _stopped(row, facts, params)
        opened = row["case_opened_on"] is not None and row["case_opened_on"] <= params.on
        yield (passed if opened else failed)("w18-case" if opened else "w18-no-case", _words(row))


def _stopped(row: Mapping[str, Any], facts: Patches, params: Params) -> Ruling:
    found, stopped, limit = row["found_on"], row["stopped_on"], params.report_working_days
    if found is None or row["farmland_m2"] is None:
        return unknown("satellite_patches")
    if stopped is None or stopped > params.on:
        return failed("w18-not-stopped", _words(row))
    words = {**_words(row), "days": (stopped - found).days, "limit": int(limit)}
    if words["days"] <= limit:
        return passed("w18-stopped", words)
    if facts.work_calendar is None:
        return unknown("work_calendar")
    words["days"] = working_days(found, stopped, exceptions_of(facts.work_calendar))
    return passed("w18-stopped", words) if words["days"] <= limit else failed("w18-stopped-late", words)


def _words(row: Mapping[str, Any]) -> dict[str, Any]:
    areas = {name: units.display_area(row[name] or 0, "m2") for name in ("farmland_m2", "basic_farmland_m2")}
    return {"patch": row["patch"], "farmland": areas["farmland_m2"], "basic": areas["basic_farmland_m2"]}


OBLIGATIONS = (
    all_named(
        "（十八）.1",
        "one_map_subjects",
        value="subjects",
        force="must",
        who="natural-resources",
        events=("assessment",),
        applies=always,
    ),
    Obligation("（十八）.2", "must", "natural-resources", ("assessment",), always, Monitored, check_monitored),
    on_record(
        "（十八）.3", "illegal_use_duty_set_up", force="must", who="county", events=("assessment",), applies=always
    ),
    on_record(
        "（十八）.4", "joint_enforcement_in_year", force="must", who="county", events=("assessment",), applies=always
    ),
    Obligation(
        "（十八）.5", "must", "county", ("inspection",), only_for("inspected", "patches"), Patches, check_stopped
    ),
)
