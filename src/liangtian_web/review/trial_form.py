"""What is filled in to try a value: the field is that of the value's kind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian.messages import Language
from liangtian.policy.values import Parameter
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.rulebook.typed import field_for
from liangtian_web.rulebook.values import grouped_choices

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ChoiceForm(forms.Form):
    """Which value: every one under its clause."""

    name = forms.ChoiceField(label=_("参数"))

    def __init__(self, lang: Language, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = [("", _("请选择参数")), *grouped_choices(lang)]  # type: ignore[attr-defined]


class TrialForm(forms.Form):
    """A value to try over the checks made."""

    value = forms.Field()
    since = forms.DateField(label=_("自"), widget=DATE)
    until = forms.DateField(label=_("至（可空）"), required=False, widget=DATE)
    place = forms.ModelChoiceField(Place.objects.none(), label=_("责任单元"), required=False, empty_label=_("各地"))

    def __init__(self, user: User, held: Parameter, lang: Language, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = field_for(held, lang)
        self.fields["since"].initial = timezone.localdate().replace(month=1, day=1)
        self.fields["place"].queryset = places_for(user)  # type: ignore[attr-defined]  # a choice of rows
