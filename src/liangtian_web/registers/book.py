"""What the book shows of the tasks in the registers: land accepted, and key projects balanced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from liangtian.policy.amounts import BALANCE
from liangtian_web.ledger.models import Entry, Leg, Lot
from liangtian_web.people.models import Place
from liangtian_web.registers.models import Naming

# Kinds of entry that credit accepted land or take the credit back. What is deducted or lent was accepted all the same.
CREDITING = ("acceptance", "adjustment", "void", "clawback")
BALANCING = ("used", "committed")  # what is written off, and what （八） lets a project promise


@dataclass(frozen=True, slots=True)
class Accepted:
    """A lot and what of it still counts as accepted, in the units of the indices asked for."""

    lot: Lot
    amount: int


@dataclass(frozen=True, slots=True)
class Balanced:
    """What the book shows balanced for one key project.

    Attributes
    ----------
    amounts : index → written off or promised by the end of the day asked for
    entries : the entries that say so, oldest first
    days : business day → index → what it stood at at its end
    """

    amounts: Mapping[str, int]
    entries: list[Entry]
    days: Mapping[date, Mapping[str, int]]


def accepted(
    place: Place, indices: Iterable[str], *, since: date, until: date, credits: Iterable[str] | None = None
) -> list[Accepted]:
    """Lots of a place by day of acceptance, oldest first, with what was not taken back by the last of the days.

    Parameters
    ----------
    credits : kinds of credit that count; None: every kind
    """
    legs = Leg.objects.filter(
        Q(entry__kind__in=CREDITING) | Q(entry__reverses__kind__in=CREDITING),
        lot__place=place, lot__on__range=(since, until), on__lte=until, implied=False,
        account__pool="outside", account__index__in=list(indices),
    )  # fmt: skip
    if credits is not None:
        legs = legs.filter(lot__credit__in=list(credits))
    sums = legs.values("lot").annotate(out=Sum("amount"), opened=Count("n", filter=Q(entry__kind="acceptance")))
    amounts = {row["lot"]: -row["out"] for row in sums if row["opened"] and row["out"] < 0}
    return [Accepted(lot, amounts[lot.pk]) for lot in Lot.objects.filter(pk__in=amounts).order_by("on", "serial")]


def asked_legs(place: Place) -> QuerySet[Leg]:
    """The legs by which a breach of a place may begin or end: of entries that name its key projects, of its standard farmland."""
    named = Naming.objects.filter(place=place).values("entry")
    after = Q(entry__in=named) | Q(entry__reverses__in=named) | Q(entry__settles__in=named)
    balancing = (after | Q(entry__reverses__settles__in=named)) & Q(
        account__pool__in=BALANCING, account__index__in=BALANCE
    )
    upgraded = Q(lot__place=place, lot__credit="standard-farmland", account__pool="outside")
    return Leg.objects.filter(balancing | upgraded, implied=False)


def balanced(place: Place, number: str, on: date) -> Balanced:
    """What entries that name a key project wrote off or promised for it, less what was reversed or defaulted."""
    named = Naming.objects.filter(place=place, number=number).values("entry")
    touching = Q(pk__in=named) | Q(reverses__in=named) | Q(settles__in=named) | Q(reverses__settles__in=named)
    named_or_after = Entry.objects.filter(touching, on__lte=on).values("pk")
    legs = Leg.objects.filter(
        entry__in=named_or_after, account__pool__in=BALANCING, account__index__in=BALANCE, implied=False, on__lte=on
    )
    standing = dict.fromkeys(BALANCE, 0)
    days: dict[date, Mapping[str, int]] = {}
    moves = legs.values("on", "account__index").annotate(amount=Sum("amount")).order_by("on")
    for move in moves:
        standing[move["account__index"]] += move["amount"]
        days[move["on"]] = dict(standing)
    entries = list(Entry.objects.filter(pk__in=legs.values("entry")).order_by("on", "pk"))
    return Balanced(standing, entries, days)
