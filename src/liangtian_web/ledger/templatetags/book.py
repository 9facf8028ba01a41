"""The words of the book in the reader's language, and amounts in the unit of the header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import CreditKind, EntryKind, Pool, credit_kinds, entry_kinds, pools
from liangtian_web.ledger.models import Entry, Leg, Lot
from liangtian_web.ledger.queries import entries_for
from liangtian_web.onemap.templatetags.land import area, unit_word

register = template.Library()
POINTERS = ("filing:", "run:", "lot:")  # evidence the program points with; what a person cites are documents
ENTRIES_MAX = 100  # of a list that is asked for entry by entry
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


def entries_address(entries: Iterable[Entry], **narrowed: str) -> str:
    """Where the entries that an amount is the sum of are read: the one there is, else the list of exactly these."""
    found = list(dict.fromkeys(str(each.uuid) for each in entries))
    if len(found) == 1:
        return reverse("ledger:entry", args=found)
    asked = {"entries": ",".join(found[:ENTRIES_MAX])} | {name: text for name, text in narrowed.items() if text}
    return f"{reverse('ledger:entries')}?{urlencode(asked)}" if found else ""


@register.simple_tag
def booked(
    value: int | None, index: str, unit: str, entries: Entry | Iterable[Entry] | None, *, signed: bool = False
) -> str:
    """An amount that opens the entry that booked it, or the list of those it is the sum of; without any, the amount."""
    shown = amount(value, index, unit, signed=signed)
    found = [entries] if isinstance(entries, Entry) else list(entries or ())
    url = entries_address(found) if value is not None else ""
    return format_html('<a href="{}">{}</a>', url, shown) if url else shown


class OfLot(Protocol):
    """Something that is said of a lot."""

    lot: Lot


@register.simple_tag(takes_context=True)
def earned(context: Mapping[str, Any], value: int | None, index: str, unit: str, on_lots: Iterable[OfLot]) -> str:
    """An amount that opens the entries by which lots came into the book, and what took of their credits again.

    Of these the reader's own: what another place gave back of a lot it bought is its entry.
    """
    lots = [each.lot for each in on_lots]
    legs = Leg.objects.filter(lot__in=lots, account__pool="outside", implied=False)
    seen = entries_for(context["request"].user).filter(pk__in=legs.values("entry"))
    return booked(value, index, unit, seen.order_by("pk"))


@register.filter
def documents(entry: Entry) -> str:
    """The documents an entry rests on, as a person cites them; filings and checks are read on its own page."""
    return "；".join(text for text in entry.evidence if not text.startswith(POINTERS)) or "—"


@register.filter
def entry_name(entry: Entry) -> str:
    """What an entry is called where another points to it: kind, day, document. Its key is for programs."""
    return f"{kind_word(entry.kind)} {entry.on:%Y-%m-%d} {documents(entry)}"
