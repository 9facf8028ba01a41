"""How commitments stand in the book: promised, supplied, deducted and left in arrears until the end of a day.

Nobody types these figures: they are the legs of a commitment's entry and of the entries that followed it, with whatever
was reversed taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Q, Sum

from liangtian.policy.amounts import BALANCE
from liangtian_web.balance.models import Filing
from liangtian_web.ledger.models import Account, Entry, Leg
from liangtian_web.ledger.queries import balance
from liangtian_web.people.models import Place

PROMISE, KEEP, SETTLE, DUE = "commitment", "fulfilment", "arrears-settlement", "commitment-due"
FOLLOWING = (KEEP, SETTLE, DUE)
EVER = date.max

Amounts = Mapping[str, int]
_Moved = Counter[tuple[str, str, str]]  # event, pool, index


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a promise, index by index.

    Attributes
    ----------
    deducted : what a default took from the reserve; left: what it could not take, now in arrears
    settled : supplied against these arrears
    kept_on : the day of the last supply, where nothing of the promise is left to supply
    """

    promised: Amounts = field(default_factory=lambda: _none())
    fulfilled: Amounts = field(default_factory=lambda: _none())
    deducted: Amounts = field(default_factory=lambda: _none())
    left: Amounts = field(default_factory=lambda: _none())
    settled: Amounts = field(default_factory=lambda: _none())
    kept_on: date | None = None

    @property
    def outstanding(self) -> Amounts:
        """What stands in the book as committed."""
        gone = (self.fulfilled, self.deducted, self.left)
        return {index: self.promised[index] - sum(each[index] for each in gone) for index in BALANCE}

    @property
    def arrears(self) -> Amounts:
        """What stands in the book as arrears."""
        return {index: self.left[index] - self.settled[index] for index in BALANCE}

    @property
    def is_open(self) -> bool:
        """Whether something is still to be supplied, in time or late."""
        return any(self.outstanding.values()) or any(self.arrears.values())

    @property
    def is_defaulted(self) -> bool:
        """Whether the default was booked."""
        return any(self.deducted.values()) or any(self.left.values())


def _none() -> Amounts:
    return dict.fromkeys(BALANCE, 0)


def standing(promise: Filing, on: date = EVER) -> Standing:
    """How one commitment stands; without a day, by everything that is booked, later days included."""
    return standings([promise], on)[promise.pk]


def standings(promises: Iterable[Filing], on: date = EVER) -> dict[int, Standing]:
    """Commitment → how it stands at the end of a business day, in three questions for all of them."""
    numbers = [each.pk for each in promises]
    entries = _entries(numbers)
    moved: dict[int, _Moved] = {number: Counter() for number in numbers}
    supplied: dict[int, Counter[date]] = {number: Counter() for number in numbers}
    legs = Leg.objects.filter(entry__in=entries, account__pool__in=("committed", "arrears"), implied=False, on__lte=on)
    sums = legs.order_by().values_list("entry", "on", "account__pool", "account__index").annotate(Sum("amount"))
    for entry, day, pool, index, amount in sums:
        promise, event = entries[entry]
        moved[promise][event, pool, index] += amount
        if event == KEEP:
            supplied[promise][day] -= amount
    return {number: _standing(moved[number], supplied[number]) for number in numbers}


def _entries(promises: list[int]) -> dict[int, tuple[int, str]]:
    """Entry → the commitment it belongs to and the event it booked; what reversed an entry goes with it."""
    rows = Filing.objects.filter(Q(pk__in=promises) | Q(begun__in=promises, event__in=FOLLOWING))
    booked = rows.filter(decision__entry__isnull=False).order_by()
    found = {
        entry: (begun or number, event)
        for number, begun, event, entry in booked.values_list("pk", "begun", "event", "decision__entry")
    }
    undone = Entry.objects.filter(reverses__in=found).order_by().values_list("pk", "reverses")
    return found | {entry: found[original] for entry, original in undone if original is not None}


def _standing(moved: _Moved, supplied: Counter[date]) -> Standing:
    def total(event: str, pool: str, sign: int) -> dict[str, int]:
        return {index: sign * moved[event, pool, index] for index in BALANCE}

    taken, left = total(DUE, "committed", -1), total(DUE, "arrears", 1)
    found = Standing(
        promised=total(PROMISE, "committed", 1),
        fulfilled=total(KEEP, "committed", -1),
        deducted={index: taken[index] - left[index] for index in BALANCE},
        left=left,
        settled=total(SETTLE, "arrears", -1),
    )
    days = [day for day, amount in supplied.items() if amount]
    if not days or found.is_defaulted or any(found.outstanding.values()):
        return found
    return replace(found, kept_on=max(days))


def promised_for(filing: Filing, on: date) -> tuple[Amounts, ...]:
    """What was promised for the land of a filing's check by the day, in the filing's place: a row a commitment."""
    if filing.run_id is None:
        return ()
    rows = Filing.objects.filter(event=PROMISE, run=filing.run_id, place=filing.place, decision__entry__isnull=False)
    return tuple(each.promised for each in standings(rows, on).values() if any(each.promised.values()))


def arrears_on(place: Place, on: date) -> dict[str, int]:
    """Index → what a place owes in the book as arrears of commitments, whichever they are."""
    rows = Account.objects.filter(place=place, pool="arrears", index__in=BALANCE)
    return dict.fromkeys(BALANCE, 0) | {row.index: balance(row, on) for row in rows}
