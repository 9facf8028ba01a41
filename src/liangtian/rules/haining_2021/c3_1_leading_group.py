"""三（一）Leading group: head, deputy, the principal heads of seven departments; its office; groups and task forces of towns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared, failed, passed, unknown
from liangtian.policy.shapes import on_record

COUNTY = only_for("assessed_level", "county")


@dataclass(frozen=True, slots=True)
class Group:
    leading_group: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Office:
    leading_group_office: str


@dataclass(frozen=True, slots=True)
class Towns:
    town_groups: tuple[Mapping[str, Any], ...]


def check_group(facts: Group, params: Params) -> Iterator[Ruling]:
    """Look for each leader by post, and for the principal head of each member department."""
    for role, post in zip(params.names("leader_roles"), params.names("leader_posts"), strict=False):
        words = {"role": role, "post": post}
        holds = any(row["role"] == role and row["post"] == post for row in facts.leading_group)
        yield passed("h31-leader", words) if holds else failed("h31-no-leader", words)
    for department in params.names("member_departments"):
        words = {"department": department}
        sent = [row["principal"] for row in facts.leading_group if row["department"] == department]
        if not sent:
            yield failed("h31-not-member", words)
        elif True in sent:
            yield passed("h31-member", words)
        else:
            yield unknown("leading_group") if None in sent else failed("h31-not-principal", words)


def check_office(facts: Office, params: Params) -> Iterator[Ruling]:
    """Ask that the office is housed where the text says."""
    hosts = params.names("office_at")
    words = {"host": "、".join(hosts), "at": facts.leading_group_office}
    yield declared(
        "leading_group_office",
        facts.leading_group_office in hosts,
        met="h31-office",
        unmet="h31-office-elsewhere",
        params=words,
    )


def check_towns(facts: Towns, params: Params) -> Iterator[Ruling]:
    """Ask each town for a group, an office and a task force."""
    if not facts.town_groups:
        yield failed("h31-no-town")
    for row in facts.town_groups:
        words, parts = {"town": row["town"]}, (row["group"], row["office"], row["task_force"])
        if False in parts:
            yield failed("h31-town-lacks", words)
        else:
            yield unknown("town_groups") if None in parts else passed("h31-town", words)


OBLIGATIONS = (
    on_record(
        "三（一）.1",
        "cooperation_mechanism_set_up",
        force="must",
        who="county",
        events=("assessment",),
        applies=COUNTY,
    ),
    Obligation("三（一）.2", "must", "county", ("assessment",), COUNTY, Group, check_group),
    Obligation("三（一）.3", "must", "leading-group", ("assessment",), COUNTY, Office, check_office),
    Obligation("三（一）.4", "must", "town", ("assessment",), COUNTY, Towns, check_towns),
    on_record(
        "三（一）.5",
        "department_task_forces_run",
        force="must",
        who="departments",
        events=("assessment",),
        applies=COUNTY,
    ),
)
