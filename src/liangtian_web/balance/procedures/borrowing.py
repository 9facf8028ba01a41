"""借用与归还: a place uses what is another's until a day, and the book keeps what it owes as a debt.

The lender's credit goes to the borrower's reserve; the same amount stands in the borrower's `borrowed`. What is returned goes back to
the lender's pool, from whichever lots the borrower has, and the debt falls with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.posting import Pocket, Posting
from liangtian.policy.amounts import amounts
from liangtian.policy.evaluate import Posted
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import (
    OUTSIDE,
    Next,
    Parties,
    Procedure,
    check_within,
    follow,
    from_reserve,
    goes_on_with,
    later,
    own_place,
)
from liangtian_web.balance.procedures.poolings import MOVED, RESERVE, moved
from liangtian_web.balance.queries import stands
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.records import places_by_key

DEBT = Pocket("county", "borrowed")
SOON_DAYS = 30


def loan_of(filing: Filing) -> Filing:
    """The loan a filing is, or goes on with."""
    return filing.begun or filing


def _between(filing: Filing) -> dict[str, str]:
    return own_place(filing) | {"lender": loan_of(filing).facts["lender"]}


def _pool(filing: Filing) -> Pocket:
    return Pocket("lender", loan_of(filing).facts["lender_pool"])


def lent(filing: Filing) -> Iterator[Posted]:
    """The lender's credit goes to the borrower, who owes as much."""
    yield from moved(filing, _pool(filing), RESERVE)
    yield from moved(filing, OUTSIDE, DEBT)


def returned(filing: Filing) -> Iterator[Posted]:
    """As much goes back, and is owed no more."""
    yield from moved(filing, RESERVE, _pool(filing))
    yield from moved(filing, DEBT, OUTSIDE)


def outstanding(loan: Filing) -> dict[str, int]:
    """Index → what of a loan is not returned yet; nothing once it is reversed."""
    if not stands(loan):
        return {}
    left = amounts(loan.facts["moved_amounts"], MOVED)
    for each in later(loan):
        for index, amount in amounts(each.facts["moved_amounts"], MOVED).items():
            left[index] -= amount
    return {index: amount for index, amount in left.items() if amount}


def due_of(loan: Filing) -> date:
    """The day by which a loan is to be returned."""
    return date.fromisoformat(loan.facts["return_due_on"])


def lender_of(loan: Filing) -> str:
    """The lender's name."""
    place = places_by_key([loan.facts["lender"]]).get(loan.facts["lender"])
    return place.name if place else loan.facts["lender"]


def state_of(loan: Filing, on: date) -> tuple[str, Any]:
    """The colour and word of a loan on a day."""
    if not outstanding(loan):
        return "pass", _("已还清")
    if due_of(loan) < on:
        return "fail", _("逾期未还")
    if due_of(loan) <= on + timedelta(days=SOON_DAYS):
        return "unknown", _("30 日内到期")
    return "running", _("借用中")


def give_back(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Return no more than is owed.

    Raises
    ------
    StageRefused : another return was booked in between
    """
    check_within(filing, "moved_amounts", outstanding(loan_of(filing)), "balance-beyond-borrowed")
    return from_reserve(filing, moved, parties, about)


def _state(filing: Filing) -> tuple[str, Any]:
    return state_of(filing, timezone.localdate())


def _says(filing: Filing) -> Iterator[tuple[str, str]]:
    yield str(_("借出单元")), lender_of(filing)


def _next(filing: Filing) -> tuple[Next, ...]:
    if not outstanding(filing):
        return ()
    return (follow(RETURN.word, "balance:next", filing.uuid, RETURN.event),)


BORROWING = Procedure(
    event="borrow",
    word=_("指标借用"),
    done=_("借用中"),
    kind="borrow",
    gates=(),
    registered=lent,
    parties=_between,
    follows=_next,
    state=_state,
    says=_says,
)
RETURN = Procedure(
    event="borrow-return",
    word=_("归还借用指标"),
    done=_("已归还"),
    kind="return",
    gates=(),
    registered=returned,
    parties=_between,
    book=give_back,
    evidence=goes_on_with,
)
