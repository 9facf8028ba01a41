"""What is filled in: a value of a place, an adoption, an opinion on a proposal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liangtian.messages import Language
from liangtian.policy.values import Parameter
from liangtian_web.people.models import User
from liangtian_web.people.queries import home_membership
from liangtian_web.rulebook.models import Proposal
from liangtian_web.rulebook.queries import adoptable, proposing_places
from liangtian_web.rulebook.typed import field_for

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
REASON = forms.Textarea(attrs={"rows": 2})


class _PlacedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A proposal for one of the user's places, the user's own first."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        membership = home_membership(user)
        self.fields["place"].queryset = proposing_places(user)  # type: ignore[attr-defined]  # a choice of rows
        self.fields["place"].empty_label = None  # type: ignore[attr-defined]
        self.fields["place"].initial = membership.place_id if membership else None


class ValueForm(_PlacedForm):
    """A place's own value of one parameter; which one, the page says."""

    value = forms.Field()

    class Meta:
        model = Proposal
        fields = ("place", "value", "since", "until", "status", "source", "prevails", "reason")
        widgets = {"since": DATE, "until": DATE, "reason": REASON}

    def __init__(self, user: User, held: Parameter, lang: Language, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["value"] = field_for(held, lang)


class AdoptionForm(_PlacedForm):
    """A place adopts a document."""

    name = forms.ChoiceField(label=_("文件"))

    class Meta:
        model = Proposal
        fields = ("name", "place", "since", "until", "source", "reason")
        widgets = {"since": DATE, "until": DATE, "reason": REASON}

    def __init__(self, user: User, lang: Language, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["name"].choices = adoptable(lang)  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """A second person's opinion."""

    approved = forms.TypedChoiceField(
        label=_("审定"),
        choices=[("yes", _("同意")), ("no", _("不同意"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("意见"), required=False, max_length=1000, widget=REASON)

    def clean(self) -> dict[str, Any]:
        """A refusal says why."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("approved") is False and not given.get("note", "").strip():
            self.add_error("note", _("不同意时请写明意见。"))
        return given
