"""What the book asks of a user: proposals to decide on, holds about to lapse, statements with differences left open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from django.urls import reverse
from django.utils.translation import gettext

from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.ledger.queries import keeping_places, proposals_for
from liangtian_web.ledger.templatetags.book import index_word, kind_word
from liangtian_web.people.models import User
from liangtian_web.reconcile.queries import imports_for, open_differences
from liangtian_web.standing.queries import lapsing_for

NEAR_DAYS = 30


def book_todos(user: User, on: date) -> Iterator[Todo]:
    """For who keeps a book; the others read it."""
    places = keeping_places(user)
    if not places.exists():
        return
    mine = proposals_for(user).filter(decision=None, place__in=places).exclude(proposer=user)
    for row in mine[:SHOWN]:
        about = f"{row.proposer} · {row.place} · {row.evidence}"
        url = reverse("ledger:proposal", args=[row.uuid])
        yield Todo("unknown", gettext("待审核"), kind_word(row.kind), about, url, gettext("去审核"))
    for hold in lapsing_for(user, on, on + timedelta(days=NEAR_DAYS), SHOWN):
        what = gettext("冻结 %(n)s 天后到期") % {"n": hold.days_left}
        about = " · ".join(
            [str(hold.place), *(index_word(index) for index, _ in hold.amounts), *hold.entry.evidence[:2]]
        )
        yield Todo("unknown", gettext("将到期"), what, about, reverse("standing:holds"), gettext("看冻结"))
    tried = imports_for(user).filter(result=None, place__in=places)
    for given in tried[:SHOWN]:
        about, url = f"{given.place} · {given.source}", reverse("reconcile:statement", args=[given.uuid])
        yield Todo("unknown", gettext("对账"), gettext("对账单已试对，结果还没有记下"), about, url, gettext("去处理"))
    for given, left in islice(open_differences(user), SHOWN):
        what = gettext("对账还有 %(n)s 项差异未处理") % {"n": left}
        url = reverse("reconcile:statement", args=[given.uuid])
        yield Todo("fail", gettext("对账"), what, f"{given.place} · {given.source}", url, gettext("去处理"))
