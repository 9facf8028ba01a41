"""The account of use of the city's pool, Wenzhou （六）: what came into it and from whom, what it was used for, what was paid.

Every figure is a sum of lines and every line an entry. A reversal stands under what it takes back, so that a pooling and its
reversal cancel there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet, Sum
from django.utils.translation import get_language, gettext

from liangtian.ledger.indices import indices
from liangtian.policy.facts import dictionary
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.balance.procedures.pool_use import UNLISTED
from liangtian_web.ledger.models import Account, Entry, Leg
from liangtian_web.ledger.queries import accounts_for, balances
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for

POOL, MONEY = "municipal", "money_fen"
POOLED, LISTED, OTHER_USE, ELSE = SORTS = ("pooled", "listed", "other-use", "else")
POOLING = ("acceptance", "staged-release", "city-pooling")  # kinds that fill the pool
USING = "pool-use"


@dataclass(frozen=True, slots=True)
class Line:
    """What one entry moved into (+) or out of (−) the pool.

    Attributes
    ----------
    sort : one of `SORTS`
    other : the place on the other side; None: the world outside the book
    filing : what was filed for it, where a procedure booked it
    amounts : index → amount
    fen : what the city received (+) or paid (−) in the same entry
    lapse : a hold came to its day
    """

    entry: Entry
    on: date
    sort: str
    other: Place | None
    filing: Filing | None
    amounts: Mapping[str, int]
    fen: int
    lapse: bool

    @property
    def purpose(self) -> str:
        """What the pool was used for, as the register of purposes words it."""
        named = (
            str(self.filing.facts.get("pool_purpose", "")) if self.filing and self.sort in (LISTED, OTHER_USE) else ""
        )
        words = dictionary()["pool_purpose"].values.get(named)
        return words["en" if get_language() == "en" else "zh"] if words else named

    @property
    def reason(self) -> str:
        """Why it was used for something the clause does not list."""
        return str(self.filing.facts.get("pool_use_reason") or "") if self.filing and self.sort == OTHER_USE else ""

    @property
    def project(self) -> str:
        """Whose project it was."""
        return self.filing.project if self.filing else ""

    @property
    def shown_fen(self) -> int:
        """Money in the sense of its table: what was paid for what came, else what was received."""
        return -self.fen if self.sort == POOLED else self.fen


@dataclass(frozen=True, slots=True)
class Sums:
    """One index over the period; `account`: where its statement is read."""

    account: Account
    opening: int
    closing: int
    moved: Mapping[str, int] = field(default_factory=dict)

    @property
    def index(self) -> str:
        """Its index."""
        return self.account.index


@dataclass(frozen=True, slots=True)
class Use:
    """The pool of a city from the start of `since` to the end of `until`; `lines`: by business day."""

    city: Place
    since: date
    until: date
    known_on: datetime | None
    sums: Sequence[Sums]
    lines: Sequence[Line]

    def of(self, sort: str) -> list[Line]:
        """The lines of a sort; those that came, place by place."""
        found = [each for each in self.lines if each.sort == sort]
        return sorted(found, key=lambda each: each.other.path if each.other else "") if sort == POOLED else found

    @property
    def paid(self) -> int:
        """What the city paid for what came, fen."""
        return sum(each.shown_fen for each in self.of(POOLED))

    @property
    def received(self) -> int:
        """What it received for what was used."""
        return sum(each.fen for sort in (LISTED, OTHER_USE) for each in self.of(sort))


def cities_for(user: User) -> QuerySet[Place]:
    """The cities of the user that keep a pool."""
    kept = accounts_for(user).filter(pool=POOL, place__kind=Place.Kind.CITY)
    return places_for(user).filter(pk__in=kept.values("place")).select_related("book_key")


def use_of(city: Place, since: date, until: date, known_on: datetime | None = None) -> Use:
    """The account of some days, of what was recorded until a moment (None: all)."""
    accounts = Account.objects.filter(place=city, pool=POOL).select_related("place__book_key")
    lines = _lines(city, accounts, (since, until), known_on)
    first = {each.account.pk: each.amount for each in balances(accounts, since - timedelta(days=1), known_on)}
    sums = [
        _sums(each.account, first[each.account.pk], each.amount, lines) for each in balances(accounts, until, known_on)
    ]
    order = list(indices())
    kept = [each for each in sums if each.opening or each.closing or each.moved]
    return Use(city, since, until, known_on, sorted(kept, key=lambda each: order.index(each.index)), lines)


def _sums(account: Account, opening: int, closing: int, lines: Iterable[Line]) -> Sums:
    moved: dict[str, int] = {}
    for line in lines:
        if amount := line.amounts.get(account.index):
            moved[line.sort] = moved.get(line.sort, 0) + amount
    return Sums(account, opening, closing, moved)


def _lines(city: Place, accounts: QuerySet[Account], days: tuple[date, date], known_on: datetime | None) -> list[Line]:
    legs = Leg.objects.filter(account__in=accounts, on__range=days).select_related("account", "entry__reverses")
    if known_on is not None:
        legs = legs.filter(entry__recorded_at__lte=known_on)
    moved: defaultdict[tuple[date, int, bool], dict[str, int]] = defaultdict(dict)
    entries: dict[int, Entry] = {}
    for leg in legs.order_by("on", "entry_id", "implied", "n"):
        entries[leg.entry_id] = leg.entry
        amounts, index = moved[leg.on, leg.entry_id, leg.implied], leg.account.index
        amounts[index] = amounts.get(index, 0) + leg.amount
    filings, others = _filings(entries.values()), _others(city, entries)
    money = _money(city, entries)
    found = []
    for (on, number, lapse), amounts in moved.items():
        entry, kept = entries[number], {index: amount for index, amount in amounts.items() if amount}
        filing = filings.get(entry.reverses_id or number)
        if kept:
            other = filing.place if filing and filing.place_id != city.pk else others.get(number)
            fen = 0 if lapse else money.get(number, 0)
            found.append(Line(entry, on, _sort(entry, filing, lapse=lapse), other, filing, kept, fen, lapse))
    return found


def _sort(entry: Entry, filing: Filing | None, *, lapse: bool) -> str:
    """Under what an entry stands: a reversal under what it takes back."""
    kind = (entry.reverses or entry).kind
    if lapse or kind not in (*POOLING, USING):
        return ELSE
    if kind in POOLING:
        return POOLED
    return LISTED if filing and filing.facts.get("pool_purpose") != UNLISTED else OTHER_USE


def _filings(entries: Iterable[Entry]) -> dict[int, Filing]:
    """Entry → what was filed for it."""
    originals = {each.reverses_id or each.pk for each in entries}
    decided = Decision.objects.filter(entry__in=originals).select_related("filing__place")
    return {each.entry_id: each.filing for each in decided if each.entry_id}


def _others(city: Place, entries: Iterable[int]) -> dict[int, Place]:
    """Entry → the first place besides the city that it moved something of."""
    legs = Leg.objects.filter(entry__in=list(entries), account__place__isnull=False, implied=False)
    found: dict[int, Place] = {}
    for leg in legs.exclude(account__place=city).select_related("account__place").order_by("entry_id", "n"):
        assert leg.account.place is not None
        found.setdefault(leg.entry_id, leg.account.place)
    return found


def _money(city: Place, entries: Iterable[int]) -> dict[int, int]:
    """Entry → what the city received in it, below zero: paid."""
    legs = Leg.objects.filter(
        entry__in=list(entries), account__place=city, account__index=MONEY, implied=False
    ).exclude(account__pool="held")
    return dict(legs.values("entry_id").annotate(fen=Sum("amount")).values_list("entry_id", "fen"))


def sort_words() -> dict[str, str]:
    """What the lines of a sort are called."""
    return {
        POOLED: gettext("统筹划入"), LISTED: gettext("用于规定用途"), OTHER_USE: gettext("用于其他用途"),
        ELSE: gettext("其他增减"),
    }  # fmt: skip
