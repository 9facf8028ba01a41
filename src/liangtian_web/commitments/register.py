"""The list of commitments: what is still owed of each, which day comes next, and which is the most urgent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from django.db.models import QuerySet
from django.utils.translation import gettext

from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import Step, completion_of, state_of, steps_of
from liangtian_web.balance.promises import Standing, standings
from liangtian_web.commitments.models import StepDone
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import balances

SOON_DAYS, AHEAD_DAYS = 30, 90


class Urgency(IntEnum):
    """From what should have been done to what is over."""

    ARREARS = 0
    OVERDUE = 1
    STEP_LATE = 2
    SOON = 3
    AHEAD = 4
    LATER = 5
    OVER = 6


TAGS = ("fail", "fail", "fail", "unknown", "running", "not_applicable", "pass")


@dataclass(frozen=True, slots=True)
class Line:
    """A commitment as the list shows it.

    Attributes
    ----------
    last : the last day on which it can still be kept in time
    step : the first step that is not taken yet, of a promise made step by step whose last day has not passed
    """

    filing: Filing
    standing: Standing
    last: date | None
    step: Step | None
    urgency: Urgency
    on: date

    @property
    def tag(self) -> str:
        """The colour of its tag."""
        return TAGS[self.urgency]

    @property
    def word(self) -> str:
        """How it stands, in a word."""
        words = (
            gettext("有欠账"), gettext("已逾期"), gettext("步骤逾期"), gettext("30 日内到期"), gettext("90 日内到期"),
            gettext("承诺中"), str(state_of(self.standing)[1]),
        )  # fmt: skip
        return words[self.urgency]

    @property
    def due(self) -> date | None:
        """The day that comes next: of a step, else of the whole."""
        return self.step.due_on if self.step else self.last

    @property
    def what(self) -> str:
        """What is to be done by that day."""
        if not self.standing.is_open:
            return ""
        if any(self.standing.arrears.values()):
            return gettext("清偿欠账")
        return self.step.word if self.step else gettext("兑现")

    @property
    def days(self) -> int | None:
        """How many days are left; below zero where it is late."""
        return None if self.due is None or not self.standing.is_open else (self.due - self.on).days

    @property
    def late(self) -> int:
        """How many days have passed since."""
        return -(self.days or 0)


def lines(promises: Iterable[Filing], on: date) -> list[Line]:
    """Commitments, the most urgent first, as they stand on a day."""
    rows = list(promises)
    known = standings(rows, on)
    found = [line(each, known[each.pk], on) for each in rows]
    return sorted(found, key=lambda each: (each.urgency, each.due or date.max, -each.filing.pk))


def line(promise: Filing, known: Standing, on: date) -> Line:
    """One of them."""
    last = last_day(promise)
    step = next((each for each in steps_of(promise) if each.done_on is None or each.done_on > on), None)
    urgency = _urgency(known, last, step, on)
    return Line(promise, known, last, step if urgency >= Urgency.STEP_LATE else None, urgency, on)


def last_day(promise: Filing) -> date | None:
    """The last day to keep it: before the project is completed, or the last of its steps."""
    completion = completion_of(promise)
    if completion is not None:
        return completion - timedelta(days=1)
    return max((each.due_on for each in steps_of(promise)), default=None)


def _urgency(known: Standing, last: date | None, step: Step | None, on: date) -> Urgency:
    if any(known.arrears.values()):
        return Urgency.ARREARS
    if not known.is_open:
        return Urgency.OVER
    if last is not None and on > last:
        return Urgency.OVERDUE
    if step is not None and on > step.due_on:
        return Urgency.STEP_LATE
    day = step.due_on if step else last
    if day is None or day > on + timedelta(days=AHEAD_DAYS):
        return Urgency.LATER
    return Urgency.SOON if day <= on + timedelta(days=SOON_DAYS) else Urgency.AHEAD


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What an account of committed or arrears holds beyond the commitments listed: an opening balance, a direct entry."""

    account: Account
    amount: int


def unlisted(accounts: QuerySet[Account], found: Iterable[Line], on: date) -> list[Unlisted]:
    """The difference between the book and the commitments listed, account by account."""
    listed: Counter[tuple[int, str, str]] = Counter()
    for each in found:
        for pool, owed in (("committed", each.standing.outstanding), ("arrears", each.standing.arrears)):
            for index, amount in owed.items():
                listed[each.filing.place_id, pool, index] += amount
    rows = balances(accounts.filter(pool__in=("committed", "arrears")).order_by("place__path", "pool", "index"), on)
    rest = [(row.account, row.amount - listed[_key(row.account)]) for row in rows]
    return [Unlisted(account, amount) for account, amount in rest if amount]


def _key(account: Account) -> tuple[int, str, str]:
    assert account.place_id is not None  # debts are a place's
    return account.place_id, account.pool, account.index


def milestones(promise: Filing) -> list[StepDone]:
    """Everything recorded of a promise, newest first."""
    return list(StepDone.objects.filter(commitment=promise).select_related("actor").order_by("-pk"))
