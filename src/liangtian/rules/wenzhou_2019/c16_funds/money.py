"""（十六）.1–.2 Merged funds serve the project's works; proceeds of its indices serve its villages first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, passed, unknown
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Proceeds:
    proceeds_for_village: bool
    village_needs_open_yuan: Decimal | None


def check_proceeds(facts: Proceeds, params: Params) -> Iterator[Ruling]:
    """Pass money for the village consolidated; other money only once the village lacks none."""
    if facts.proceeds_for_village:
        yield passed("w16-for-village")
    elif facts.village_needs_open_yuan is None:
        yield unknown("village_needs_open_yuan")
    else:
        yield compared(
            facts.village_needs_open_yuan,
            "=",
            0,
            name="village_needs_open_yuan",
            unit="yuan",
            met="w16-village-served",
            unmet="w16-village-waits",
        )


MERGED = on_record(
    "（十六）.1",
    "paid_for_project_works",
    force="must",
    who="county",
    events=("payment",),
    applies=only_for("consolidation_payment", "merged-funds"),
)
PROCEEDS = Obligation(
    "（十六）.2",
    force="must",
    who="county",
    events=("payment",),
    applies=only_for("consolidation_payment", "transfer-proceeds"),
    facts=Proceeds,
    check=check_proceeds,
)
