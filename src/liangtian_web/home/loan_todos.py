"""What loans of indices ask of a user: to give back what is overdue or due within thirty days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from liangtian_web.balance.loans import loans_for
from liangtian_web.balance.queries import filing_places
from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.people.models import User


def loan_todos(user: User, on: date) -> Iterator[Todo]:
    """Loans of the places the user files for."""
    mine = set(filing_places(user).values_list("pk", flat=True))
    urgent = [each for each in loans_for(user, on) if each.tag in ("fail", "unknown") and each.filing.place_id in mine]
    for each in urgent[:SHOWN]:
        about = f"{each.filing.place} · {gettext('应归还日期')} {each.due}"
        page = reverse("balance:filing", args=[each.filing.uuid])
        yield Todo(
            each.tag, each.word, f"{gettext('指标借用')} · {each.filing.project}", about, page, gettext("去归还")
        )
    if (more := len(urgent) - SHOWN) > 0:
        what = gettext("还有 %(n)s 笔借用逾期或将到期") % {"n": more}
        yield Todo("", gettext("更多"), what, "", reverse("balance:loans"), gettext("看列表"))
