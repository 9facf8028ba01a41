"""What is handed in of many commitments at once: supplies, defaults, steps taken; each row names its commitment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.policy.amounts import BALANCE
from liangtian_web.balance.going_on import NUMBER, NUMBER_WORD, filing_named
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import COMMITMENT, COMPLETION, STEPS
from liangtian_web.balance.queries import filing_places
from liangtian_web.commitments.forms import DefaultForm, StepForm, SupplyForm
from liangtian_web.commitments.queries import booked_for, files_for, judged_places, judges, recordable
from liangtian_web.commitments.register import Line, lines
from liangtian_web.ledger.sheet import ROWS_MAX, Filled, naming
from liangtian_web.ledger.sheet_pages import Todo
from liangtian_web.people.models import Place, User

# Kind → name in the trail, word, whether the user may hand it in of a commitment.
KINDS: Mapping[str, tuple[str, Any, Callable[[User, Filing], bool]]] = {
    "supply": ("supplies", _("兑现承诺"), files_for),
    "default": ("defaults", _("到期核减"), judges),
    "step": ("steps", _("记录进展"), lambda user, promise: bool(recordable(user, promise))),
}


def places_of(user: User, kind: str) -> QuerySet[Place]:
    """Where a user may hand in something of a kind."""
    if kind == "supply":
        return filing_places(user)
    return judged_places(user) if kind == "default" else filing_places(user) | judged_places(user)


def filling(user: User, kind: str) -> Filled:
    """What makes the form of a row."""
    return naming(NUMBER, NUMBER_WORD, partial(_promise, user, kind), partial(_form, user, kind))


def _form(user: User, kind: str, promise: Filing | None, data: Mapping[str, Any] | None) -> Any:
    if kind == "step":
        return StepForm(promise, recordable(user, promise) if promise else [*STEPS, COMPLETION], data)
    return SupplyForm(promise, data) if kind == "supply" else DefaultForm(promise, data)


def _promise(user: User, kind: str, data: Mapping[str, Any]) -> Filing:
    """The commitment a row is about.

    Raises
    ------
    ValidationError : there is none for the user, or it is another's to file for
    """
    promise = filing_named(user, data.get(NUMBER, ""))
    if promise is None or promise.event != COMMITMENT.event:
        raise forms.ValidationError({NUMBER: gettext("没有这件承诺。请填导出清单上的件号。")})
    if not KINDS[kind][2](user, promise):
        raise forms.ValidationError({NUMBER: gettext("您不办理%(place)s的事项。") % {"place": promise.place}})
    return promise


def todo(user: User, kind: str) -> Todo:
    """The commitments that are open, the most urgent first: for a default those that are late."""
    heads = [gettext("承接项目"), gettext("责任单元"), gettext("承接文号"), gettext("期限")]
    may = KINDS[kind][2]
    found = [each for each in lines(booked_for(user), timezone.localdate()) if each.standing.is_open]
    found = [each for each in found if (kind != "default" or each.late > 0) and may(user, each.filing)][:ROWS_MAX]
    return Todo([_row(each, kind, heads) for each in found], heads)


def _row(each: Line, kind: str, heads: list[str]) -> dict[str, Any]:
    filing, known = each.filing, each.standing
    about = dict(zip(heads, (filing.project, str(filing.place), filing.document, each.due), strict=True))
    owed = {name: known.outstanding[name] + known.arrears[name] or None for name in BALANCE} if kind == "supply" else {}
    return {NUMBER: str(filing.uuid), **owed, **about}
