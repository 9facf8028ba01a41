"""（七）.1 County governments and functional zones may ask for compensation indices of the city through its platform.

Of the requests that wait, a place advanced in reclamation comes first, as （九） says; then the older request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

from liangtian import units
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import COMPENSATION, Rows, amounts
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared, failed, passed, unknown

Request = Mapping[str, str | bool | date | None]


@dataclass(frozen=True, slots=True)
class Application:
    transfer_applicant: str
    other_party_in_city: bool
    transfer_amounts: Rows
    transfer_proceeds_yuan: Decimal
    transfer_requests: tuple[Request, ...] | None


def check_application(facts: Application, params: Params) -> Iterator[Ruling]:
    """Pass a county or zone that takes indices of its own city in its turn."""
    zh, en = say("transfer_applicant", facts.transfer_applicant)
    may = facts.transfer_applicant in params.names("transfer_applicants")
    yield (passed if may else failed)(
        "w07-applicant" if may else "w07-applicant-wrong", {"applicant_zh": zh, "applicant_en": en}
    )
    yield declared("other_party_in_city", facts.other_party_in_city, met="w07-inside-city", unmet="w07-outside-city")
    if facts.transfer_requests:
        yield _in_turn(facts.transfer_requests)


def _in_turn(requests: tuple[Request, ...]) -> Ruling:
    """Nobody is matched while one that comes before it waits."""
    if any(row["requested_on"] is None for row in requests):
        return unknown("transfer_requests")
    ranked = sorted(requests, key=lambda row: (not row["advanced"], cast(date, row["requested_on"]), str(row["place"])))
    matched = [position for position, row in enumerate(ranked) if row["matched"]]
    waiting = [position for position, row in enumerate(ranked) if not row["matched"]]
    if matched and waiting and min(waiting) < max(matched):
        first, taken = ranked[min(waiting)], ranked[max(matched)]
        return failed("w07-passed-over", {"place": str(first["place"]), "taken": str(taken["place"])})
    return passed("w07-in-turn", {"count": len(requests)})


def post_transfer(facts: Application, params: Params) -> Iterator[Posting]:
    """Move indices and money at once."""
    for index, amount in amounts(facts.transfer_amounts, COMPENSATION).items():
        yield from move(index, amount, from_=Pocket("provider", "reserve"), to=Pocket("buyer", "reserve"))
    yield from paid(facts.transfer_proceeds_yuan)


def paid(proceeds_yuan: Decimal) -> Iterator[Posting]:
    """Pay the provider into its earmarked money."""
    fen = int(units.round_half_up(Fraction(proceeds_yuan) * 100))
    yield from move("money_fen", fen, from_=Pocket("buyer", "fund"), to=Pocket("provider", "earmarked"))


OBLIGATION = Obligation(
    "（七）.1",
    force="may",
    who="county",
    events=("transfer-in",),
    applies=only_for("transfer_good", "compensation"),
    facts=Application,
    check=check_application,
    post=post_transfer,
)
