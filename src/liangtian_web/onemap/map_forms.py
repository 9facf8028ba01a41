"""What the map and the catalogue ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liangtian_web.onemap.forms import layer_choices, offer_places
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RevealForm(forms.Form):
    """Why somebody wants to see who a parcel belongs to; the trail keeps it."""

    reason = forms.CharField(
        label=_("查看理由"),
        min_length=4,
        max_length=100,
        help_text=_("写明事由或文号；您的姓名、时间和理由会留痕，审计人可以查看。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CatalogueForm(forms.Form):
    """The filters of the catalogue."""

    layer = forms.ChoiceField(label=_("图层"), required=False, choices=lambda: [("", _("全部")), *layer_choices()])
    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(
        label=_("责任单元"), required=False, queryset=None, empty_label=_("全部")
    )
    since = forms.DateField(label=_("有效日期自"), required=False, widget=DATE)
    until = forms.DateField(label=_("至"), required=False, widget=DATE)
    force = forms.BooleanField(label=_("只看当日有效"), required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, places_for(user))
