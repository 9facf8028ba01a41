"""Rows of a workbook that go on with a filing: each names it by the number that its page and the exported list have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian_web.balance import actions
from liangtian_web.balance.forms import EndingForm
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.queries import HOLD, STANDS, filing_places, filings_for, quota_places, standing_holds
from liangtian_web.balance.steps import AFTER, NEXT
from liangtian_web.ledger.sheet import ROWS_MAX, Filled, naming
from liangtian_web.ledger.sheet_pages import Todo
from liangtian_web.people.models import Place, User

NUMBER, NUMBER_WORD = "begun", _("件号")
ENDINGS = ("approval", "release")
LOOKED_AT = 500  # filings, the newest: whether one may be followed is asked one by one


PLACES: Mapping[str, Callable[[User], QuerySet[Place]]] = {
    **dict.fromkeys(ENDINGS, filing_places),
    **dict.fromkeys(NEXT, quota_places),
}  # where a user may go on so


def going_on(user: User, event: str) -> Filled:
    """What makes the form of a row."""
    return naming(NUMBER, NUMBER_WORD, lambda data: _begun(user, event, data), partial(_form, user, event))


def _form(user: User, event: str, begun: Filing | None, data: Mapping[str, Any] | None) -> Any:
    return EndingForm(begun, event, data) if event in ENDINGS else NEXT[event](user, event, begun, data)


def _begun(user: User, event: str, data: Mapping[str, Any]) -> Filing:
    """The filing a row goes on with.

    Raises
    ------
    ValidationError : there is none for the user, it is another's to file for, or it cannot be gone on with so
    """
    begun = filing_named(user, data.get(NUMBER, ""))
    if begun is None:
        raise forms.ValidationError({NUMBER: gettext("没有这一件。请填事项页或导出清单上的件号。")})
    words = {"place": begun.place, "project": begun.project, "word": PROCEDURES[event].word}
    if not PLACES[event](user).filter(pk=begun.place_id).exists():
        raise forms.ValidationError({NUMBER: gettext("您不办理%(place)s的事项。") % words})
    if not (_may_follow(begun, event) or Filing.objects.filter(uuid=data["key"]).exists()):
        raise forms.ValidationError({NUMBER: gettext("“%(project)s”这一件现在不能办%(word)s。") % words})
    return begun


def filing_named(user: User, number: str) -> Filing | None:
    """The user's filing of that number."""
    try:
        return filings_for(user).filter(uuid=UUID(number)).first()
    except ValueError:
        return None


def _may_follow(begun: Filing, event: str) -> bool:
    if event in ENDINGS:
        return begun.event == HOLD
    return actions.may_follow(begun, event, timezone.localdate())


def todo(user: User, event: str) -> Todo:
    """What can be gone on with now, the newest first: its number, what it is, and the amounts that are left of it."""
    heads = [gettext("承接事项"), gettext("承接项目"), gettext("责任单元"), gettext("承接文号"), gettext("承接日期")]
    rows = [dict(zip(heads, _about(each), strict=True)) | _known(user, event, each) for each in _open(user, event)]
    return Todo(rows, heads)


def _about(filing: Filing) -> Iterable[Any]:
    return str(PROCEDURES[filing.event].word), filing.project, str(filing.place), filing.document, filing.on


def _known(user: User, event: str, begun: Filing) -> dict[str, Any]:
    form = _form(user, event, begun, None)
    amounts = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields if "__" in name}
    return {NUMBER: str(begun.uuid), **amounts}


def _open(user: User, event: str) -> Iterator[Filing]:
    """As many as a workbook takes."""
    places, today = PLACES[event](user), timezone.localdate()
    if event in ENDINGS:
        waits = Filing.objects.filter(begun=OuterRef("pk"), decision=None)
        rows = standing_holds(user, today).filter(~Exists(waits), place__in=places)
        return iter(rows.select_related("run")[:ROWS_MAX])
    rows = filings_for(user).filter(STANDS, event__in=AFTER[event], place__in=places)
    rows = rows.prefetch_related("later__decision__entry__reversed_by")[:LOOKED_AT]
    return islice((each for each in rows if _may_follow(each, event)), ROWS_MAX)
