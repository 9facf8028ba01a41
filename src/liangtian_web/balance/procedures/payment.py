"""专款支出: earmarked money is paid out by its clauses, whatever brought it, and never beyond what is left of its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from liangtian.ledger.posting import Pocket
from liangtian.policy.evaluate import Posted
from liangtian.units import round_half_up
from liangtian_web.balance.earmarked import MONEY, Source, lock_source, source_of
from liangtian_web.balance.models import Filing, Payment
from liangtian_web.balance.procedure import OUTSIDE, REGISTERED, Procedure, posted
from liangtian_web.balance.procedures.occupation import APPROVAL, application_of
from liangtian_web.balance.procedures.transfer import TRANSFER
from liangtian_web.errors import StageRefused

EARMARKED = Pocket("county", "earmarked")


def listing_behind(source: Source) -> Filing | None:
    """What was listed on the platform and brought the money as its price; None: it is no proceeds of a transfer."""
    filing = source.filing
    if filing is None or filing.event not in (TRANSFER.event, APPROVAL.event):
        return None
    return filing.begun if filing.event == TRANSFER.event else application_of(filing).begun


def check_left(asked: int, left: int) -> None:
    """See that no more is paid out than is left, in fen.

    Raises
    ------
    StageRefused
    """
    if asked > left:
        words = {name: f"{Decimal(fen) / 100:,.2f}" for name, fen in (("amount", asked), ("left", left))}
        raise StageRefused("earmarked-overspent", **words)


def _to_pay(filing: Filing) -> Iterator[Posted]:
    fen = int(round_half_up(Fraction(Decimal(str(filing.facts["proceeds_paid_yuan"]))) * 100))
    yield from posted(REGISTERED, MONEY, fen, from_=EARMARKED, to=OUTSIDE)


def _payment(filing: Filing) -> Payment:
    return Payment.objects.select_related("source__filed__filing", "filing").get(filing=filing)


def _still_left(filing: Filing, today: date) -> None:
    """What it is paid out of stands, and covers what is asked of it."""
    payment = _payment(filing)
    lock_source(payment.source)
    source = source_of(payment)
    if source is None:
        raise StageRefused("earmarked-gone")
    check_left(payment.fen, source.left + payment.fen)  # what it asks for waits, and is counted already


def _source(filing: Filing) -> tuple[str, ...]:
    source = _payment(filing).source
    decision = getattr(source, "filed", None)
    return (f"filing:{decision.filing.uuid}" if decision else f"entry:{source.uuid}",)


def _says(filing: Filing) -> Iterator[tuple[str, str]]:
    payment = _payment(filing)
    source = source_of(payment)
    if source is not None:
        yield str(_("专款来源")), f"{source.word} · {source.document}"
    yield str(_("收款单位")), payment.payee


PAYMENT = Procedure(
    event="proceeds-use",
    word=_("专款支出"),
    done=_("已支出"),
    kind="payment",
    gates=("wenzhou-2019（七）.4", "wenzhou-2019（十六）.2"),
    asks="payment",
    registered=_to_pay,
    evidence=_source,
    ready=_still_left,
    says=_says,
)
