"""What the transfer platform asks of a user: matches to agree to; of the city, offers that requests wait for.

What is to be approved is a filing, told by the balance.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.people.models import User
from liangtian_web.transfers.queries import acts_for_city, awaited, listed_on, queue
from liangtian_web.transfers.stages import Stage, open_listings


def transfer_todos(user: User) -> Iterator[Todo]:
    """Matches that wait for the user's own side."""
    for each in [one for one in awaited(user) if one.stage == Stage.CONSENT][:SHOWN]:
        match = each.match
        what = f"{match.listing.filing.place} → {match.demand.place}"
        about = f"{gettext('市级调剂平台')} · {match.document}"
        yield Todo(each.tag, each.word, what, about, reverse("transfers:match", args=[match.uuid]), gettext("去办理"))
    yield from _to_match(user)


def _to_match(user: User) -> Iterator[Todo]:
    """Offers that a request in the queue could be matched with, for who works the platform of their city."""
    today = timezone.localdate()
    offers = [each for each in open_listings(listed_on(user, today)) if each.is_open]
    mine = [each for each in offers if acts_for_city(user, each.row.filing.place)]
    for each in mine[:SHOWN]:
        if waiting := queue(each, today):
            filing = each.row.filing
            what = gettext("%(place)s的挂牌有 %(n)s 件申请在排队") % {"place": filing.place, "n": len(waiting)}
            about = f"{each.row.good_word} · {filing.document}"
            url = reverse("transfers:listing", args=[filing.uuid])
            yield Todo("unknown", gettext("待撮合"), what, about, url, gettext("去撮合"))
