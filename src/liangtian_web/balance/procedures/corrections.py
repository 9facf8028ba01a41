"""冻结、解冻、解挂与作废: what an authority orders of credits in the book, by its document.

No clause computes these. Credit that turns out false as a whole is taken back from its acceptance (指标追回), and what was booked by
mistake is reversed; here the credit itself is frozen, freed or taken out. A review that changes amounts is proposed in the book (复核调整).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.posting import Pocket, Posting
from liangtian.policy.evaluate import Posted
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import (
    OUTSIDE,
    Next,
    Parties,
    Procedure,
    check_within,
    follow,
    from_reserve,
    goes_on_with,
    later,
    own_place,
)
from liangtian_web.balance.procedures.poolings import RESERVE, moved
from liangtian_web.balance.queries import held_by, stands
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry, Leg

HELD, USED = Pocket("county", "held"), Pocket("county", "used")
Lots = dict[str, list[tuple[str, int]]]


def frozen(filing: Filing) -> Iterator[Posted]:
    """Set aside, so that it can be neither spent nor passed on."""
    return moved(filing, RESERVE, HELD)


def thawed(filing: Filing) -> Iterator[Posted]:
    """All that was frozen comes back."""
    assert filing.begun is not None
    trial = Filing(facts={"moved_amounts": [held_by(filing.begun)]})
    return moved(trial, HELD, RESERVE)


def thaw(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """End what was frozen, each lot where it came from.

    Raises
    ------
    StageRefused : it was freed in between
    """
    assert filing.begun is not None
    if not _is_frozen(filing.begun):
        raise StageRefused("balance-not-held")
    hold = filing.begun.decision.entry
    assert hold is not None  # filed only against what was booked
    return book.settle(hold, moved, parties=parties, about=about)


def _is_frozen(filing: Filing) -> bool:
    return stands(filing) and not later(filing)


def cut(filing: Filing) -> Iterator[Posted]:
    """Credit leaves the book."""
    return moved(filing, RESERVE, OUTSIDE)


def freed(filing: Filing) -> Iterator[Posted]:
    """What was written off for land that is not built on comes back to the reserve."""
    return moved(filing, USED, RESERVE)


def written_off(approval: Filing) -> Lots:
    """Index → lots that a write-off used, oldest first, less what was freed of them since."""
    entries = [
        approval.decision.entry_id,
        *(each.decision.entry_id for each in later(approval) if each.event == UNLINKING.event),
    ]
    legs = Leg.objects.filter(entry__in=entries, account__pool="used", account__place=approval.place, lot__isnull=False)
    rows = (
        legs.values("account__index", "lot__serial", "lot__on")
        .annotate(left=Sum("amount"))
        .order_by("lot__on", "lot__serial")
    )
    found: Lots = {}
    for row in rows:
        if row["left"] > 0:
            found.setdefault(row["account__index"], []).append((row["lot__serial"], row["left"]))
    return found


def used_by(approval: Filing) -> dict[str, int]:
    """Index → what a write-off uses and was not freed or reversed since."""
    lots = written_off(approval) if stands(approval) else {}
    return {index: sum(part for _serial, part in found) for index, found in lots.items()}


def free(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Give back the write-off's own lots, no more than it used.

    Raises
    ------
    StageRefused : it used less, or was freed or reversed in between
    """
    assert filing.begun is not None
    check_within(filing, "moved_amounts", used_by(filing.begun), "balance-beyond-used")
    lots, own = written_off(filing.begun), parties["county"]
    return book.spend(
        moved, about, parties=parties, lots={(own, "used", index): found for index, found in lots.items()}
    )


def after_freezing(filing: Filing) -> tuple[Next, ...]:
    """Free what is frozen."""
    return (follow(THAWING.word, "balance:next", filing.uuid, THAWING.event),) if _is_frozen(filing) else ()


def after_approval(filing: Filing) -> tuple[Next, ...]:
    """Free what was written off, while something is left of it."""
    if not (stands(filing) and written_off(filing)):
        return ()
    return (follow(UNLINKING.word, "balance:next", filing.uuid, UNLINKING.event),)


def _state(filing: Filing) -> tuple[str, Any]:
    return ("running", FREEZING.done) if _is_frozen(filing) else ("pass", THAWING.done)


FREEZING = Procedure(
    event="freeze",
    word=_("指标冻结"),
    done=_("冻结中"),
    kind="hold",
    gates=(),
    registered=frozen,
    book=from_reserve,
    follows=after_freezing,
    state=_state,
)
THAWING = Procedure(
    event="thaw",
    word=_("指标解冻"),
    done=_("已解冻"),
    kind="release",
    gates=(),
    registered=thawed,
    parties=own_place,
    book=thaw,
    evidence=goes_on_with,
)
UNLINKING = Procedure(
    event="unlinking",
    word=_("解挂入库"),
    done=_("已解挂"),
    kind="unlinking",
    gates=(),
    registered=freed,
    book=free,
    evidence=goes_on_with,
)
VOIDING = Procedure(
    event="void",
    word=_("指标作废"),
    done=_("已作废"),
    kind="void",
    gates=(),
    registered=cut,
    book=from_reserve,
)
