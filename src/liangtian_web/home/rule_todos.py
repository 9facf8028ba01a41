"""What the rulebook asks of a user: proposals that wait for a second person, values nobody has verified yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, gettext

from liangtian.messages import Language
from liangtian.policy.whatif_words import value_label
from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.people.models import User
from liangtian_web.people.queries import has_role
from liangtian_web.review.queries import rules_used
from liangtian_web.rulebook.contents import values_asked
from liangtian_web.rulebook.models import Proposal
from liangtian_web.rulebook.naming import short_name
from liangtian_web.rulebook.queries import decidable_by, home_place
from liangtian_web.rulebook.values import held

NAMED = 3  # values named in the line


def rule_todos(user: User, on: date) -> Iterator[Todo]:
    """Proposals first, then, for an administrator, unverified values that this year's checks may rest on."""
    lang: Language = "en" if get_language() == "en" else "zh"
    yield from _proposals(user, lang)
    if has_role(user, "admin"):
        yield from _unverified(user, on, lang)


def _proposals(user: User, lang: Language) -> Iterator[Todo]:
    waiting = decidable_by(user)
    for row in waiting[:SHOWN]:
        adoption = row.kind == Proposal.Kind.ADOPTION
        what = (
            gettext("采用 %(name)s") % {"name": short_name(row.name, lang)} if adoption else value_label(row.name, lang)
        )
        about = f"{row.place} · {row.since} · {row.source}"
        url = reverse("rulebook:proposal", args=[row.uuid])
        yield Todo("unknown", gettext("待审定"), what, f"{row.user} · {about}", url, gettext("看提议"))
    if (more := waiting.count() - SHOWN) > 0:
        what = gettext("还有 %(n)s 项提议待审定") % {"n": more}
        yield Todo("", gettext("更多"), what, "", reverse("rulebook:proposals"), gettext("看列表"))


def _unverified(user: User, on: date, lang: Language) -> Iterator[Todo]:
    names = values_asked(rules_used(user, on.year))
    found = {name: held(name, on=on, place=home_place(user)) for name in names}
    names = [name for name, each in found.items() if each and each.parameter.status == "unverified"]
    if names:
        what = gettext("今年检查用到的条款含 %(n)s 个未核实取值") % {"n": len(names)}
        about = "、".join(value_label(name, lang) for name in names[:NAMED]) + (" …" if len(names) > NAMED else "")
        url = f"{reverse('rulebook:values')}?{urlencode({'name': names}, doseq=True)}"
        yield Todo("unknown", gettext("未核实"), what, about, url, gettext("看参数"))
