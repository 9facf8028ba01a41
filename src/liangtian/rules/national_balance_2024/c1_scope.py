"""（范围）All occupation of farmland, not construction alone, comes under one balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_if
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, not_applicable, unknown
from liangtian.policy.shapes import on_record_ruling


@dataclass(frozen=True, slots=True)
class Occupation:
    kind: str
    entered_in_annual_account: bool | None


def check_entered(facts: Occupation, params: Params) -> Iterator[Ruling]:
    """Ask that the occupation stands in the year's account, whatever takes the land."""
    if facts.kind not in params.names("occupation_kinds"):
        yield not_applicable("kind", facts.kind)
    elif facts.entered_in_annual_account is None:
        yield unknown("entered_in_annual_account")
    else:
        yield on_record_ruling("entered_in_annual_account", facts.entered_in_annual_account)


OBLIGATIONS = (
    Obligation(
        "（范围）.1",
        force="must",
        who="county",
        events=("approval",),
        applies=only_if("farmland_m2"),
        facts=Occupation,
        check=check_entered,
    ),
)
