"""计划指标和增减挂钩周转指标: granted from above or allotted ahead, used, and given back in a closed circle.

What was granted by one document is used and given back against that document, so that its circle can be seen to close.
No clause says how much is granted: what is booked is what the document says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.ledger.posting import Pocket, Posting
from liangtian.policy.amounts import amounts
from liangtian.policy.evaluate import Posted
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import (
    OUTSIDE,
    Next,
    Parties,
    Procedure,
    check_within,
    follow,
    later,
    moved_as_stated,
    spent,
)
from liangtian_web.balance.queries import city_of, stands
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry

QUOTA = tuple(name for name, index in indices().items() if index.unit == "m2" and not index.lots)
OWN, ABOVE = Pocket("county", "reserve"), Pocket("city", "reserve")
USED = Pocket("county", "used")


def granted(filing: Filing) -> Iterator[Posted]:
    """From the city's own quota; what the city itself gets comes from outside the book."""
    source = ABOVE if city_of(filing.place) else OUTSIDE
    return moved_as_stated(filing, "quota_amounts", QUOTA, from_=source, to=OWN)


def used(filing: Filing) -> Iterator[Posted]:
    """Written off for a project."""
    return moved_as_stated(filing, "quota_amounts", QUOTA, from_=OWN, to=USED)


def returned(filing: Filing) -> Iterator[Posted]:
    """What was not used goes back where it came from."""
    target = ABOVE if city_of(filing.place) else OUTSIDE
    return moved_as_stated(filing, "quota_amounts", QUOTA, from_=OWN, to=target)


def reclaimed(filing: Filing) -> Iterator[Posted]:
    """What was used and made good by reclaimed land since leaves the book."""
    return moved_as_stated(filing, "quota_reclaimed_amounts", QUOTA, from_=USED, to=OUTSIDE)


def left_of(grant: Filing) -> tuple[dict[str, int], dict[str, int]]:
    """Index → what of a grant is neither used nor given back, and what is used and not made good; nothing once it is reversed."""
    if not stands(grant):
        return dict.fromkeys(QUOTA, 0), dict.fromkeys(QUOTA, 0)
    free, open_ = amounts(grant.facts["quota_amounts"], QUOTA), dict.fromkeys(QUOTA, 0)
    for each in later(grant):
        taken = amounts(each.facts.get("quota_amounts") or (), QUOTA)
        good = amounts(each.facts.get("quota_reclaimed_amounts") or (), QUOTA)
        for index in QUOTA:
            free[index] -= taken[index]
            open_[index] += (taken[index] if each.event == QUOTA_USE.event else 0) - good[index]
    return free, open_


def within_grant(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Book it if the grant still covers it.

    Raises
    ------
    StageRefused : another use or return of the grant was booked in between
    """
    assert filing.begun is not None
    for table, left in zip(("quota_amounts", "quota_reclaimed_amounts"), left_of(filing.begun), strict=True):
        check_within(filing, table, left, "balance-beyond-grant")
    return spent(filing, moved, parties, about)


def _next(filing: Filing) -> tuple[Next, ...]:
    free, open_ = left_of(filing)
    steps: list[Procedure] = []
    if any(free.values()):
        steps += [QUOTA_USE, QUOTA_RETURN]
    if filing.event == QUOTA_ADVANCE.event and any(open_.values()):
        steps.append(QUOTA_RECLAIMED)
    return tuple(follow(each.word, "balance:next", filing.uuid, each.event) for each in steps)


def _state(filing: Filing) -> tuple[str, Any]:
    free, open_ = left_of(filing)
    if any(free.values()):
        return "running", _("尚有未用")
    return (
        ("running", _("待归还"))
        if filing.event == QUOTA_ADVANCE.event and any(open_.values())
        else ("pass", _("已用结"))
    )


QUOTA_GRANT = Procedure(
    event="quota-grant",
    word=_("指标下达"),
    done=_("已下达"),
    kind="allocation",
    gates=(),
    registered=granted,
    follows=_next,
    state=_state,
)
QUOTA_ADVANCE = Procedure(
    event="quota-advance",
    word=_("指标预拨"),
    done=_("已预拨"),
    kind="pre-allocation",
    gates=(),
    registered=granted,
    follows=_next,
    state=_state,
)
QUOTA_USE = Procedure(
    event="quota-use",
    word=_("指标核销"),
    done=_("已核销"),
    kind="settlement",
    gates=(),
    registered=used,
    book=within_grant,
)
QUOTA_RETURN = Procedure(
    event="quota-return",
    word=_("指标归还"),
    done=_("已归还"),
    kind="return",
    gates=(),
    registered=returned,
    book=within_grant,
)
QUOTA_RECLAIMED = Procedure(
    event="quota-reclaimed",
    word=_("复垦归还"),
    done=_("已归还"),
    kind="return",
    gates=(),
    registered=reclaimed,
    book=within_grant,
)
