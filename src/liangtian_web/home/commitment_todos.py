"""What commitments ask of a user: to keep or settle those of the own place, to deduct those that are over below it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from liangtian_web.balance.queries import filing_places
from liangtian_web.commitments.queries import judged_places, open_for
from liangtian_web.commitments.register import Line, Urgency, lines
from liangtian_web.home.duty import SHOWN, Todo
from liangtian_web.people.models import User


def commitment_todos(user: User, on: date) -> Iterator[Todo]:
    """Commitments in arrears, late, or due within ninety days, the most urgent first."""
    judged = set(judged_places(user).values_list("pk", flat=True))
    mine = judged | set(filing_places(user).values_list("pk", flat=True))
    if not mine:
        return
    urgent = [each for each in lines(open_for(user, on).filter(place__in=mine), on) if each.urgency <= Urgency.AHEAD]
    for each in urgent[:SHOWN]:
        yield _todo(each, judges=each.filing.place_id in judged)
    if (more := len(urgent) - SHOWN) > 0:
        what = gettext("还有 %(n)s 件承诺逾期或将到期") % {"n": more}
        yield Todo("", gettext("更多"), what, "", reverse("commitments:index"), gettext("看列表"))


def _todo(line: Line, *, judges: bool) -> Todo:
    about = f"{line.filing.place} · {line.what} · {line.due}"
    overdue = judges and line.urgency == Urgency.OVERDUE
    act = gettext("到期核减") if overdue else gettext("看承诺")
    return Todo(line.tag, line.word, str(line.filing), about, reverse("commitments:page", args=[line.filing.uuid]), act)
