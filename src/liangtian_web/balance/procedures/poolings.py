"""统筹划转: credits that are in the book already go into the city's, the province's or the nation's pool, or come out of one.

What an acceptance pools is computed with it, and what the city's pool gives out by its clause. Here no clause says how much: what is
booked is what the document says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from liangtian.ledger.posting import Pocket, Posting
from liangtian.policy.amounts import COMPENSATION
from liangtian.policy.evaluate import Posted
from liangtian.units import round_half_up
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import REGISTERED, Parties, Procedure, from_reserve, moved_as_stated, posted, spent
from liangtian_web.balance.queries import LEVELS
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry

MOVED = (*COMPENSATION, "linkage_m2")
RESERVE, MUNICIPAL = Pocket("county", "reserve"), Pocket("city", "municipal")
PROVINCIAL, NATIONAL = Pocket("province", "provincial"), Pocket("province", "national")


def moved(filing: Filing, from_: Pocket, to: Pocket) -> Iterator[Posted]:
    """What was handed in, from one pool to another."""
    return moved_as_stated(filing, "moved_amounts", MOVED, from_=from_, to=to)


def source_of(filing: Filing) -> Pocket:
    """Whose pool it comes from: the reserve of who keeps one, the city's pool of a city."""
    return RESERVE if filing.place.kind in LEVELS else Pocket("county", "municipal")


def to_city(filing: Filing) -> Iterator[Posted]:
    """The place gives to the city's pool; the city pays what the document says, into money that is earmarked."""
    yield from moved(filing, RESERVE, MUNICIPAL)
    yuan = Fraction(Decimal(str(filing.facts.get("pooling_price_yuan") or 0)))
    fen = int(round_half_up(yuan * 100))
    yield from posted(REGISTERED, "money_fen", fen, from_=Pocket("city", "fund"), to=Pocket("county", "earmarked"))


def to_province(filing: Filing) -> Iterator[Posted]:
    """The place, or the city from its pool, gives to the province's."""
    return moved(filing, source_of(filing), PROVINCIAL)


def to_nation(filing: Filing) -> Iterator[Posted]:
    """The province's pool gives to the nation's."""
    return moved(filing, PROVINCIAL, NATIONAL)


def from_above(filing: Filing) -> Iterator[Posted]:
    """The province's or the nation's pool gives to the place."""
    return moved(filing, Pocket("province", filing.facts["pool_drawn_on"]), RESERVE)


def given(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Give the lots named, or the oldest first."""
    return (from_reserve if filing.place.kind in LEVELS else spent)(filing, moved, parties, about)


CITY_POOLING = Procedure(
    event="city-pooling",
    word=_("划入市级统筹"),
    done=_("已划入"),
    kind="city-pooling",
    gates=(),
    registered=to_city,
    book=from_reserve,
)
PROVINCIAL_POOLING = Procedure(
    event="provincial-pooling",
    word=_("划入省级统筹"),
    done=_("已划入"),
    kind="provincial-pooling",
    gates=(),
    registered=to_province,
    book=given,
)
NATIONAL_POOLING = Procedure(
    event="national-pooling",
    word=_("用于国家统筹"),
    done=_("已划入"),
    kind="national-pooling",
    gates=(),
    registered=to_nation,
)
UPPER_POOL_USE = Procedure(
    event="upper-pool-use",
    word=_("上级统筹指标划入"),
    done=_("已划入"),
    kind="pool-use",
    gates=(),
    registered=from_above,
)
