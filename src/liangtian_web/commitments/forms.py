"""What is handed in: a promise of either kind, what is supplied of it, that its day has come, a step taken."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.policy.amounts import BALANCE
from liangtian.policy.facts import dictionary
from liangtian.units import round_half_up
from liangtian_web.balance.forms import (
    HeadForm,
    KeyProjectField,
    LotsField,
    check_key_project,
    number_of,
    run_word,
)
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import COMPLETION, OWED, STEPS, owed_of
from liangtian_web.balance.queries import filing_places
from liangtian_web.balance.site_forms import DATE, choices_of
from liangtian_web.commitments import actions
from liangtian_web.commitments.models import StepDone
from liangtian_web.commitments.queries import committing_runs
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.sheet_words import RecordField
from liangtian_web.ledger.templatetags.book import index_unit, index_word
from liangtian_web.onemap.forms import offer_places
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.review.queries import checking_places


def _label(name: str) -> str:
    fact = dictionary()[name]
    return fact.en if get_language() == "en" else fact.zh


class AmountsForm(HeadForm):
    """Amounts of the three indices, in whole units."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in BALANCE:
            label = f"{index_word(name)} ({index_unit(name, 'm2')})"
            self.fields[name] = forms.IntegerField(label=label, required=False, min_value=0, max_value=AMOUNT_MAX)
            self.fields[name].widget.attrs["aria-label"] = label

    def amounts(self) -> dict[str, int]:
        """Index → amount; what was left empty is nought."""
        return {name: self.cleaned_data.get(name) or 0 for name in BALANCE}

    def amount_fields(self) -> list[forms.BoundField]:
        """The fields of the amounts."""
        return [self[name] for name in BALANCE]

    def head_fields(self) -> list[forms.BoundField]:
        """The other fields, in their order."""
        return [field for field in self if field.name not in BALANCE and not field.is_hidden]


class _RunForm(AmountsForm):
    """A promise for the land of a check."""

    run = RecordField(label=_("检查"), queryset=None, to_field_name="uuid", empty_label="—")
    key_project = KeyProjectField()

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["run"].queryset = committing_runs(user, self._sending())  # type: ignore[attr-defined]
        self.fields["run"].label_from_instance = run_word  # type: ignore[attr-defined]
        self.fields["key_project"].offer(user)  # type: ignore[attr-defined]
        self.fields["document"].label = _("承诺文号")

    def is_without_checks(self) -> bool:
        """Whether it asks for a check and there is none to choose."""
        return self.fields["run"].required and not self.fields["run"].queryset.exists()  # type: ignore[attr-defined]

    def may_check(self) -> bool:
        """Whether who fills it in may make one."""
        return checking_places(self.user).exists()

    def _sending(self) -> UUID | None:
        try:
            return UUID(str(self.data.get("key")))
        except ValueError:
            return None

    def promised(self, request: Request, whose: tuple[Place, str], facts: dict[str, Any]) -> Filing:
        """Ask to enter it: of a place, for a project."""
        run = self.cleaned_data.get("run")
        return actions.file_promise(request, self.head_of(*whose), facts=facts, run=run)

    def belongs_to(self) -> dict[str, str]:
        """The key project the promise balances, if it is one's."""
        number = number_of(self.cleaned_data)
        return {"key_project_number": number} if number else {}

    def owed(self) -> dict[str, int]:
        """What the land of the check owes in the whole units of the book; an index nobody knows is left out."""
        run = self.cleaned_data["run"]
        known = owed_of(Filing(run=run), place_key(run.place))
        return {
            index: int(round_half_up(Fraction(figure)))
            for index, fact in OWED.items()
            if (figure := known[fact]) is not None
        }


class InfrastructureForm(_RunForm):
    """A project of provincial level or above: kept before it is completed."""

    infrastructure_type = forms.ChoiceField()
    project_level = forms.ChoiceField()
    project_completion_on = forms.DateField(label=_("计划完工日期"), widget=DATE, help_text=_("须在完工前兑现"))
    field_order = [
        "key",
        "run",
        "key_project",
        "infrastructure_type",
        "project_level",
        "on",
        "document",
        "project_completion_on",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("infrastructure_type", "project_level"):
            self.fields[name].label = _label(name)
            self.fields[name].choices = [("", "—"), *choices_of(name)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A promise is made before its day."""
        given = super().clean() or {}
        on, completion = given.get("on"), given.get("project_completion_on")
        if on and completion and completion <= on:
            self.add_error("project_completion_on", gettext("完工日期须晚于业务日期：承诺须在完工前兑现。"))
        check_key_project(self, given["run"].place if given.get("run") else None)
        return given

    def facts(self) -> dict[str, Any]:
        """By the names of the dictionary; amounts left empty are what the check owes."""
        given, owed = self.cleaned_data, self.owed()
        promised = {name: owed.get(name, 0) if given.get(name) is None else given[name] for name in BALANCE}
        named = ("infrastructure_type", "project_level", "project_completion_on")
        return {
            "commitment_kind": "infrastructure",
            **{name: given[name] for name in named},
            "promised_amounts": (promised,),
            **self.belongs_to(),
        }

    def head(self) -> tuple[Place, str]:
        """Whose balance, and what for."""
        run = self.cleaned_data["run"]
        return run.place, run.name

    def hand_in(self, request: Request) -> Filing:
        """Ask to enter the promise."""
        return self.promised(request, self.head(), self.facts())


class SupplementForm(_RunForm):
    """补改结合, submitted to state or province: a day for every step."""

    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    project = forms.CharField(label=_("项目"), max_length=100)
    submitted_to = forms.ChoiceField()
    field_order = ["key", "place", "project", "run", "key_project", "submitted_to", "on", "document", *STEPS]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        offer_places(self, filing_places(user))
        self.fields["run"].required = False
        self.fields["run"].help_text = _("可不填；填了，这次检查的占用按承诺相应少落实")
        self.fields["submitted_to"].label = _label("submitted_to")
        self.fields["submitted_to"].choices = [("", "—"), *choices_of("submitted_to")]  # type: ignore[attr-defined]
        for name, word in STEPS.items():
            label = gettext("%(step)s期限") % {"step": word}
            self.fields[name] = forms.DateField(label=label, widget=DATE, required=False)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Something is promised, and where a check is named, by its place."""
        given = super().clean() or {}
        if not any(given.get(name) for name in BALANCE):
            raise forms.ValidationError(_("请至少填一项承诺数量。"))
        run, place = given.get("run"), given.get("place")
        if run and place and run.place_id != place.pk:
            self.add_error("run", gettext("这次检查不属于所选责任单元。"))
        check_key_project(self, place)
        for name in STEPS:
            if (due := given.get(name)) and given.get("on") and due < given["on"]:
                self.add_error(name, gettext("期限不能早于业务日期。"))
        return given

    def facts(self) -> dict[str, Any]:
        """By the names of the dictionary."""
        given = self.cleaned_data
        return {
            "commitment_kind": "supplement-improve",
            "submitted_to": given["submitted_to"],
            "promised_steps": tuple({"step": name, "due_on": given.get(name)} for name in STEPS),
            "promised_amounts": (self.amounts(),),
            **self.belongs_to(),
        }

    def head(self) -> tuple[Place, str]:
        """Whose balance, and what for."""
        return self.cleaned_data["place"], self.cleaned_data["project"]

    def hand_in(self, request: Request) -> Filing:
        """Ask to enter the promise."""
        return self.promised(request, self.head(), self.facts())


PROMISES: dict[str, type[InfrastructureForm | SupplementForm]] = {
    "infrastructure": InfrastructureForm,
    "supplement-improve": SupplementForm,
}


class SupplyForm(AmountsForm):
    """What is supplied now, of what is promised or in arrears."""

    lots = LotsField()

    def __init__(self, promise: Filing | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promise = promise

    def clean(self) -> dict[str, Any]:
        """Something is supplied."""
        given = super().clean() or {}
        if not any(given.get(name) for name in BALANCE) and not self.errors:
            raise forms.ValidationError(_("请至少填一项本次兑现数量。"))
        return given

    def facts(self) -> dict[str, Any]:
        """By the names of the dictionary."""
        return {"supplied_amounts": (self.amounts(),)}

    def hand_in(self, request: Request) -> Filing:
        """Ask to supply it."""
        assert self.promise is not None
        given = self.cleaned_data
        more = {"on": given["on"], "document": given["document"], "facts": self.facts(), "lots": given["lots"]}
        return actions.file_supply(request, given["key"], self.promise, **more)


class DefaultForm(HeadForm):
    """That the day of a promise has come."""

    def __init__(self, promise: Filing | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promise = promise

    def hand_in(self, request: Request) -> Filing:
        """Ask to deduct what was not supplied in time."""
        assert self.promise is not None
        given = self.cleaned_data
        more = {"on": given["on"], "document": given["document"]}
        return actions.file_default(request, given["key"], self.promise, **more)


class StepForm(HeadForm):
    """A step taken, or the day the project is completed."""

    step = forms.ChoiceField(label=_("步骤"))
    field_order = ["key", "step", "on", "document"]

    def __init__(self, promise: Filing | None, steps: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promise = promise
        words = dict(StepDone.Step.choices)
        self.fields["step"].choices = [(name, words[name]) for name in steps]  # type: ignore[attr-defined]
        self.fields["on"].label = _("日期")

    def clean(self) -> dict[str, Any]:
        """A step was taken; only the completion of a project may lie ahead."""
        given = super().clean() or {}
        on = given.get("on")
        if on and on > timezone.localdate() and given.get("step") != COMPLETION:
            self.add_error("on", gettext("完成日期不能晚于今天。"))
        return given

    def hand_in(self, request: Request) -> StepDone:
        """Keep the day of the step."""
        assert self.promise is not None
        given = {name: self.cleaned_data[name] for name in ("step", "on", "document")}
        return actions.record_step(request, self.promise, {"uuid": self.cleaned_data["key"], **given})
