"""What the list of filings is narrowed by; a filter that cannot be read narrows nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.queries import STANDS
from liangtian_web.ledger.filters import PlaceFilter
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for

STATES: dict[str, tuple[Any, Q]] = {
    "waiting": (_("待审核"), Q(decision=None)),
    "passed": (_("已通过"), STANDS),
    "refused": (_("已退回"), Q(decision__isnull=False, decision__entry=None, decision__noted=False)),
    "reversed": (_("已冲正"), Q(decision__entry__reversed_by__isnull=False)),
}


class FilingFilter(PlaceFilter):
    """Of filings."""

    event = forms.ChoiceField(label=_("事项"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(user, data)
        self.fields["place"].queryset = places_for(user).filter(pk__in=Filing.objects.values("place"))  # type: ignore[attr-defined]

    def choices(self) -> dict[str, list[tuple[str, Any]]]:
        return {
            "event": [("", _("全部")), *((name, each.word) for name, each in PROCEDURES.items())],
            "state": [("", _("全部")), *((name, word) for name, (word, _filter) in STATES.items())],
        }

    def narrowed(self, rows: QuerySet[Filing]) -> QuerySet[Filing]:
        """The filings asked for."""
        given = self.given()
        rows = rows.filter(**{name: given[name] for name in ("place", "event") if name in given})
        return rows.filter(STATES[given["state"]][1]) if "state" in given else rows
