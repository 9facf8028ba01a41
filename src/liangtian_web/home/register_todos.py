"""What the registers ask of a user: rows to confirm, places whose approvals are suspended, tasks soon due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext

from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.people.models import User
from liangtian_web.people.queries import has_role
from liangtian_web.registers.kinds import REGISTERS
from liangtian_web.registers.queries import due_between, waiting_for
from liangtian_web.registers.suspension import suspended_for

DUE_DAYS = 60


def register_todos(user: User, on: date) -> Iterator[Todo]:
    """Rows that wait for the user, register by register; then breaches and what is soon due, for who can act on them."""
    waiting = [row.register for row in waiting_for(user)]
    for name, register in REGISTERS.items():
        if count := waiting.count(name):
            what = gettext("%(register)s：%(n)s 行待确认") % {"register": register.label, "n": count}
            yield Todo(
                "unknown", gettext("待确认"), what, "", reverse("registers:register", args=[name]), gettext("去确认")
            )
    if has_role(user, "officer", "keeper", "admin"):
        yield from _suspended(user, on)
        yield from _due(user, on)


def _suspended(user: User, on: date) -> Iterator[Todo]:
    for each in suspended_for(user, on)[:SHOWN]:
        what = gettext("%(place)s其他建设用地暂停报批") % {"place": each.place}
        titles = "、".join(breach.ground.row.title for breach in each.breaches)
        about = gettext("自 %(since)s：%(titles)s") % {"since": each.since, "titles": titles}
        url = reverse("registers:suspension", args=[each.place.pk])
        yield Todo("fail", gettext("暂停报批"), what, about, url, gettext("看原因和办法"))


def _due(user: User, on: date) -> Iterator[Todo]:
    for row in due_between(user, on, on + timedelta(days=DUE_DAYS))[:SHOWN]:
        about = f"{row.kind.label} · {row.place} · {row.content['due_on']}"
        url = reverse("registers:row", args=[row.uuid])
        yield Todo("unknown", gettext("将到期"), row.title, about, url, gettext("看落实情况"))
