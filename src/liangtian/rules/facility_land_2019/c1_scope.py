"""（范围）Facility land serves growing and raising directly; slaughter and meat processing do not count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, always
from liangtian.policy.lists import none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling


@dataclass(frozen=True, slots=True)
class Uses:
    facility_uses: tuple[str, ...]


def check_scope(facts: Uses, params: Params) -> Iterator[Ruling]:
    """Refuse the uses that the notice leaves out."""
    excluded = set(facts.facility_uses) & set(params.names("excluded_uses"))
    yield none_missing("facility_uses", excluded, met="fl19-in-scope", unmet="fl19-out-of-scope")


OBLIGATIONS = (Obligation("（范围）.1", "must", "county", ("facility",), always, Uses, check_scope),)
