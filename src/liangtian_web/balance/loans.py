"""Loans of indices as their list and the reminders show them: the overdue first, then those due soon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext

from liangtian.ledger.indices import indices
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.borrowing import BORROWING, due_of, lender_of, outstanding, state_of
from liangtian_web.balance.queries import STANDS
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for
from liangtian_web.trail.export import Table

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


def loan_table(found: Iterable[Loan]) -> Table:
    """A row for each index of a loan that is not returned, one without for a loan that is; whole units of the book.

    The lender reads what is owed and by whom, not what it was borrowed for.
    """
    heads = [gettext("状态"), gettext("应归还日期"), gettext("项目"), gettext("文号"), gettext("借用单元"), gettext("借出单元"),
             gettext("指标"), gettext("未还"), gettext("单位")]  # fmt: skip
    return Table(gettext("指标借用"), heads, [row for loan in found for row in _loan_rows(loan)])


def _loan_rows(loan: Loan) -> list[list[object]]:
    named = [loan.filing.project, loan.filing.document] if loan.is_own else ["", ""]
    about: list[object] = [loan.word, loan.due, *named, str(loan.filing.place), loan.lender]
    left = [[*about, index_word(index), amount, indices()[index].unit] for index, amount in loan.left.items() if amount]
    return left or [[*about, "", 0, ""]]
