"""Many closings of books, and many boundaries of lots, from one workbook."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from liangtian_web.ledger.models import Lot
from liangtian_web.ledger.queries import keeping_places, lots_for
from liangtian_web.ledger.recording import closed_through
from liangtian_web.ledger.sheet import ROWS_MAX, naming
from liangtian_web.ledger.sheet_ground import PLOT, Grounds, plot_named
from liangtian_web.ledger.sheet_pages import Many, Todo, many_page
from liangtian_web.ledger.sheet_words import NumberField
from liangtian_web.people.models import User
from liangtian_web.people.requests import Request
from liangtian_web.standing.forms import BoundaryRow, ClosingForm
from liangtian_web.texts import unwritable

SERIAL = "serial"


@require_http_methods(["GET", "POST"])
def closings(request: Request) -> HttpResponse | FileResponse:
    """Propose to close the books of several places."""
    keeper, at = _keeper(request), reverse("standing:periods")
    return many_page(
        request,
        Many(
            name="closings", word=gettext("关账"), list_at=at, list_word=gettext("关账"), done=at, app="ledger",
            make=partial(ClosingForm, keeper), todo=partial(_places, keeper),
        ),
    )  # fmt: skip


def _places(user: User) -> Todo:
    """The places that a user keeps a book of, and how far each is closed."""
    form = ClosingForm(user)
    closed, until = gettext("已关至"), form.fields["through"].initial
    places = form.fields["place"].queryset[:ROWS_MAX]  # type: ignore[attr-defined]
    return Todo([{"place": str(each), "through": until, closed: closed_through(each)} for each in places], [closed])


@require_http_methods(["GET", "POST"])
def boundaries(request: Request) -> HttpResponse | FileResponse:
    """Propose the boundaries of several lots whose ground is not known."""
    keeper, at = _keeper(request), reverse("ledger:lots")
    return many_page(
        request,
        Many(
            name="boundaries", word=gettext("补上范围"), list_at=at, list_word=gettext("指标块"), app="ledger",
            done=reverse("ledger:proposals"), make=partial(_bounded, keeper), plot=_plot, todo=partial(_groundless, keeper),
        ),
    )  # fmt: skip


def _keeper(request: Request) -> User:
    if not keeping_places(request.user).exists():
        raise PermissionDenied
    return request.user


def _plot(row: Mapping[str, Any]) -> str:
    """What a row calls its ground: where it does not say, as the lot."""
    return plot_named(row) or str(row.get(SERIAL) or "")


def _bounded(user: User, grounds: Grounds | None, data: Mapping[str, Any] | None) -> Any:
    """The form of a row: its lot, and the plots it names."""
    if data is not None and grounds is not None:
        return BoundaryRow(_lot(user, data), grounds.of(_plot(data)), data)
    blank = naming(SERIAL, _("批次编号"), partial(_lot, user), lambda lot, _data: BoundaryRow(lot, None, None))(None)
    blank.fields[PLOT] = NumberField(label=_("地块"), required=False)
    return blank


def _lot(user: User, data: Mapping[str, Any]) -> Lot:
    """The lot a row names, of a place whose book the user keeps.

    Raises
    ------
    ValidationError
    """
    serial = str(data.get(SERIAL) or "")
    lot = None if unwritable(serial) else lots_for(user).filter(serial=serial).first()
    if lot is None:
        raise forms.ValidationError({SERIAL: gettext("没有这一块。请填指标块清单上的批次编号。")})
    if not keeping_places(user).filter(pk=lot.place_id).exists():
        raise forms.ValidationError({SERIAL: gettext("您不办理%(place)s的事项。") % {"place": lot.place}})
    return lot


def _groundless(user: User) -> Todo:
    """The lots of the places a user keeps whose ground is not known."""
    heads = [gettext("责任单元"), gettext("项目"), gettext("文件")]
    lots = lots_for(user).filter(ground=None, place__in=keeping_places(user)).order_by("on", "serial")[:ROWS_MAX]
    about = ((lot.serial, str(lot.place), lot.project, lot.document) for lot in lots)
    return Todo([dict(zip((SERIAL, *heads), each, strict=True)) for each in about], heads)
