"""What the transfer platform asks of a user: matches to agree to. What is to be approved is a filing, told by the balance."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext

from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.people.models import User
from liangtian_web.transfers.queries import awaited
from liangtian_web.transfers.stages import Stage


def transfer_todos(user: User) -> Iterator[Todo]:
    """Matches that wait for the user's own side."""
    for each in [one for one in awaited(user) if one.stage == Stage.CONSENT][:SHOWN]:
        match = each.match
        what = f"{match.listing.filing.place} → {match.demand.place}"
        about = f"{gettext('市级调剂平台')} · {match.document}"
        yield Todo(each.tag, each.word, what, about, reverse("transfers:match", args=[match.uuid]), gettext("去办理"))
