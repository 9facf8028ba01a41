"""The filters of the lists and maps of studies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian_web.onemap.forms import offer_places
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.planning.models import Study


class ListForm(forms.Form):
    """The filters of the list of studies."""

    name = forms.CharField(label=_("名称"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(label=_("种类"), required=False, choices=[("", _("全部")), *Study.Kind.choices])
    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(
        label=_("责任单元"), required=False, queryset=None, empty_label=_("全部")
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, places_for(user))


SIZES = [("", _("全部")), ("100", _("百亩以上")), ("1000", _("千亩以上")), ("10000", _("万亩以上"))]
SLOPES = [("", _("全部")), *((str(n), text) for n, text in enumerate(("≤2°", "2–6°", "6–15°", "15–25°", ">25°"), 1))]


class BlockFilter(forms.Form):
    """The filters of the blocks."""

    size_mu = forms.ChoiceField(label=_("规模"), choices=SIZES, required=False)
    town = forms.ChoiceField(label=_("乡镇"), required=False)
    slope = forms.ChoiceField(label=_("主要坡度"), choices=SLOPES, required=False)

    def __init__(self, towns: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["town"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("全部")), *towns]


class CandidateFilter(forms.Form):
    """The filters of the candidates."""

    kind = forms.ChoiceField(label=_("潜力类型"), required=False)
    state = forms.ChoiceField(label=_("结论"), required=False)
    village = forms.ChoiceField(label=_("乡镇、村"), required=False)
    rule = forms.ChoiceField(label=_("排除或待查的条款"), required=False)

    def __init__(self, choices: dict[str, list[tuple[str, str]]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", gettext("全部")), *offered]
