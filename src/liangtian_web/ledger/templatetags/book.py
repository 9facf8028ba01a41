"""The words of the book in the reader's language, and amounts in the unit of the header."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import CreditKind, EntryKind, Pool, credit_kinds, entry_kinds, pools
from liangtian_web.ledger.models import Entry
from liangtian_web.onemap.templatetags.land import area, unit_word

register = template.Library()
POINTERS = ("filing:", "run:", "lot:")  # evidence the program points with; what a person cites are documents
OTHER_RECORDS = {"attachment": _("补上范围"), "closing": _("关账")}


def _word(found: EntryKind | Pool | CreditKind | None, name: str) -> str:
    if found is None:
        return name
    return found.en if get_language() == "en" else found.zh


@register.filter
def kind_word(kind: str) -> str:
    """A kind of entry, or of another record."""
    if kind in OTHER_RECORDS:
        return str(OTHER_RECORDS[kind])
    return _word(entry_kinds().get(kind), kind)


@register.filter
def pool_word(pool: str) -> str:
    """A pool."""
    return _word(pools().get(pool), pool)


@register.filter
def credit_word(credit: str) -> str:
    """A kind of credit."""
    return _word(credit_kinds().get(credit), credit)


@register.filter
def index_word(index: str) -> str:
    """An index."""
    found = indices().get(index)
    return index if found is None else found.en if get_language() == "en" else found.zh


@register.filter
def index_unit(index: str, unit: str) -> str:
    """The unit an index is shown in, under the unit of the header."""
    return {"m2": unit_word(unit), "kg": "kg", "fen": gettext("元")}[indices()[index].unit]


@register.simple_tag
def amount(value: int | None, index: str, unit: str, *, signed: bool = False) -> str:
    """An amount of an index as it is shown; `signed` writes the plus."""
    if value is None:
        return "—"
    kind = indices()[index].unit
    if kind == "m2":
        shown = area(value, unit)
    else:
        shown = f"{value:,}" if kind == "kg" else f"{Decimal(value) / 100:,.2f}"
    return f"+{shown}" if signed and value > 0 else shown


@register.filter
def documents(entry: Entry) -> str:
    """The documents an entry rests on, as a person cites them; filings and checks are read on its own page."""
    return "；".join(text for text in entry.evidence if not text.startswith(POINTERS)) or "—"


@register.filter
def entry_name(entry: Entry) -> str:
    """What an entry is called where another points to it: kind, day, document. Its key is for programs."""
    return f"{kind_word(entry.kind)} {entry.on:%Y-%m-%d} {documents(entry)}"
