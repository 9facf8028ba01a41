"""（十）High-standard farmland: programmes integrated, works designed, earlier projects recognised and confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from liangtian.policy.clause import Case, Intent, Obligation, always, only_for, only_if
from liangtian.policy.days import day_compared
from liangtian.policy.document import NotComputed
from liangtian.policy.lists import Row, none_missing, unanswered
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling
from liangtian.policy.shapes import on_record_ruling


@dataclass(frozen=True, slots=True)
class Departments:
    coordinated_departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Programmes:
    farmland_programmes: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Works:
    high_standard_works: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    recognised_programme_department: str
    recognised_programme_built_on: date
    meets_high_standard: bool
    recognised_by_department: bool
    confirmed_by_county: bool


def builds(case: Case) -> str | None:
    """Reach consolidation projects that build high-standard farmland."""
    return only_for("kind", "consolidation")(case) or only_if("high_standard_planned_m2")(case)


def check_departments(facts: Departments, params: Params) -> Iterator[Ruling]:
    """Ask that each department the text names takes part."""
    absent = set(params.names("coordinated")) - set(facts.coordinated_departments)
    yield none_missing("coordinated_departments", absent, met="w10-coordinated", unmet="w10-not-coordinated")


def check_programmes(facts: Programmes, params: Params) -> Iterator[Ruling]:
    """Ask that no programme of the list runs by itself; one the place does not run this year is no matter."""
    named = params.names("integrated")
    apart = [row["programme"] for row in facts.farmland_programmes if row["programme"] in named]
    alone = unanswered(apart, facts.farmland_programmes, "programme", lambda row: bool(row["integrated"]))
    yield none_missing("farmland_programmes", alone, met="w10-integrated", unmet="w10-not-integrated")


def check_works(facts: Works, params: Params) -> Iterator[Ruling]:
    """Ask for each of the works in the design, or for the reason why the site needs none."""
    rows = facts.high_standard_works
    absent = unanswered(params.names("works"), rows, "work", lambda row: bool(row["designed"] or row["reason"]))
    yield none_missing("high_standard_works", absent, met="w10-designed", unmet="w10-not-designed")


def check_recognition(facts: Earlier, params: Params) -> Iterator[Ruling]:
    """Let a plot of an earlier project be recognised: of the departments named, in time, up to standard, confirmed."""
    asked = [facts.recognised_programme_department]
    others = [each for each in asked if each not in params.names("recognised_departments")]
    yield none_missing("recognised_programme_department", others, met="w10-department", unmet="w10-other-department")
    yield day_compared(
        facts.recognised_programme_built_on,
        ">=",
        params.day("recognised_since", params.on.year),
        name="recognised_programme_built_on",
        met="w10-built-since",
        unmet="w10-built-before",
    )
    for name in ("meets_high_standard", "recognised_by_department", "confirmed_by_county"):
        yield on_record_ruling(name, getattr(facts, name))


OBLIGATIONS = (
    Obligation("（十）.1", "must", "county", ("assessment",), always, Departments, check_departments),
    Obligation("（十）.2", "must", "county", ("assessment",), always, Programmes, check_programmes),
    Obligation("（十）.3", "must", "town", ("approval",), builds, Works, check_works),
    Intent(
        "（十）.4",
        force="must",
        who="county",
        reason=NotComputed(
            zh="集中连片、设施配套、高产稳产、生态良好是建设目标，文件未设指标；国家标准的指标见（十）.5 的认定。",
            en="Contiguous, equipped, productive and sound are aims without measures in the text; those of the national "
            "standard are asked for where a plot is recognised.",
        ),
    ),
    Obligation("（十）.5", "may", "county", ("recognition",), always, Earlier, check_recognition),
)
