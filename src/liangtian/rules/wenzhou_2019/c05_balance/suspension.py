"""（五）.9 A place in default has its other approvals of construction land suspended.

What cures the default stays possible: the approval of the very key project that is in default, and of no more than it
still owes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.ledger.indices import index_words
from liangtian.policy.amounts import BALANCE, Rows, amounts
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, not_applicable, passed, unknown


@dataclass(frozen=True, slots=True)
class Breach:
    key_project_unbalanced: bool | None
    unbalanced_key_projects: tuple[str, ...] | None
    standard_farmland_upgrade_overdue: bool | None
    overdue_upgrades: tuple[str, ...] | None
    cures_breach: bool | None
    cure_beyond_amounts: Rows | None


def check_suspension(facts: Breach, params: Params) -> Iterator[Ruling]:
    """Fail for each default of the place, unless this approval cures it."""
    breaches = {
        "key_project_unbalanced": facts.key_project_unbalanced,
        "standard_farmland_upgrade_overdue": facts.standard_farmland_upgrade_overdue,
    }
    if True not in breaches.values():
        missing = [name for name, value in breaches.items() if value is None]
        yield unknown(*missing) if missing else passed("w05-no-breach")
    elif facts.cures_breach is None:
        yield unknown("cures_breach")
    elif facts.cures_breach:
        yield not_applicable("cures_breach", True)
    else:
        named = {
            "key_project_unbalanced": facts.unbalanced_key_projects,
            "standard_farmland_upgrade_overdue": facts.overdue_upgrades,
        }
        for name, value in breaches.items():
            if value:
                yield failed(f"w05-suspended-{name}", _names(named[name] or ()))
        for index, amount in amounts(facts.cure_beyond_amounts or (), BALANCE).items():
            if amount:
                yield failed("w05-cure-beyond", {**index_words(index), "amount": f"{amount:,}"})


def _names(names: tuple[str, ...]) -> dict[str, str]:
    """What is in default by its name, in brackets; nothing where the register does not name it."""
    zh, en = "、".join(names), ", ".join(names)
    return {"named_zh": f"（{zh}）" if names else "", "named_en": f" ({en})" if names else ""}


OBLIGATION = Obligation(
    "（五）.9",
    force="must",
    who="county",
    events=("approval",),
    applies=only_for("kind", "batch", "single-site", "village"),
    facts=Breach,
    check=check_suspension,
)
