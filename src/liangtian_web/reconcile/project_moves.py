"""What a filing says moved, by its own papers: what was accepted, what its check found owed, what was matched, promised, ordered.

No leg of the book is read here. What a clause adds to a filing's own amounts, a pool's share or a price, stands in the decision
as it was recorded; of a filing that waits, the rulebook is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

from liangtian.errors import LiangtianError
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import BALANCE, COMPENSATION, amounts
from liangtian.units import round_half_up
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import OUTSIDE, REGISTERED, later
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.procedures.commitment import (
    COMMITMENT,
    DEFAULT,
    FULFILMENT,
    OWED,
    PROMISED_APPROVAL,
    SETTLEMENT,
    owed_of,
    promise_of,
)
from liangtian_web.balance.procedures.corrections import FREEZING, THAWING
from liangtian_web.balance.procedures.occupation import APPROVAL, HOLD, POOLING, RELEASE, application_of, surplus_used
from liangtian_web.balance.procedures.pool_use import POOL_USE
from liangtian_web.balance.procedures.poolings import MOVED
from liangtian_web.balance.procedures.staged import STAGED_RELEASE
from liangtian_web.balance.procedures.transfer import LISTING, TRADED, TRANSFER, WITHDRAWAL
from liangtian_web.balance.queries import is_supply
from liangtian_web.balance.ruling import on_book, rule
from liangtian_web.ledger.records import place_key

Amounts = Mapping[str, int]
MONEY = "money_fen"
RESERVE, HELD = Pocket("county", "reserve"), Pocket("county", "held")
USED, COMMITTED, ARREARS = Pocket("county", "used"), Pocket("county", "committed"), Pocket("county", "arrears")
PROVIDER_HELD = Pocket("provider", "held")


@dataclass(frozen=True, slots=True)
class Known:
    """What is read for many filings at once.

    Attributes
    ----------
    promised : (check, place) → what booked promises for that land promise, each with its day
    matched : number of a settlement → its match's amounts and price in fen
    """

    promised: Mapping[tuple[int, int], list[Filing]] = field(default_factory=dict)
    matched: Mapping[UUID, tuple[Mapping[str, Any], int]] = field(default_factory=dict)


def moves(filing: Filing, known: Known) -> list[Posting]:
    """What a filing says it moves, by the roles of its parties.

    That is what was handed in, and what the clauses add: of an acceptance all that was accepted, less what the pools take.
    Events whose amounts stand in a check, a match or an earlier filing have an entry in `SAYS`.
    """
    says = SAYS.get(filing.event)
    if says is not None:
        return list(says(filing, known))
    return [*(each.posting for each in PROCEDURES[filing.event].registered(filing)), *decided(filing)]


def decided(filing: Filing, of: Iterable[str] | None = None) -> Iterator[Posting]:
    """What the clauses made of it: as its decision recorded them, of a filing that waits as they say now.

    Parameters
    ----------
    of : indices; None: all
    """
    decision = getattr(filing, "decision", None)
    if decision is None:
        try:
            rows = [(each.posting, each.rule) for each in rule(filing).postings]
        except LiangtianError:  # a fact is missing: what was handed in stands, what a clause would add is not known
            rows = []
    else:
        rows = [(Posting(*row[:4]), row[4]) for row in decision.postings]
    wanted = None if of is None else set(of)
    yield from (on_book(each) for each, name in rows if name != REGISTERED and (wanted is None or each.index in wanted))


def _moved(table: Amounts, from_: Pocket, to: Pocket) -> Iterator[Posting]:
    for index, amount in table.items():
        yield from move(index, amount, from_=from_, to=to)


def _stated(filing: Filing, name: str, of: Iterable[str] = COMPENSATION) -> dict[str, int]:
    return amounts(filing.facts.get(name) or (), tuple(of))


def _released(filing: Filing, known: Known) -> Iterator[Posting]:
    yield from _moved(_stated(filing, "release_amounts"), Pocket("county", "retained"), RESERVE)


def _pool_used(filing: Filing, known: Known) -> Iterator[Posting]:
    yield from _moved(_stated(filing, "pool_use_amounts"), Pocket("city", "municipal"), RESERVE)
    yield from decided(filing, [MONEY])


def due(filing: Filing, known: Known) -> dict[str, int]:
    """Index → what the land of an application's check owes, less what was promised for it by the day of the filing."""
    began = application_of(filing)
    promises = known.promised.get((began.run_id or 0, began.place_id), ())
    promised = Counter[str]()
    for each in promises:
        if each.on <= filing.on:
            promised.update(_stated(each, "promised_amounts", BALANCE))
    owed = owed_of(began, place_key(began.place))
    left = {index: max(Fraction(0), Fraction(owed.get(OWED[index]) or 0) - promised[index]) for index in BALANCE}
    return {index: int(round_half_up(figure)) for index, figure in left.items()}


def _source(filing: Filing) -> Pocket:
    """The pool an occupation draws on."""
    began = application_of(filing)
    if is_supply(began):
        return Pocket("provider", "reserve")
    return Pocket("province", "provincial") if began.facts.get("balance_path") == POOLING else RESERVE


def _held(filing: Filing, known: Known) -> Iterator[Posting]:
    """What the check owes; what another listed is held already, and only changes what it is held for."""
    if is_supply(filing):
        return
    pool = _source(filing)
    yield from _moved(due(filing, known), pool, Pocket(pool.party, "held"))


def _written_off(filing: Filing, known: Known) -> Iterator[Posting]:
    """What is owed on the day of the approval; what was held beyond it goes back."""
    pool, held, owed = _source(filing), due(application_of(filing), known), due(filing, known)
    yield from _moved(owed, Pocket(pool.party, "held"), Pocket(pool.party, "used"))
    yield from _moved({i: held[i] - owed[i] for i in BALANCE}, Pocket(pool.party, "held"), pool)
    yield from (each.posting for each in surplus_used(filing))
    yield from decided(filing, [MONEY])


def _given_back(filing: Filing, known: Known) -> Iterator[Posting]:
    pool = _source(filing)
    yield from _moved(due(application_of(filing), known), Pocket(pool.party, "held"), pool)


def _promised(filing: Filing, known: Known) -> Iterator[Posting]:
    yield from _moved(_stated(filing, "promised_amounts", BALANCE), OUTSIDE, COMMITTED)


def _kept(filing: Filing, known: Known) -> Iterator[Posting]:
    supplied = _stated(filing, "supplied_amounts", BALANCE)
    yield from _moved(supplied, RESERVE, USED)
    yield from _moved(supplied, COMMITTED if filing.event == FULFILMENT.event else ARREARS, OUTSIDE)


def _defaulted(filing: Filing, known: Known) -> Iterator[Posting]:
    """What was promised and not supplied; how much of it the reserve covered is the decision's to say."""
    promise = promise_of(filing)
    left = Counter(_stated(promise, "promised_amounts", BALANCE))
    for each in later(promise):
        if each.event == FULFILMENT.event and each.on <= filing.on:
            left.subtract(_stated(each, "supplied_amounts", BALANCE))
    yield from _moved(left, COMMITTED, OUTSIDE)
    yield from (each for each in decided(filing) if (each.party, each.pool) not in (COMMITTED, OUTSIDE))


def _listed(filing: Filing, known: Known) -> Iterator[Posting]:
    yield from _moved(_stated(filing, "transfer_amounts", TRADED), RESERVE, HELD)


def _transferred(filing: Filing, known: Known) -> Iterator[Posting]:
    """What was matched, at the price agreed; what was handed in where no match stands behind it."""
    table, fen = known.matched.get(filing.uuid) or (_stated(filing, "transfer_amounts", TRADED), 0)
    yield from _moved(amounts((table,), TRADED), PROVIDER_HELD, Pocket("buyer", "reserve"))
    fen = fen or int(round_half_up(Fraction(str(filing.facts.get("transfer_proceeds_yuan") or 0)) * 100))
    yield from move(MONEY, fen, from_=Pocket("buyer", "fund"), to=Pocket("provider", "earmarked"))


def left_of(listing: Filing, known: Known, *, but: Filing | None = None) -> dict[str, int]:
    """Index → what of a listing, or of what was held or frozen, nothing that followed has taken."""
    if listing.event == HOLD.event:
        return due(listing, known)
    if listing.event == FREEZING.event:
        return _stated(listing, "moved_amounts", MOVED)
    left = Counter(_stated(listing, "transfer_amounts", TRADED))
    for each in later(listing):
        if but is None or each.pk < but.pk:
            left.subtract(taken_by(each, known))
    return dict(left)


def taken_by(filing: Filing, known: Known) -> Amounts:
    """Index → what a filing that goes on with a listing takes of it."""
    if is_supply(filing):
        return due(filing, known)
    if filing.event != TRANSFER.event:
        return {}
    return {each.index: each.amount for each in _transferred(filing, known) if each.pool == "reserve"}


def _taken_back(filing: Filing, known: Known) -> Iterator[Posting]:
    assert filing.begun is not None
    yield from _moved(left_of(filing.begun, known, but=filing), HELD, RESERVE)


def _thawed(filing: Filing, known: Known) -> Iterator[Posting]:
    assert filing.begun is not None
    yield from _moved(left_of(filing.begun, known), HELD, RESERVE)


def lapsed(filing: Filing, known: Known) -> Iterator[Posting]:
    """What comes back of a hold on its day."""
    pool = _source(filing) if filing.event == HOLD.event else RESERVE
    yield from _moved(left_of(filing, known), Pocket(pool.party, "held"), pool)


def _nothing(filing: Filing, known: Known) -> Iterator[Posting]:
    yield from ()


SAYS: Mapping[str, Callable[[Filing, Known], Iterator[Posting]]] = {
    STAGED_RELEASE.event: _released,
    POOL_USE.event: _pool_used,
    HOLD.event: _held,
    APPROVAL.event: _written_off,
    RELEASE.event: _given_back,
    COMMITMENT.event: _promised,
    PROMISED_APPROVAL.event: _nothing,
    FULFILMENT.event: _kept,
    SETTLEMENT.event: _kept,
    DEFAULT.event: _defaulted,
    LISTING.event: _listed,
    TRANSFER.event: _transferred,
    WITHDRAWAL.event: _taken_back,
    THAWING.event: _thawed,
}
