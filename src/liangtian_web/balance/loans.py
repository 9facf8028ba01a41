"""Loans of indices as their list and the reminders show them: the overdue first, then those due soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.borrowing import BORROWING, due_of, lender_of, outstanding, state_of
from liangtian_web.balance.queries import STANDS
from liangtian_web.ledger.records import place_key
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for

ORDER = ("fail", "unknown", "running", "pass")


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan on a day.

    Attributes
    ----------
    left : index → what is not returned
    is_own : the borrower is a place of the user's, not only the lender
    """

    filing: Filing
    lender: str
    due: date
    left: Mapping[str, int]
    tag: str
    word: str
    is_own: bool


def loans_for(user: User, on: date) -> list[Loan]:
    """Loans in the book that a place of the user's took or gave, the most urgent first."""
    places = list(places_for(user).select_related("book_key"))
    mine = {place.pk for place in places}
    own = Q(place__in=mine) | Q(facts__lender__in=[place_key(place) for place in places])
    rows = Filing.objects.filter(own, STANDS, event=BORROWING.event).select_related("place", "decision__entry")
    rows = rows.prefetch_related("later__decision__entry__reversed_by").defer("wkb")
    found = [_loan(row, on, is_own=row.place_id in mine) for row in rows]
    return sorted(found, key=lambda each: (ORDER.index(each.tag), each.due))


def _loan(row: Filing, on: date, *, is_own: bool) -> Loan:
    tag, word = state_of(row, on)
    return Loan(row, lender_of(row), due_of(row), outstanding(row), tag, str(word), is_own)
