"""Ask to pay out earmarked money: of any source, once for each form, never beyond what is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction

from liangtian.policy.facts import plain_facts
from liangtian.units import round_half_up
from liangtian_web.balance import actions
from liangtian_web.balance.earmarked import Source, as_it_stands, lock_source
from liangtian_web.balance.models import Filing, Payment
from liangtian_web.balance.procedures.payment import PAYMENT, check_left, listing_behind
from liangtian_web.errors import StageRefused
from liangtian_web.people.models import Place
from liangtian_web.people.requests import Request


@dataclass(frozen=True, slots=True)
class Spending:
    """What earmarked money is to be paid for, and to whom; `village`: whom it serves."""

    amount_yuan: Decimal
    paid_for: str
    payee: str
    village: Place | None = None
    reason: str = ""


def pay(request: Request, source: Source, spending: Spending, head: actions.Head, more: Mapping[str, Any]) -> Filing:
    """Ask to pay out of a source; another keeper decides.

    Parameters
    ----------
    more : further facts of the payment, by name

    Raises
    ------
    StageRefused : what brought it was reversed, came later than the day of the payment, or less is left of it
    """
    fen = int(round_half_up(Fraction(spending.amount_yuan) * 100))
    facts = {
        "paid_from": "transfer-proceeds" if listing_behind(source) else "other",
        "paid_for": spending.paid_for,
        "proceeds_paid_yuan": spending.amount_yuan,
        **({"spending_reason_recorded": bool(spending.reason)} if spending.paid_for == "other" else {}),
        **more,
    }
    with transaction.atomic():
        lock_source(source.entry)
        if not Filing.objects.filter(uuid=head.uuid).exists():
            _check(source, fen, head)
        filing = actions.file(request, head, PAYMENT.event, facts=plain_facts(facts))
        given = {"source": source.entry, "fen": fen, "payee": spending.payee, "village": spending.village}
        actions.beside(Payment, filing, **given, reason=spending.reason)
    return filing


def _check(source: Source, fen: int, head: actions.Head) -> None:
    now = as_it_stands(source)
    if now is None:
        raise StageRefused("earmarked-gone")
    if head.on < now.entry.on:
        raise StageRefused("earmarked-early", on=head.on.isoformat(), since=now.entry.on.isoformat())
    check_left(fen, now.left)
