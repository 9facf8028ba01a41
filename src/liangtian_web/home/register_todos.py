"""What the registers ask of a user: rows to confirm, places whose approvals are suspended, tasks soon due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext

from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.ledger.queries import accounts_for
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import has_role
from liangtian_web.registers.kinds import REGISTERS
from liangtian_web.registers.queries import due_between, silent, waiting_for
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
        yield from _silent(user, on)
        yield from _suspended(user, on)
        yield from _due(user, on)


def _silent(user: User, on: date) -> Iterator[Todo]:
    """What stops approvals before anybody asks for one: registers in which a place that keeps a book says nothing."""
    kept = set(accounts_for(user).values_list("place_id", flat=True))
    names: dict[Place, list[str]] = {}
    for each in silent(user, on):
        if not each.waits and each.place.pk in kept:
            names.setdefault(each.place, []).append(str(each.register.label))
    for place, registers in list(names.items())[:SHOWN]:
        what = gettext("%(place)s：%(registers)s没有登记") % {"place": place, "registers": "、".join(registers)}
        about = gettext("用地报批将无法判断；没有项目的请零报告")
        url = f"{reverse('registers:index')}#silent"
        yield Todo("unknown", gettext("未登记"), what, about, url, gettext("零报告或登记"))


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
