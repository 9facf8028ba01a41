"""专款: money that came to a place for a purpose, source by source: received, taken back, paid out, asked for, left.

A source is an entry that put money into a place's earmarked account: the price of a transfer or of a supply to a separate site, what the
city paid for what it pooled, an allotment. Whatever brought it, it is paid out by one procedure (`procedures.payment`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.kinds import entry_kinds
from liangtian_web.balance.models import Filing, Payment
from liangtian_web.balance.queries import BOOKED
from liangtian_web.ledger.models import Account, Entry, Leg
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for

POOL, MONEY = "earmarked", "money_fen"
WORDS = {
    "transfer-in": _("指标调剂价款"),
    "approval": _("单独选址补充耕地价款"),
    "acceptance": _("市级统筹价款"),
    "city-pooling": _("市级统筹价款"),
}
_Key = tuple[int, int]  # entry, place


@dataclass(frozen=True, slots=True)
class Source:
    """Earmarked money that one entry brought a place, in fen.

    Attributes
    ----------
    returned : taken back by what followed on the event that brought it, a clawback
    used : paid out and booked; asked: payments that wait
    payer : who it came from; None: from outside the book
    """

    entry: Entry
    place: Place
    received: int
    returned: int
    used: int
    asked: int
    payer: Place | None

    @property
    def left(self) -> int:
        """What may still be asked for; below zero where more was taken back than was left."""
        return self.received - self.returned - self.used - self.asked

    @property
    def filing(self) -> Filing | None:
        """What brought it, where a procedure did."""
        decision = getattr(self.entry, "filed", None)
        return decision.filing if decision else None

    @property
    def stands(self) -> bool:
        """Whether it was not reversed since."""
        return not hasattr(self.entry, "reversed_by")

    @property
    def word(self) -> str:
        """What kind of money it is."""
        if self.filing is not None and self.filing.event in WORDS:
            return str(WORDS[self.filing.event])
        kind = entry_kinds()[self.entry.kind]
        return kind.en if get_language() == "en" else kind.zh

    @property
    def document(self) -> str:
        """The document it came by."""
        return self.filing.document if self.filing else "、".join(self.entry.evidence)

    @property
    def project(self) -> str:
        """The project it came for; without one, its document."""
        return (self.filing.project if self.filing else self.document)[:100]


def sources_for(user: User | AnonymousUser) -> list[Source]:
    """Earmarked money of the user's places that stands in the book, the latest first."""
    return _sources(_brought(places_for(user)).filter(entry__reversed_by=None))


def source_for(user: User | AnonymousUser, uuid: UUID) -> Source | None:
    """One of them by the number of its entry or of the filing that brought it, also where it was reversed since."""
    named = Q(entry__uuid=uuid) | Q(entry__filed__filing__uuid=uuid)
    return next(iter(_sources(_brought(places_for(user)).filter(named))), None)


def sources_of(entries: Iterable[Entry]) -> dict[int, Source]:
    """Entry → what it brought, of those that stand."""
    found = _brought(Place.objects.all()).filter(entry__in=[each.pk for each in entries], entry__reversed_by=None)
    return {each.entry.pk: each for each in _sources(found)}


def source_of(payment: Payment) -> Source | None:
    """What a payment is paid out of; None once that was reversed."""
    return _standing(payment.source, payment.filing.place_id)


def as_it_stands(source: Source) -> Source | None:
    """What a source is by now, of its own place: an entry may bring money to several; None once it was reversed."""
    return _standing(source.entry, source.place.pk)


def _standing(entry: Entry, place: int) -> Source | None:
    found = _brought(Place.objects.filter(pk=place)).filter(entry=entry, entry__reversed_by=None)
    return next(iter(_sources(found)), None)


def lock_source(entry: Entry) -> None:
    """One act at a time on what an entry brought, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"balance.earmarked {entry.pk}"])


def paid_out_of(key: str, filing: Filing | None) -> Filing | None:
    """The latest payment that stands on money of an entry, nobody else paying out of it until the transaction ends.

    Parameters
    ----------
    filing : what booked the entry, whose other entries count as well; None: no procedure did
    """
    named = Q(key=key) | Q(filed__filing=filing) if filing else Q(key=key)
    entries = list(Entry.objects.filter(named).order_by("pk"))
    for each in entries:
        lock_source(each)
    paid = Filing.objects.filter(BOOKED, payment__source__in=entries)
    return paid.order_by("-pk").first()


def _brought(places: QuerySet[Place]) -> QuerySet[Leg]:
    accounts = Account.objects.filter(pool=POOL, index=MONEY, place__in=places)
    return Leg.objects.filter(account__in=accounts, amount__gt=0, implied=False, entry__reverses=None)


def _sources(legs: QuerySet[Leg]) -> list[Source]:
    sums = legs.order_by("-entry").values_list("entry", "account__place").annotate(Sum("amount"))
    received = {(entry, place): amount for entry, place, amount in sums}
    numbers = {entry for entry, _ in received}
    rows = Entry.objects.filter(pk__in=numbers).select_related("reversed_by", "filed__filing__begun__begun")
    entries = {each.pk: each for each in rows.defer("filed__filing__wkb")}
    places = Place.objects.select_related("book_key", "parent").in_bulk({place for _, place in received})
    returned, payments, payers = _returned(numbers), _payments(numbers), _payers(numbers)
    return [
        Source(entries[key[0]], places[key[1]], amount, returned[key], *payments.get(key, (0, 0)), payers.get(key[0]))
        for key, amount in received.items()
    ]  # fmt: skip


def _returned(entries: set[int]) -> Counter[_Key]:
    """What the entries of later filings took out of the same money and stands."""
    began = "entry__filed__filing__begun__decision__entry"
    legs = Leg.objects.filter(account__pool=POOL, account__index=MONEY, implied=False, **{f"{began}__in": entries})
    sums = legs.filter(entry__reversed_by=None).order_by().values_list(began, "account__place")
    return Counter({(entry, place): max(0, -amount) for entry, place, amount in sums.annotate(Sum("amount"))})


def _payments(entries: set[int]) -> dict[_Key, tuple[int, int]]:
    """What was paid and what waits to be; a payment sent back or reversed counts no more."""
    kept = Payment.objects.filter(source__in=entries, filing__decision__entry__reversed_by=None)
    waits, booked = Q(filing__decision=None), Q(filing__decision__entry__isnull=False)
    rows = kept.order_by().values("source", "filing__place").annotate(
        used=Sum("fen", filter=booked), asked=Sum("fen", filter=waits)
    )  # fmt: skip
    return {(row["source"], row["filing__place"]): (row["used"] or 0, row["asked"] or 0) for row in rows}


def _payers(entries: set[int]) -> dict[int, Place | None]:
    legs = Leg.objects.filter(entry__in=entries, account__index=MONEY, amount__lt=0, implied=False)
    return {leg.entry_id: leg.account.place for leg in legs.select_related("account__place")}
