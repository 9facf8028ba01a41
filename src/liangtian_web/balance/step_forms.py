"""What is handed in for the further steps: releases, clawbacks, the use of the city's pool, quota. Each form knows its facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.policy.amounts import COMPENSATION
from liangtian.policy.facts import dictionary
from liangtian_web.balance import actions
from liangtian_web.balance.forms import HeadForm, LotsField, unit_of
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.pool_use import UNLISTED
from liangtian_web.balance.procedures.quota import QUOTA, left_of
from liangtian_web.balance.procedures.staged import left_of as left_of_lot
from liangtian_web.balance.procedures.staged import moved_last
from liangtian_web.balance.queries import filing_places, quota_places
from liangtian_web.balance.site_forms import choices_of, fact_word
from liangtian_web.ledger.sheet_words import name_amount
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.onemap.forms import offer_places
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request


class StepForm(HeadForm):
    """A step with tables of amounts, each a fact of the dictionary; `begun`: what it goes on with."""

    tables: Mapping[str, tuple[str, ...]] = {}

    def __init__(self, user: User, event: str, begun: Filing | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event, self.begun = event, begun
        for table, names in self.tables.items():
            for name in names:
                field = forms.IntegerField(required=False, min_value=0, max_value=AMOUNT_MAX)
                name_amount(field, f"{fact_word(table)} {index_word(name)}", unit_of(name))
                self.fields[f"{table}__{name}"] = field

    def clean_on(self) -> date:
        """Nothing goes on with what is not booked yet on that day."""
        on = super().clean_on()
        if self.begun is not None and on < self.begun.on:
            said = gettext("业务日期不能早于所承接事项的业务日期 %(on)s。") % {"on": self.begun.on.isoformat()}
            raise forms.ValidationError(said)
        return on

    def head(self) -> list[forms.BoundField]:
        """The fields above the tables."""
        return [field for field in self if "__" not in field.name and field.name != "key"]

    def amounts(self) -> Iterable[dict[str, Any]]:
        """Each table: its word, and index, unit and field row by row."""
        for table, names in self.tables.items():
            rows = [{"index": name, "unit": unit_of(name), "field": self[f"{table}__{name}"]} for name in names]
            yield {"word": fact_word(table), "rows": rows}

    def clean(self) -> dict[str, Any]:
        """Something is asked for."""
        given = super().clean() or {}
        if self.tables and not self.errors and not any(self._given(given).values()):
            raise forms.ValidationError(_("请至少填一项数量。"))
        return given

    def _given(self, given: Mapping[str, Any]) -> dict[str, int]:
        return {f"{table}__{name}": given.get(f"{table}__{name}") or 0
                for table, names in self.tables.items() for name in names}  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """By the names of the facts dictionary; an amount left empty is nought."""
        given = self._given(self.cleaned_data)
        tables = {table: ({name: given[f"{table}__{name}"] for name in names},) for table, names in self.tables.items()}
        words = {name: self.cleaned_data[name] for name in self.fields if name in dictionary()}
        return {**{name: value for name, value in words.items() if value not in (None, "")}, **tables}

    def whose(self) -> Place:
        """Whose balance it is."""
        if self.begun:
            return self.begun.place
        place: Place = self.cleaned_data["place"]
        return place

    def hand_in(self, request: Request) -> Filing:
        """File the step."""
        project = self.cleaned_data.get("project") or (self.begun.project if self.begun else "")
        more = {"begun": self.begun} if self.begun else {}
        return actions.file(request, self.head_of(self.whose(), project), self.event, facts=self.facts(), **more)


class ReleaseForm(StepForm):
    """What is released of an accepted project, and in how many seasons its ground was seen cropped."""

    tables = {"release_amounts": COMPENSATION}
    cropped_seasons = forms.IntegerField(min_value=0, max_value=100)

    def __init__(self, user: User, event: str, begun: Filing | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, event, begun, *args, **kwargs)
        self.fields["cropped_seasons"].label = fact_word("cropped_seasons")
        if begun is None:
            return
        trial = Filing(place=begun.place, on=self.fields["on"].initial, begun=begun)
        for name, amount in left_of_lot(trial)["lot_retained_amounts"].items():
            self.fields[f"release_amounts__{name}"].initial = amount or None


class ClawbackForm(StepForm):
    """Why the credit of an accepted project is taken back."""

    clawback_reason = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["clawback_reason"]
        reason.label = fact_word("clawback_reason")
        reason.choices = choices_of("clawback_reason")  # type: ignore[attr-defined]


class ReplacementForm(ClawbackForm):
    """What is missing of credit taken back: replaced from lots named, the rest becomes arrears."""

    tables = {"replacement_amounts": COMPENSATION}
    lots = LotsField()

    def clean_on(self) -> date:
        """Not before the lot was used for the last time."""
        on = super().clean_on()
        assert self.begun is not None
        if on < (last := moved_last(self.begun)):
            said = gettext("业务日期不能早于这个指标块最后一次变动的 %(last)s。")
            raise forms.ValidationError(said % {"last": last.isoformat()})
        return on

    def clean(self) -> dict[str, Any]:
        """Lots are named for what is replaced; nothing replaced makes all of it arrears."""
        given = HeadForm.clean(self) or {}
        if any(self._given(given).values()) and not given.get("lots"):
            self.add_error("lots", gettext("请指定用来补足的指标块。"))
        return given

    def hand_in(self, request: Request) -> Filing:
        """File it, with the lots named."""
        assert self.begun is not None
        head = self.head_of(self.whose(), self.begun.project)
        more = {"begun": self.begun, "lots": self.cleaned_data["lots"]}
        return actions.file(request, head, self.event, facts=self.facts(), **more)


class PromisedApprovalForm(StepForm):
    """The approval of land whose promise covers all it owes: its day and document, and nothing to write off."""


class BeginForm(StepForm):
    """A step that goes on with nothing: it names its place and project."""

    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    project = forms.CharField(label=_("项目"), max_length=100)
    field_order = ["key", "place", "project", "on", "document"]

    places: Callable[[User], QuerySet[Place]] = staticmethod(filing_places)  # where a user may begin it

    def __init__(self, user: User, event: str, begun: Filing | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, event, begun, *args, **kwargs)
        offer_places(self, type(self).places(user))


class PoolUseForm(BeginForm):
    """What a place asks of the city's pool, and for what."""

    tables = {"pool_use_amounts": COMPENSATION}
    pool_purpose = forms.ChoiceField()
    pool_use_reason = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("pool_purpose", "pool_use_reason"):
            self.fields[name].label = fact_word(name)
        self.fields["pool_purpose"].choices = choices_of("pool_purpose")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A use outside the list says why."""
        given = super().clean()
        if given.get("pool_purpose") == UNLISTED and not given.get("pool_use_reason"):
            self.add_error("pool_use_reason", gettext("非优先保障用途须写明理由。"))
        return given


class GrantForm(BeginForm):
    """Quota granted or allotted ahead by a document; to cities too, whose comes from above."""

    tables = {"quota_amounts": QUOTA}
    places = staticmethod(quota_places)


class WithinGrantForm(StepForm):
    """What goes on with a grant of quota: no more than is left of it."""

    def clean(self) -> dict[str, Any]:
        """Say at each amount what is left."""
        given = super().clean()
        assert self.begun is not None
        for table, left in zip(("quota_amounts", "quota_reclaimed_amounts"), left_of(self.begun), strict=True):
            for name, most in left.items():
                if (given.get(f"{table}__{name}") or 0) > most:
                    said = gettext("%(index)s在这份文件下只剩 %(most)s m²。")
                    self.add_error(f"{table}__{name}", said % {"index": index_word(name), "most": f"{most:,}"})
        return given


class QuotaUseForm(WithinGrantForm):
    """Quota of a grant written off for a project."""

    tables = {"quota_amounts": QUOTA}
    project = forms.CharField(label=_("项目"), max_length=100)
    field_order = ["key", "project", "on", "document"]


class QuotaReturnForm(WithinGrantForm):
    """What was not used."""

    tables = {"quota_amounts": QUOTA}


class QuotaReclaimedForm(WithinGrantForm):
    """What was used and made good by reclaimed land."""

    tables = {"quota_reclaimed_amounts": QUOTA}


BEGIN: Mapping[str, type[BeginForm]] = {"pool-use": PoolUseForm, "quota-grant": GrantForm, "quota-advance": GrantForm}
NEXT: Mapping[str, type[StepForm]] = {
    "staged-release": ReleaseForm,
    "clawback": ClawbackForm,
    "clawback-debt": ReplacementForm,
    "promised-approval": PromisedApprovalForm,
    "quota-use": QuotaUseForm,
    "quota-return": QuotaReturnForm,
    "quota-reclaimed": QuotaReclaimedForm,
}
