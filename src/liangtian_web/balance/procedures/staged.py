"""分期释放 and 指标追回: what was kept back of an accepted project is released, or its credit is taken back wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Max, Sum
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.posting import Posting
from liangtian.policy.amounts import COMPENSATION
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import Next, Parties, Procedure, follow, own_place, stated
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account, Entry, Lot
from liangtian_web.ledger.queries import holdings_of
from liangtian_web.ledger.records import OUTSIDE, places_by_key

# Fact → whose pool of which name; what stands elsewhere is held, used or passed on.
REPLACE = "clawback-debt"  # its procedure stands in a file of its own
LEFT = {
    "lot_retained_amounts": ("county", "retained"),
    "lot_reserve_amounts": ("county", "reserve"),
    "lot_municipal_amounts": ("city", "municipal"),
    "lot_provincial_amounts": ("province", "provincial"),
}


def lot_of(accepted: Filing) -> Lot:
    """The lot an accepted project opened."""
    return Lot.objects.filter(legs__entry=accepted.decision.entry).distinct().get()


def moved_last(accepted: Filing) -> date:
    """The last day on which credit of an accepted project's lot moved, reversed movements apart."""
    legs = lot_of(accepted).legs.filter(implied=False, entry__reverses=None, entry__reversed_by=None)
    last: date = legs.aggregate(last=Max("on"))["last"]
    return last


def released(filing: Filing, key: str) -> dict[str, object]:
    """What was asked for, beside what the book keeps back of the lot."""
    return stated(filing, key) | {"retained_amounts": (left_of(filing)["lot_retained_amounts"],)}


def taken_back(filing: Filing, key: str) -> dict[str, object]:
    """The reason, what is left of the lot pool by pool and what is not, and what the city paid for its share."""
    left = left_of(filing)
    credited = _credited(filing)
    gone = {index: credited[index] - sum(found[index] for found in left.values()) for index in COMPENSATION}
    found = {name: (each,) for name, each in left.items()} | {"lot_spoken_for_amounts": (gone,)}
    return stated(filing, key) | found | _paid(filing)


def _paid(filing: Filing) -> dict[str, object]:
    """What the city pooled at the acceptance, and what it paid for that, as the decision booked it."""
    assert filing.begun is not None
    pooled: dict[str, int] = {}
    fen = 0
    for party, pool, index, amount, _rule in filing.begun.decision.postings:
        if (party, pool) == ("city", "municipal"):
            pooled[index] = pooled.get(index, 0) + amount
        elif (party, pool, index) == ("city", "fund", "money_fen"):
            fen -= amount
    return {"lot_pooled_amounts": (pooled,), "lot_pool_price_yuan": Decimal(fen) / 100}


def left_of(filing: Filing) -> dict[str, dict[str, int]]:
    """Fact → index → what the lot still has there from the day of the filing on."""
    return {
        name: {index: sum(each.values()) for index, each in found.items()} for name, found in _slices(filing).items()
    }


def _slices(filing: Filing) -> dict[str, dict[str, dict[str, int]]]:
    assert filing.begun is not None
    serial = lot_of(filing.begun).serial
    parties = own_place(filing)
    places = places_by_key(parties.values())
    found: dict[str, dict[str, dict[str, int]]] = {}
    for name, (party, pool) in LEFT.items():
        accounts = Account.objects.filter(place=places.get(parties.get(party, "")), pool=pool)
        numbers = dict(accounts.exclude(place=None).values_list("index", "pk"))
        found[name] = {
            index: {lot: amount for lot, amount in _held(numbers.get(index), filing) if lot == serial}
            for index in COMPENSATION
        }
    return found


def _held(account: int | None, filing: Filing) -> Iterator[tuple[str, int]]:
    if account is not None:
        yield from holdings_of(account, filing.on)


def _credited(filing: Filing) -> dict[str, int]:
    """What the acceptance brought into the book."""
    assert filing.begun is not None
    legs = lot_of(filing.begun).legs.filter(entry=filing.begun.decision.entry, account__pool=OUTSIDE)
    sums = dict(legs.values_list("account__index").annotate(Sum("amount")))
    return {index: -sums.get(index, 0) for index in COMPENSATION}


def of_this_lot(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Move the lot's own credit and no other."""
    named: Mapping[tuple[str, str, str], list[tuple[str, int]]] = {
        (parties[party], pool, index): list(slices.items())
        for name, (party, pool) in LEFT.items()
        if party in parties
        for index, slices in _slices(filing)[name].items()
    }
    return book.spend(moved, about, parties=parties, lots=named)


def after_acceptance(filing: Filing) -> tuple[Next, ...]:
    """Release what is kept back, or take credit back, while something is left of the lot."""
    steps = []
    trial = Filing(event="", place=filing.place, on=filing.on, begun=filing)
    left = left_of(trial)
    if any(left["lot_retained_amounts"].values()):
        steps.append(follow(STAGED_RELEASE.word, "balance:next", filing.uuid, STAGED_RELEASE.event))
    if any(amount for found in left.values() for amount in found.values()):
        steps.append(follow(CLAWBACK.word, "balance:next", filing.uuid, CLAWBACK.event))
    elif any(amount for amount in in_the_book(filing).values()):
        steps.append(follow(_("追回补缺"), "balance:next", filing.uuid, REPLACE))
    return tuple(steps)


def in_the_book(accepted: Filing) -> dict[str, int]:
    """Index → what of an accepted project's lot has not left the book."""
    legs = lot_of(accepted).legs.filter(account__pool=OUTSIDE, implied=False)
    sums = dict(legs.order_by().values_list("account__index").annotate(Sum("amount")))
    return {index: -sums.get(index, 0) for index in COMPENSATION}


STAGED_RELEASE = Procedure(
    event="staged-release",
    word=_("分期释放"),
    done=_("已释放"),
    kind="staged-release",
    gates=("staged-release-2026（释放）.2",),
    facts=released,
    book=of_this_lot,
)
CLAWBACK = Procedure(
    event="clawback",
    word=_("指标追回"),
    done=_("已追回"),
    kind="clawback",
    gates=("staged-release-2026（追回）.1",),
    facts=taken_back,
    book=of_this_lot,
)
