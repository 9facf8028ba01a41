"""（意愿）Collective land is consolidated with two thirds of the members, buildings only with their owners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared

WHOLE_AREA = only_for("kind", "consolidation")
EVENTS = ("application", "approval")


@dataclass(frozen=True, slots=True)
class Vote:
    consent_given: int
    consent_entitled: int


@dataclass(frozen=True, slots=True)
class Owners:
    buildings_affected: int
    buildings_agreed: int


def check_vote(facts: Vote, params: Params) -> Iterator[Ruling]:
    """Compare exactly: two thirds themselves are enough; of nobody entitled no consent can be given."""
    share = params.table("consent_ratio")
    yield compared(
        facts.consent_given,
        ">=" if facts.consent_entitled else ">",
        facts.consent_entitled * share["of"] / share["out_of"],
        name="consent_given",
        unit="person",
        met="zj18-consent",
        unmet="zj18-no-consent",
        params={"entitled": facts.consent_entitled},
    )


def check_owners(facts: Owners, params: Params) -> Iterator[Ruling]:
    """Ask that every owner of a building agrees."""
    yield compared(
        facts.buildings_agreed,
        ">=",
        facts.buildings_affected,
        name="buildings_agreed",
        unit="owner",
        met="zj18-owners",
        unmet="zj18-owners-against",
    )


OBLIGATIONS = (
    Obligation("（意愿）.1", "must", "project-owner", EVENTS, WHOLE_AREA, Vote, check_vote),
    Obligation("（意愿）.2", "must", "project-owner", EVENTS, WHOLE_AREA, Owners, check_owners),
)
