"""（十四）Land for rural development: within the plan, reserved quota for small scattered sites, idle houses used.

The text gives no figure for a small site: whether it is small is stated, and stands in the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Case, Intent, Obligation, only_for, only_if
from liangtian.policy.document import NotComputed
from liangtian.policy.lists import none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared
from liangtian.policy.shapes import on_record, on_record_ruling


@dataclass(frozen=True, slots=True)
class SmallSite:
    reserved_quota_used_m2: Decimal
    reserved_quota_available_m2: Decimal
    reserved_quota_purpose: str
    site_small: bool
    site_hard_to_locate: bool
    site_needed_outside_expansion: bool


@dataclass(frozen=True, slots=True)
class IdleHouses:
    idle_house_way: str
    idle_house_purpose: str
    idle_house_by_collective: bool
    idle_house_follows_plan: bool
    idle_house_within_standards: bool


def draws_quota(case: Case) -> str | None:
    """Reach village land that draws on reserved quota."""
    return only_for("kind", "village")(case) or only_if("reserved_quota_used_m2")(case)


def reuses_houses(case: Case) -> str | None:
    """Reach village land on which idle houses or homesteads are put to use."""
    return only_for("kind", "village")(case) or only_if("idle_house_reuse")(case)


def check_small_site(facts: SmallSite, params: Params) -> Iterator[Ruling]:
    """Let reserved quota serve a small, scattered site for a use the text names, as far as quota is at hand."""
    yield _named("reserved_quota_purpose", facts.reserved_quota_purpose, params.names("reserved_quota_uses"))
    for name in ("site_small", "site_hard_to_locate", "site_needed_outside_expansion"):
        yield on_record_ruling(name, getattr(facts, name))
    yield compared(
        facts.reserved_quota_available_m2,
        ">=",
        facts.reserved_quota_used_m2,
        name="reserved_quota_available_m2",
        met="w14-quota-enough",
        unmet="w14-quota-short",
    )


def check_idle_houses(facts: IdleHouses, params: Params) -> Iterator[Ruling]:
    """Let the collective put idle houses to use in the ways the text explores, within plan and standards."""
    yield _named("idle_house_way", facts.idle_house_way, params.names("idle_house_ways"))
    yield _named("idle_house_purpose", facts.idle_house_purpose, params.names("idle_house_uses"))
    for name in ("idle_house_by_collective", "idle_house_follows_plan", "idle_house_within_standards"):
        yield on_record_ruling(name, getattr(facts, name))


def _named(fact: str, value: str, named: tuple[str, ...]) -> Ruling:
    words = {"value": value, "listed": "、".join(named)}
    return none_missing(fact, {value} - set(named), met="w14-named", unmet="w14-not-named", params=words)


OBLIGATIONS = (
    on_record(
        "（十四）.1",
        "fits_overall_land_use_plan",
        force="must",
        who="county",
        events=("approval",),
        applies=only_for("kind", "village"),
    ),
    Obligation("（十四）.2", "may", "county", ("approval",), draws_quota, SmallSite, check_small_site),
    Intent(
        "（十四）.3",
        force="may",
        who="county",
        reason=NotComputed(
            zh="鼓励土地复合利用、发展相关产业，文件未设条件，无可判定之事。",
            en="Compound use and the industries named are encouraged without conditions: nothing to decide.",
        ),
    ),
    Obligation("（十四）.4", "explore", "village", ("approval",), reuses_houses, IdleHouses, check_idle_houses),
)
