"""How the book stands: what is held, where the credits of a lot and of a piece of ground are, what came and went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import ExtractMonth

from liangtian.ledger.kinds import pools
from liangtian.ledger.lots import plane
from liangtian.space.crs import geographic, transformer
from liangtian_web.ledger.models import Account, Entry, Leg, Lot
from liangtian_web.ledger.queries import accounts_for, balances, entries_for, lots_for
from liangtian_web.ledger.records import as_ground
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for

AVAILABLE = tuple(name for name, pool in pools().items() if pool.available)
HELD = "held"
OWED = tuple(name for name, pool in pools().items() if pool.debt)
LAPSE = "lapse"  # what a hold gives back on its day
HOLDING = "hold"  # what is put aside, and what comes back from there
STATES = ("available", "held", "other", "used")


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold, what it put aside, and how it stands on a day: standing, lapsed, ended or undone."""

    entry: Entry
    place: Place
    amounts: Sequence[tuple[str, int]]
    state: str
    days_left: int | None


def holds_for(user: User, on: date) -> list[Hold]:
    """Holds of the user's places, those that stand first, the nearest day of lapsing first."""
    return _holds(user, entries_for(user).filter(kind="hold"), on)


def lapsing_for(user: User, on: date, until: date, most: int) -> list[Hold]:
    """Those that stand and lapse until a day, the nearest first; no more entries are read than asked for."""
    held = _held_legs(user).filter(entry=OuterRef("pk"))
    near = entries_for(user).filter(Exists(held), ~Exists(_settled()), kind="hold", reversed_by=None)
    near = near.filter(expires__gt=on, expires__lte=until)
    nearest = near.order_by("expires", "-pk").values_list("pk", flat=True)[:most]
    return _holds(user, entries_for(user).filter(pk__in=list(nearest)), on)[:most]


def _settled() -> QuerySet[Entry]:
    """What settles the entry asked about, where it was not reversed."""
    return Entry.objects.filter(settles=OuterRef("pk"), reversed_by=None)


def _held_legs(user: User) -> QuerySet[Leg]:
    legs = Leg.objects.filter(account__pool="held", amount__gt=0, implied=False)
    return legs.filter(account__place__in=places_for(user))


def _holds(user: User, found: QuerySet[Entry], on: date) -> list[Hold]:
    undone = Entry.objects.filter(reverses=OuterRef("pk"))
    entries = {each.pk: each for each in found.annotate(ended=Exists(_settled()), undone=Exists(undone))}
    held: defaultdict[tuple[int, Place], dict[str, int]] = defaultdict(dict)
    for leg in _held_legs(user).filter(entry__in=entries).select_related("account__place"):
        sums, index = held[leg.entry_id, leg.account.place], leg.account.index  # type: ignore[index]
        sums[index] = sums.get(index, 0) + leg.amount
    holds = [_hold(entries[number], place, list(sums.items()), on) for (number, place), sums in held.items()]
    return sorted(holds, key=lambda each: (each.state != "standing", each.entry.expires or date.max, -each.entry.pk))


def _hold(entry: Entry, place: Place, amounts: list[tuple[str, int]], on: date) -> Hold:
    left = (entry.expires - on).days if entry.expires else None
    if entry.undone:  # type: ignore[attr-defined]
        state = "undone"
    elif entry.ended:  # type: ignore[attr-defined]
        state = "ended"
    else:
        state = "lapsed" if left is not None and left <= 0 else "standing"
    return Hold(entry, place, amounts, state, left)


def standings(user: User, lots: Iterable[Lot], on: date) -> dict[int, list[tuple[Account, int]]]:
    """Lot → the accounts of the user's places its credits stand in at the end of a day, and how much."""
    numbers = [lot.pk for lot in lots]
    legs = Leg.objects.filter(lot__in=numbers, on__lte=on, account__place__in=places_for(user))
    sums = legs.values("lot", "account").annotate(total=Sum("amount")).order_by("account")
    rows = [(row["lot"], row["account"], row["total"]) for row in sums if row["total"]]
    accounts = Account.objects.select_related("place__book_key").in_bulk({account for _, account, _ in rows})
    found: dict[int, list[tuple[Account, int]]] = defaultdict(list)
    for lot, account, total in rows:
        found[lot].append((accounts[account], total))
    return found


def state_of(held: Sequence[tuple[Account, int]], index: str) -> str:
    """Whether something of a lot's credit in an index can be spent, else whether it is held, retained, or all used."""
    at = {account.pool for account, amount in held if amount > 0 and account.index == index}
    if at & set(AVAILABLE):
        return "available"
    return "held" if "held" in at else "other" if at - {"used"} else "used"


def lots_in(user: User, index: str) -> QuerySet[Lot]:
    """The lots of the user with a boundary that ever had credits of an index."""
    earned = Leg.objects.filter(lot__isnull=False, account__index=index).values("lot")
    return lots_for(user).filter(ground__isnull=False, pk__in=earned)


def lots_at(user: User, longitude: float, latitude: float) -> list[Lot]:
    """The lots of the user on whose ground a point lies, by day of acceptance."""
    near = lots_for(user).filter(ground__isnull=False)
    near = near.extra(where=['"ledger_ground"."box" @> point(%s, %s)'], params=[longitude, latitude])
    return [lot for lot in near.order_by("on", "serial") if _covers(lot, longitude, latitude)]


def point_in(lot: Lot) -> tuple[float, float]:
    """Longitude and latitude of a point on a lot's ground."""
    ground = as_ground(lot.ground)
    crs, inside = plane(ground.crs), shapely.point_on_surface(ground.shape)
    longitude, latitude = transformer(crs, geographic(crs)).transform(inside.x, inside.y)
    return float(longitude), float(latitude)


def _covers(lot: Lot, longitude: float, latitude: float) -> bool:
    ground = as_ground(lot.ground)
    crs = plane(ground.crs)
    x, y = transformer(geographic(crs), crs).transform(longitude, latitude)
    return bool(np.all(shapely.covers(ground.shape, shapely.Point(x, y))))


@dataclass(frozen=True, slots=True)
class Step:
    """One entry on the way of a lot's credit in one index, with what it moved, account by account."""

    entry: Entry
    legs: Sequence[Leg]


def origin(user: User, account: Account, lot: Lot) -> list[Step]:
    """Every entry that moved credits of an index of a lot, first to last; of those the user may see."""
    legs = Leg.objects.filter(lot=lot, account__index=account.index, implied=False).select_related("account__place")
    by_entry: defaultdict[int, list[Leg]] = defaultdict(list)
    for leg in legs.filter(entry__in=entries_for(user)).order_by("entry_id", "n"):
        by_entry[leg.entry_id].append(leg)
    entries = Entry.objects.in_bulk(by_entry)
    return [Step(entries[number], each) for number, each in by_entry.items()]


@dataclass(frozen=True, slots=True)
class Flow:
    """What came to and went from what a place can spend of an index in a year.

    Attributes
    ----------
    moved : kind of entry → twelve amounts, January first; what it moves between what can be spent and what is held stands
        apart under HOLDING, so that a listing sold in part shows the part sold and not its whole hold coming and going
    closing : what stood there at the end of each month
    """

    opening: int
    moved: dict[str, list[int]]
    closing: list[int]


def flow(accounts: QuerySet[Account], year: int) -> Flow:
    """The year of some accounts, month by month; what moves between them cancels."""
    spendable = accounts.filter(pool__in=AVAILABLE)
    legs = Leg.objects.filter(account__in=accounts.filter(pool__in=(*AVAILABLE, HELD)), on__year=year)
    rows = legs.annotate(month=ExtractMonth("on")).values("month", "entry__kind", "implied", "account__pool")
    moved: dict[str, list[int]] = {}
    for row in rows.annotate(net=Sum("amount")).order_by("entry__kind", "implied", "month", "account__pool"):
        month, aside = row["month"] - 1, LAPSE if row["implied"] else HOLDING
        moved.setdefault(aside if row["implied"] else row["entry__kind"], [0] * 12)[month] += row["net"]
        if row["account__pool"] == HELD:
            moved.setdefault(aside, [0] * 12)[month] -= row["net"]
    moved = {kind: months for kind, months in moved.items() if any(months)}
    opening = sum(each.amount for each in balances(spendable, date(year - 1, 12, 31)))
    closing = np.cumsum([opening, *(sum(months[m] for months in moved.values()) for m in range(12))])[1:]
    return Flow(opening, moved, [int(each) for each in closing])


@dataclass(frozen=True, slots=True)
class Headroom:
    """What a place can spend of an index, what is held of it, and what it owes.

    Attributes
    ----------
    accounts : of each of the three, the accounts it stands in
    """

    place: Place
    available: int
    held: int
    owed: int
    accounts: tuple[Sequence[int], ...] = ((), (), ())


def headroom(user: User, index: str, on: date) -> list[Headroom]:
    """Of every place of the user that has accounts of the index."""
    sums: dict[Place, list[int]] = {}
    accounts: dict[Place, tuple[list[int], ...]] = {}
    for each in balances(accounts_for(user).filter(index=index).order_by("place__path"), on):
        place, pool = each.account.place, each.account.pool
        assert place is not None
        row = sums.setdefault(place, [0, 0, 0])
        stand = accounts.setdefault(place, ([], [], []))
        for n, names in enumerate((AVAILABLE, ("held",), OWED)):
            row[n] += each.amount if pool in names else 0
            if pool in names and each.amount:
                stand[n].append(each.account.pk)
    return [Headroom(place, row[0], row[1], row[2], accounts[place]) for place, row in sums.items()]
