"""What the lists of the book are narrowed by; a filter that cannot be read narrows nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds, entry_kinds
from liangtian_web.ledger.forms import Day
from liangtian_web.ledger.models import Account, Leg, Lot
from liangtian_web.ledger.templatetags.book import ENTRIES_MAX, credit_word, index_word, kind_word
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.texts import unwritable

GROUND = [("", _("全部")), ("yes", _("有地块")), ("no", _("无地块"))]
TEXT_MAX = 100


class PlaceFilter(forms.Form):
    """Narrowed to a place of the user's that has a book, without the places under it."""

    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(
        label=_("责任单元"), queryset=None, required=False, empty_label=_("全部")
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data or None, label_suffix="")
        kept = Account.objects.filter(place__isnull=False).values("place")
        self.fields["place"].queryset = places_for(user).filter(pk__in=kept)  # type: ignore[attr-defined]
        for name, choices in self.choices().items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def choices(self) -> dict[str, list[tuple[str, Any]]]:
        """Field → what may be chosen, in the reader's words."""
        return {}

    def given(self) -> dict[str, Any]:
        """What was asked for and can be read."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class BalanceFilter(PlaceFilter):
    """Of balances."""

    index = forms.ChoiceField(label=_("指标"), required=False)

    def choices(self) -> dict[str, list[tuple[str, Any]]]:
        return {"index": [("", _("全部")), *((name, index_word(name)) for name in indices())]}

    def narrowed(self, rows: QuerySet[Account]) -> QuerySet[Account]:
        """The accounts asked for."""
        given = self.given()
        return rows.filter(**{name: given[name] for name in ("place", "index") if name in given})


class EntryFilter(BalanceFilter):
    """Of entries."""

    kind = forms.ChoiceField(label=_("类型"), required=False)
    since = Day(label=_("自"), required=False)
    until = Day(label=_("至"), required=False)
    text = forms.CharField(label=_("编号或依据"), required=False, max_length=TEXT_MAX)
    # Exactly these, by their numbers: what an amount shown elsewhere is the sum of.
    entries = forms.CharField(required=False, max_length=37 * ENTRIES_MAX, widget=forms.HiddenInput)

    def choices(self) -> dict[str, list[tuple[str, Any]]]:
        return super().choices() | {"kind": [("", _("全部")), *((name, kind_word(name)) for name in entry_kinds())]}

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The entries asked for."""
        given = self.given()
        named = {"kind": "kind", "since": "on__gte", "until": "on__lte"}
        rows = rows.filter(**{lookup: given[name] for name, lookup in named.items() if name in given})
        legs = {f"account__{name}": given[name] for name in ("place", "index") if name in given}
        if legs:
            rows = rows.filter(pk__in=Leg.objects.filter(**legs).values("entry"))
        if "entries" in given:
            rows = rows.filter(uuid__in=_numbers(given["entries"]))
        if (text := given.get("text")) and not unwritable(text):
            rows = rows.filter(Q(key__icontains=text) | Q(evidence__icontains=text))
        return rows


def _numbers(text: str) -> list[UUID]:
    """The numbers of entries as an address lists them; what is none names nothing."""
    found = []
    for each in text.split(","):
        with suppress(ValueError):
            found.append(UUID(each))
    return found


class LotFilter(PlaceFilter):
    """Of lots."""

    credit = forms.ChoiceField(label=_("来源"), required=False)
    ground = forms.ChoiceField(label=_("地块"), required=False)
    since = Day(label=_("验收自"), required=False)
    until = Day(label=_("验收至"), required=False)
    text = forms.CharField(label=_("编号或项目"), required=False, max_length=TEXT_MAX)

    def choices(self) -> dict[str, list[tuple[str, Any]]]:
        return {"credit": [("", _("全部")), *((name, credit_word(name)) for name in credit_kinds())], "ground": GROUND}

    def narrowed(self, rows: QuerySet[Lot]) -> QuerySet[Lot]:
        """The lots asked for."""
        given = self.given()
        named = {"place": "place", "credit": "credit", "since": "on__gte", "until": "on__lte"}
        rows = rows.filter(**{lookup: given[name] for name, lookup in named.items() if name in given})
        if "ground" in given:
            rows = rows.filter(ground__isnull=given["ground"] == "no")
        if (text := given.get("text")) and not unwritable(text):
            rows = rows.filter(Q(serial__icontains=text) | Q(project__icontains=text) | Q(document__icontains=text))
        return rows
