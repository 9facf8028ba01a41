"""What the balance asks of a user: filings that wait for a second person."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext

from liangtian_web.balance.queries import waiting_for
from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.people.models import User


def balance_todos(user: User) -> Iterator[Todo]:
    """Filings to book or to send back."""
    for row in waiting_for(user)[:SHOWN]:
        about = f"{row.filer} · {row.place} · {row.document}"
        url = reverse("balance:filing", args=[row.uuid])
        yield Todo("unknown", gettext("待审核"), str(row), about, url, gettext("去审核"))
