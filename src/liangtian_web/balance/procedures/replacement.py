"""追回补缺: credit taken back after it was used or passed on is replaced from lots named, and the rest becomes arrears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from liangtian.errors import BookRefused
from liangtian.ledger.entry import Account as Pocketed
from liangtian.ledger.entry import Leg as KernelLeg
from liangtian.ledger.indices import index_words
from liangtian.ledger.posting import Posting
from liangtian.policy.amounts import COMPENSATION
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import Parties, Procedure, later, stated
from liangtian_web.balance.procedures.staged import REPLACE, in_the_book, left_of, lot_of, moved_last
from liangtian_web.balance.queries import at_hand
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account, Entry
from liangtian_web.ledger.queries import holdings_of


def facts_of(filing: Filing, key: str) -> dict[str, object]:
    """Where the credit of the lot is: left, held, used by its own place, passed on; and what was made good before."""
    left, held, used = _left(filing), _own(filing, "held"), _own(filing, "used")
    assert filing.begun is not None
    out = in_the_book(filing.begun)
    passed_on = {index: max(0, out[index] - left[index] - held[index] - used[index]) for index in COMPENSATION}
    return stated(filing, key) | {
        "lot_left_amounts": (left,),
        "lot_held_amounts": (held,),
        "lot_used_amounts": (used,),
        "lot_passed_on_amounts": (passed_on,),
        "lot_made_good_amounts": (_made_good(filing),),
    }


def _left(filing: Filing) -> dict[str, int]:
    found = left_of(filing)
    return {index: sum(each[index] for each in found.values()) for index in COMPENSATION}


def _own(filing: Filing, pool: str) -> dict[str, int]:
    assert filing.begun is not None
    serial = lot_of(filing.begun).serial
    rows = Account.objects.filter(place=filing.place, pool=pool, index__in=COMPENSATION)
    found = {row.index: dict(holdings_of(row.pk, filing.on)).get(serial, 0) for row in rows}
    return {index: found.get(index, 0) for index in COMPENSATION}


def _made_good(filing: Filing) -> dict[str, int]:
    """What earlier filings replaced or entered as arrears beyond what they took out of the lot."""
    assert filing.begun is not None
    found: Counter[str] = Counter()
    for each in later(filing.begun):
        if each.event == REPLACE and each.pk != filing.pk:
            for _party, pool, index, amount, _rule in each.decision.postings:
                if pool == "arrears":
                    found[index] += amount
                elif pool == "reserve":
                    found[index] -= amount
                elif pool == "used" and amount < 0:
                    found[index] += amount
    return {index: max(0, found[index]) for index in COMPENSATION}


def replace(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Each move by itself, as what leaves the used pool and what comes to it are different lots of one account."""
    assert filing.begun is not None
    lot, legs = lot_of(filing.begun).serial, Counter[Pocketed]()
    for source, target in zip(moved[::2], moved[1::2], strict=True):
        for serial, amount in _lots(filing, source, lot):
            legs[Pocketed(parties[source.party], source.pool, source.index, serial)] -= amount
            legs[Pocketed(parties[target.party], target.pool, target.index, serial)] += amount
    return book.post(about.entry(KernelLeg(account, amount) for account, amount in legs.items() if amount))[0]


def _lots(filing: Filing, source: Posting, lot: str) -> Iterator[tuple[str | None, int]]:
    """The lots that give: the false one itself, those named of the reserve, none of what becomes a debt."""
    if source.pool != "reserve":
        yield (lot if source.pool == "used" else None), -source.amount
        return
    missing = -source.amount
    for serial, held in at_hand(filing, source.index):
        if part := min(held, missing):
            missing -= part
            yield serial, part
    if missing:
        raise BookRefused("replacement-short", **index_words(source.index), missing=f"{missing:,}")


def _after_its_use(filing: Filing, today: date) -> None:
    """What is replaced was used before: dated earlier, the false lot would come into `used` after it was taken out."""
    assert filing.begun is not None
    last = moved_last(filing.begun)
    if filing.on < last:
        raise StageRefused("replacement-early", on=filing.on.isoformat(), last=last.isoformat())


def _evidence(filing: Filing) -> tuple[str, ...]:
    assert filing.begun is not None
    return (f"filing:{filing.begun.uuid}", f"lot:{lot_of(filing.begun).serial}")


def _says(filing: Filing) -> Iterator[tuple[str, Any]]:
    assert filing.begun is not None
    yield str(_("追回的指标块")), lot_of(filing.begun).serial


REPLACEMENT = Procedure(
    event=REPLACE,
    word=_("追回补缺"),
    done=_("已补足或记欠账"),
    kind="clawback",
    gates=("staged-release-2026（补缺）.1",),
    facts=facts_of,
    book=replace,
    ready=_after_its_use,
    evidence=_evidence,
    says=_says,
)
