"""验收入库: the ground of an accepted project opens a lot and is credited; the pools take their shares in the same entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from liangtian.ledger.allocation import legs_from
from liangtian.ledger.indices import indices
from liangtian.ledger.lots import Ground, Lot
from liangtian.ledger.posting import Pocket, Posting
from liangtian.policy.amounts import amounts
from liangtian.policy.evaluate import Posted
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import OUTSIDE, REGISTERED, Parties, Procedure, posted
from liangtian_web.balance.procedures.staged import after_acceptance
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.records import OUTSIDE as OUTSIDE_KEY
from liangtian_web.ledger.records import place_key


def registered(filing: Filing) -> Iterator[Posted]:
    """Credit the county with all that was accepted, and hand on what a document of the province takes instead of its share."""
    county, province = Pocket("county", "reserve"), Pocket("province", "provincial")
    for source, name, target in ((OUTSIDE, "accepted_amounts", county), (county, "provincial_amounts", province)):
        for index, amount in amounts(filing.facts.get(name) or ()).items():
            yield from posted(REGISTERED, index, amount, from_=source, to=target)


def credit(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Open the lot and credit it: what leaves the outside world stands on this ground."""
    key = place_key(filing.place)
    assert filing.wkb is not None
    lot = Lot(
        serial=f"{key}-{filing.on.year}-{filing.pk:05d}", place=key, project=filing.project, on=filing.on,
        credit=filing.facts["credit_kind"], ground=Ground(bytes(filing.wkb), filing.crs), document=filing.document,
    )  # fmt: skip
    minted = {
        (OUTSIDE_KEY, OUTSIDE_KEY, each.index): [(lot.serial, -each.amount)]
        for each in moved
        if each.party == OUTSIDE_KEY and each.amount < 0 and indices()[each.index].lots
    }
    return book.post(about.entry(legs_from(moved, parties, minted), lots=[lot]))[0]


ACCEPTANCE = Procedure(
    event="acceptance",
    word=_("验收入库"),
    done=_("已入账"),
    kind="acceptance",
    gates=(
        "wenzhou-2019（六）.2",
        "wenzhou-2019（六）.4",
        "wenzhou-2019（六）.6",
        "linkage-2008（节余指标）.1",
        "staged-release-2026（释放）.1",
    ),
    follows=after_acceptance,
    registered=registered,
    book=credit,
    again=True,
)
