"""Read the book: balances as of a day and as known at a moment, accounts, statements, lots; for a user, of their places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Max, Min, Prefetch, Q, QuerySet, Sum

from liangtian.ledger import entry as kernel
from liangtian.ledger.relations import State
from liangtian_web.ledger.models import Account, Entry, Ground, Leg, Lot, Period, Proposal, Seal
from liangtian_web.ledger.records import as_lot, entries_by_id, place_key
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for

KEEPERS = ("keeper", "admin")


def accounts_for(user: User | AnonymousUser) -> QuerySet[Account]:
    """Accounts of the user's places and everything under them."""
    return Account.objects.filter(place__in=places_for(user)).select_related("place__book_key")


def entries_for(user: User | AnonymousUser) -> QuerySet[Entry]:
    """Entries that touch an account the user may see."""
    seen = Leg.objects.filter(account__place__in=places_for(user)).values("entry")
    return Entry.objects.filter(pk__in=seen).select_related("actor", "approver")


@dataclass(frozen=True, slots=True)
class Moved:
    """What an entry moved: the places it touched, and of each index the most that one account gained or lost."""

    places: tuple[str, ...]
    amounts: tuple[tuple[str, int], ...]


def moved_by(entries: Sequence[Entry]) -> list[Moved]:
    """What each of the entries moved, in their order, from one query."""
    legs = Leg.objects.filter(entry__in=entries, implied=False).order_by("entry", "n")
    sums: dict[int, dict[tuple[str | None, str, int], int]] = {each.pk: {} for each in entries}
    for entry, place, index, account, amount in legs.values_list(
        "entry", "account__place__name", "account__index", "account", "amount"
    ):
        key = (place, index, account)
        sums[entry][key] = sums[entry].get(key, 0) + amount
    return [_moved(sums[each.pk]) for each in entries]


def _moved(sums: dict[tuple[str | None, str, int], int]) -> Moved:
    most: dict[str, int] = {}
    for (_place, index, _account), amount in sums.items():
        most[index] = max(most.get(index, 0), abs(amount))
    return Moved(tuple(dict.fromkeys(place for place, _, _ in sums if place)), tuple(most.items()))


def lots_for(user: User | AnonymousUser) -> QuerySet[Lot]:
    """Lots earned by the user's places, or whose credits stand there now."""
    places = places_for(user)
    held = Leg.objects.filter(account__place__in=places, lot__isnull=False).values("lot")
    return Lot.objects.filter(Q(place__in=places) | Q(pk__in=held)).select_related("place", "ground")


def proposals_for(user: User | AnonymousUser) -> QuerySet[Proposal]:
    """Proposals of the user's places, with what of their sets is of these places too."""
    mine = Proposal.objects.filter(place__in=places_for(user)).select_related("place")
    found = mine.select_related("proposer", "decision__actor", "decision__entry")
    tail = Prefetch("tail", mine)
    return found.prefetch_related(tail, Prefetch("head", mine.prefetch_related(tail)))


def keeping_places(user: User) -> QuerySet[Place]:
    """Where the user may propose and post."""
    return places_for(user, *KEEPERS).select_related("book_key")


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds."""

    account: Account
    amount: int


def balances(accounts: QuerySet[Account], on: date, known_on: datetime | None = None) -> list[Balance]:
    """Balances at the end of a business day, as known at a moment (None: as known now); zeros too."""
    found = accounts.extra(
        select={"amount": 'book_balance("ledger_account"."id", %s, %s)'}, select_params=[on, known_on]
    )
    return [Balance(account, account.amount) for account in found]


def balance(account: Account, on: date, known_on: datetime | None = None) -> int:
    """One of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT book_balance(%s, %s, %s)", [account.pk, on, known_on])
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def day_balances(accounts: Iterable[Account]) -> dict[int, dict[date, int]]:
    """Account → what it holds at the end of every day with a movement, as known now."""
    found: dict[int, dict[date, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, d."on", d.balance FROM unnest(%s::bigint[]) AS a (id), book_days_from(a.id, NULL, '-infinity') AS d
            """,
            [[account.pk for account in accounts]],
        )
        for number, on, amount in cursor.fetchall():
            found.setdefault(number, {})[on] = amount
    return found


def lot_balances(account: int, on: date, known_on: datetime | None = None) -> dict[str, int]:
    """What an account holds by lot; lots that hold nothing are left out."""
    legs = Leg.objects.filter(account=account, on__lte=on, lot__isnull=False)
    if known_on is not None:
        legs = legs.filter(entry__recorded_at__lte=known_on)
    return dict(_sums(legs))


def _sums(legs: QuerySet[Leg]) -> Iterable[tuple[str, int]]:
    found = legs.values("lot__serial").annotate(total=Sum("amount")).order_by("lot__on", "lot__serial")
    return [(row["lot__serial"], row["total"]) for row in found if row["total"]]


def holdings_of(account: int, on: date) -> list[tuple[str, int]]:
    """The lots an account can spend from on a day and how much of each, oldest first: the least it holds from then on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.serial, b.least FROM (
              SELECT d.lot_id, min(d.balance)::bigint AS least FROM (
                SELECT l.lot_id, l."on", sum(sum(l.amount)) OVER days AS balance, lead(l."on") OVER days AS until
                  FROM ledger_leg l WHERE l.account_id = %(account)s AND l.lot_id IS NOT NULL GROUP BY l.lot_id, l."on"
                WINDOW days AS (PARTITION BY l.lot_id ORDER BY l."on")
              ) AS d WHERE d.until IS NULL OR d.until > %(on)s
               GROUP BY d.lot_id HAVING min(d."on") <= %(on)s AND min(d.balance) > 0
            ) AS b JOIN ledger_lot t ON t.id = b.lot_id ORDER BY t."on", t.serial
            """,
            {"account": account, "on": on},
        )
        return [(serial, int(amount)) for serial, amount in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of a statement; `lapse`: a hold came to its day."""

    on: date
    entry: Entry
    amount: int
    balance: int
    lapse: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """An account from the start of `since` to the end of `until`."""

    account: Account
    since: date
    until: date
    opening: int
    lines: Sequence[Line]

    @property
    def closing(self) -> int:
        """What it holds at the end."""
        return self.lines[-1].balance if self.lines else self.opening


def statement(account: Account, since: date, until: date, known_on: datetime | None = None) -> Statement:
    """What an account had, what came and went entry by entry, and what it has; over all its lots.

    Lines stand by business day and, within a day, in the order of recording. A hold that was ended before its day does
    not lapse, and leaves no line for it.
    """
    legs = Leg.objects.filter(account=account, on__lte=until).order_by("on", "entry", "implied", "n")
    if known_on is not None:
        legs = legs.filter(entry__recorded_at__lte=known_on)
    opening = balance(account, since - timedelta(days=1), known_on) if since > date.min else 0
    moved: dict[tuple[date, int, bool], int] = {}
    entries: dict[int, Entry] = {}
    for leg in legs.filter(on__gte=since).select_related("entry__settles", "entry__reverses__settles"):
        cause = _cause(leg)
        entries[cause.pk] = cause
        key = (leg.on, cause.pk, leg.implied)
        moved[key] = moved.get(key, 0) + leg.amount
    lines, standing = [], opening
    for (on, number, lapse), amount in sorted(moved.items()):
        if amount:
            standing += amount
            lines.append(Line(on, entries[number], amount, standing, lapse))
    return Statement(account, since, until, opening, lines)


def last_recorded(accounts: QuerySet[Account], known_on: datetime | None = None) -> datetime | None:
    """When the latest record that touches the accounts was made, of those known at a moment (None: of all)."""
    legs = Leg.objects.filter(account__in=accounts)
    if known_on is not None:
        legs = legs.filter(entry__recorded_at__lte=known_on)
    found: datetime | None = legs.aggregate(last=Max("entry__recorded_at"))["last"]
    return found


def _cause(leg: Leg) -> Entry:
    """The entry a movement is due to: what a hold gives back on its day is due to the hold, whoever moved it."""
    if not leg.implied:
        return leg.entry
    original = leg.entry.reverses or leg.entry
    return original.settles or original


def opened_by(lot: Lot) -> Entry:
    """The entry that brought a lot into the book."""
    return Entry.objects.get(pk=Leg.objects.filter(lot=lot).aggregate(first=Min("entry"))["first"])


def openings_of(user: User | AnonymousUser, lots: Iterable[Lot]) -> dict[int, UUID]:
    """Lot → the number of the entry that brought it into the book, of those the user may see."""
    first = Leg.objects.filter(lot__in=[lot.pk for lot in lots]).values("lot").annotate(first=Min("entry"))
    opened = dict(first.values_list("lot", "first"))
    known = dict(entries_for(user).filter(pk__in=set(opened.values())).values_list("pk", "uuid"))
    return {lot: known[entry] for lot, entry in opened.items() if entry in known}


def named_by(entries: Iterable[kernel.Entry]) -> dict[str, kernel.Entry]:
    """Entries that others reverse or settle, and the holds these settle, by key."""
    keys = {key for each in entries for key in (each.reverses, each.settles) if key}
    if not keys:
        return {}
    rows = Entry.objects.filter(key__in=keys).values_list("pk", "settles")
    found = entries_by_id([number for row in rows for number in row if number])
    return {each.key: each for each in found.values()}


def state_for(entries: Sequence[kernel.Entry], places: Iterable[Place | None]) -> State:
    """What the kernel's rules ask of the book about these entries; read under their locks."""
    state = State()
    state.entries.update(named_by(entries))
    known = Entry.objects.filter(key__in=list(state.entries))
    state.reversed.update(known.filter(reversed_by__isnull=False).values_list("key", "reversed_by__key"))
    endings = Entry.objects.filter(settles__in=known, reversed_by=None)
    state.ended.update(endings.values_list("settles__key", "key"))
    undone = Entry.objects.filter(reverses__settles__in=known).order_by("pk")
    state.reopened.update(undone.values_list("reverses__settles__key", "on"))
    serials = {leg.account.lot for each in entries for leg in each.legs if leg.account.lot}
    state.lots.update({
        lot.serial: as_lot(lot)
        for lot in Lot.objects.filter(serial__in=serials | {lot.serial for each in entries for lot in each.lots})
        .select_related("place__book_key", "ground")
    })  # fmt: skip
    for place in filter(None, places):
        _add_dates(state, place, opening=any(each.kind == "opening" for each in entries))
    return state


def _add_dates(state: State, place: Place, *, opening: bool) -> None:
    name = place_key(place)
    for opens, through in Period.objects.filter(place=place).order_by("through").values_list("opens", "through"):
        if opens:
            state.openings[name] = through + timedelta(days=1)
        else:
            state.closed[name] = through
    if opening:
        legs = Leg.objects.filter(account__place=place, implied=False).exclude(account__pool="outside")
        legs = legs.exclude(entry__kind="opening").exclude(entry__reverses__kind="opening")
        if first := legs.aggregate(first=Min("on"))["first"]:
            state.first[name] = first


def unsealed() -> int:
    """Records not in the chain yet; of entries, those made since the last seal set its floor."""
    last = Seal.objects.order_by("-number").first()
    entries = Entry.objects.filter(created_xid__gte=last.xid_floor if last else 0, link=None).count()
    grounds = Ground.objects.exclude(key=None).filter(link=None).count()
    return entries + grounds + Period.objects.filter(opens=False, link=None).count()


def unsealed_for(user: User | AnonymousUser) -> int:
    """Of the entries a user may see, those not in the chain yet: their balances stand, their proof is a moment behind."""
    last = Seal.objects.order_by("-number").first()
    tail = Entry.objects.filter(created_xid__gte=last.xid_floor if last else 0, link=None)
    seen = Leg.objects.filter(entry__in=tail.values("pk"), account__place__in=places_for(user))
    return seen.values("entry_id").distinct().count()
