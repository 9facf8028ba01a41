"""（八）.1, .3 Who may balance by commitment: listed infrastructure of provincial level, and 补改结合 submitted upward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import BALANCE, Rows, amounts, compared_amounts
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown

Step = Mapping[str, str | date | None]
STEPS = {
    "adjustment": ("项目调整", "adjustment"),
    "works": ("项目实施", "works"),
    "acceptance": ("项目验收", "acceptance"),
    "filing": ("报备", "filing"),
}


@dataclass(frozen=True, slots=True)
class Infrastructure:
    infrastructure_type: str
    project_level: str
    promised_amounts: Rows
    farmland_quantity_m2: Decimal | None
    capacity_kg: int | None
    paddy_m2: Decimal | None


@dataclass(frozen=True, slots=True)
class SupplementImprove:
    submitted_to: str
    promised_amounts: Rows
    promised_steps: tuple[Step, ...]


def check_infrastructure(facts: Infrastructure, params: Params) -> Iterator[Ruling]:
    """Pass a listed kind of the right level whose promise covers quantity and quality."""
    yield _listed("infrastructure_type", facts.infrastructure_type, params.names("infrastructure_types"))
    yield _listed("project_level", facts.project_level, params.names("infrastructure_levels"))
    promised = amounts(facts.promised_amounts, BALANCE)
    owed = {
        "quantity_m2": ("farmland_quantity_m2", facts.farmland_quantity_m2),
        "capacity_kg": ("capacity_kg", facts.capacity_kg),
        "paddy_m2": ("paddy_m2", facts.paddy_m2),
    }
    for index, (name, figure) in owed.items():
        if figure is None:
            yield unknown(name)
        else:
            yield compared_amounts(
                promised[index],
                ">=",
                int(units.round_half_up(Fraction(figure))),
                index=index,
                name="promised_amounts",
                met="w08-promise-covers",
                unmet="w08-promise-short",
            )


def check_supplement_improve(facts: SupplementImprove, params: Params) -> Iterator[Ruling]:
    """Pass a project submitted to state or province that promises a day for every step."""
    yield _listed("submitted_to", facts.submitted_to, params.names("commitment_authorities"))
    dated = {row["step"] for row in facts.promised_steps if row["due_on"] is not None}
    missing = [step for step in params.names("commitment_steps") if step not in dated]
    if missing:
        zh, en = zip(*(STEPS.get(step, (step, step)) for step in missing), strict=True)
        yield failed("w08-steps-undated", {"steps_zh": "、".join(zh), "steps_en": ", ".join(en)})
    else:
        yield passed("w08-steps-dated")


def _listed(name: str, value: str, listed: tuple[str, ...]) -> Ruling:
    zh, en = say(name, value)
    words = {"value_zh": zh, "value_en": en}
    return passed("w08-may-commit", words) if value in listed else failed("w08-may-not-commit", words)


def post_promise(facts: Infrastructure | SupplementImprove, params: Params) -> Iterator[Posting]:
    """Enter the promise as a debt of the place."""
    for index, amount in amounts(facts.promised_amounts, BALANCE).items():
        yield from move(index, amount, from_=Pocket("outside", "outside"), to=Pocket("county", "committed"))


INFRASTRUCTURE = Obligation(
    "（八）.1",
    force="may",
    who="construction-unit",
    events=("commitment",),
    applies=only_for("commitment_kind", "infrastructure"),
    facts=Infrastructure,
    check=check_infrastructure,
    post=post_promise,
)
SUPPLEMENT_IMPROVE = Obligation(
    "（八）.3",
    force="must",
    who="county",
    events=("commitment",),
    applies=only_for("commitment_kind", "supplement-improve"),
    facts=SupplementImprove,
    check=check_supplement_improve,
    post=post_promise,
)
