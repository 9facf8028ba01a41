"""Many draws on what is listed, and many payments of earmarked money, from one workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from liangtian_web.balance.earmarked import Source, source_for, sources_for
from liangtian_web.balance.going_on import NUMBER, NUMBER_WORD
from liangtian_web.balance.queries import filing_places
from liangtian_web.ledger.sheet import ROWS_MAX, Filled, naming
from liangtian_web.ledger.sheet_pages import Many, Todo, many_page
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.people.models import User
from liangtian_web.people.requests import Request
from liangtian_web.transfers.forms import PaymentForm, SupplyForm
from liangtian_web.transfers.models import Good, Listing
from liangtian_web.transfers.presentation import payer_word
from liangtian_web.transfers.queries import listed_on, listings_for, offer_behind, trading_places
from liangtian_web.transfers.stages import Open, open_listings

SOURCE = "source"


@require_http_methods(["GET", "POST"])
def supplies(request: Request) -> HttpResponse | FileResponse:
    """Draw on what other places listed, for several separate sites."""
    if not trading_places(request.user).exists():
        raise PermissionDenied
    at = reverse("transfers:index")
    return many_page(
        request,
        Many(
            name="supplies", word=gettext("用于单独选址项目"), list_at=at, list_word=gettext("市级调剂平台"), app="transfers",
            done=f"{reverse('balance:index')}?event=hold&state=waiting#all", make=_drawing(request.user),
            todo=partial(_offers, request.user),
        ),
    )  # fmt: skip


def _drawing(user: User) -> Filled:
    return naming(NUMBER, NUMBER_WORD, partial(_listing, user), partial(SupplyForm, user))


def _listing(user: User, data: Mapping[str, Any]) -> Listing:
    """The offer a row draws on: one that the user sees and that another place of theirs may use.

    Raises
    ------
    ValidationError
    """
    uuid = _number(data.get(NUMBER))
    row = listings_for(user).filter(filing__uuid=uuid).first() if uuid else None
    if row is None or not trading_places(user).exclude(pk=row.filing.place_id).exists():
        raise forms.ValidationError({NUMBER: gettext("没有这笔挂牌，或它是本单元的。请填平台导出清单上的件号。")})
    return row


def _offers(user: User) -> Todo:
    """What other places offer today."""
    heads = [gettext("调出方"), gettext("挂牌日期"), gettext("到期日"), gettext("余量")]
    rows = (each for each in _open_to(user) if trading_places(user).exclude(pk=each.row.filing.place_id).exists())
    return Todo([dict(zip((NUMBER, *heads), _offer(each), strict=True)) for each in rows], heads)


def _open_to(user: User) -> Iterator[Open[Listing]]:
    found = open_listings(listed_on(user, timezone.localdate())[:ROWS_MAX])
    return (each for each in found if each.is_open and each.row.good == Good.COMPENSATION)


def _offer(each: Open[Listing]) -> tuple[Any, ...]:
    filing = each.row.filing
    left = "、".join(f"{index_word(index)} {amount:,}" for index, amount in each.left.items())
    return str(filing.uuid), str(filing.place), filing.on, filing.expires, left


@require_http_methods(["GET", "POST"])
def payments(request: Request) -> HttpResponse | FileResponse:
    """Ask for several payments out of earmarked money."""
    if not filing_places(request.user).exists():
        raise PermissionDenied
    at = reverse("transfers:earmarked")
    return many_page(
        request,
        Many(
            name="payments", word=gettext("登记支出"), list_at=at, list_word=gettext("专款收支"), app="transfers",
            done=f"{reverse('balance:index')}?event=proceeds-use&state=waiting#all", make=_paying(request.user),
            todo=partial(_sources, request.user),
        ),
    )  # fmt: skip


def _paying(user: User) -> Filled:
    return naming(SOURCE, _("来源编号"), partial(_source, user), PaymentForm)


def _source(user: User, data: Mapping[str, Any]) -> Source:
    """The earmarked money a row is paid out of.

    Raises
    ------
    ValidationError
    """
    uuid = _number(data.get(SOURCE))
    source = source_for(user, uuid) if uuid else None
    if source is None:
        raise forms.ValidationError({SOURCE: gettext("没有这笔专款。请填专款收支导出清单上的来源编号。")})
    if not filing_places(user).filter(pk=source.place.pk).exists():
        raise forms.ValidationError({SOURCE: gettext("您不办理%(place)s的事项。") % {"place": source.place}})
    if not source.stands:
        raise forms.ValidationError({SOURCE: gettext("带来这笔专款的分录已冲正，没有可用的专款。")})
    return source


def _sources(user: User) -> Todo:
    """The earmarked money of the places a user files for of which something is left."""
    heads = [gettext("责任单元"), gettext("专款来源"), gettext("付款方"), gettext("来源项目"), gettext("来源文号"),
             gettext("尚余（元）")]  # fmt: skip
    mine = set(filing_places(user).values_list("pk", flat=True))
    left = [each for each in sources_for(user) if each.place.pk in mine and each.left > 0][:ROWS_MAX]
    return Todo([dict(zip((SOURCE, "village", *heads), _left(each), strict=True)) for each in left], heads)


def _left(each: Source) -> tuple[Any, ...]:
    """A source, the village it serves first, and what is left of it."""
    offer = offer_behind(each)
    village = f"{offer.village.parent} {offer.village}" if offer and offer.village else None
    about = str(each.place), each.word, payer_word(each), each.project, each.document
    return (str(each.entry.uuid), village, *about, Decimal(each.left) / 100)


def _number(text: object) -> UUID | None:
    try:
        return UUID(str(text or ""))
    except ValueError:
        return None
