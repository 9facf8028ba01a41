"""Forms of people."""

from django import forms

from liangtian_web.people.columns import LISTS
from liangtian_web.people.models import User


class PreferencesForm(forms.Form):
    """The switches of the header: either may come alone."""

    unit = forms.ChoiceField(choices=User.Unit.choices, required=False)
    language = forms.ChoiceField(choices=User.Language.choices, required=False)


class ColumnsForm(forms.Form):
    """The columns of one list: those offered, and of these the ones ticked."""

    list = forms.ChoiceField(choices=[(name, name) for name in LISTS])
    offered = forms.RegexField(r"^[a-z_0-9,]+$", max_length=500)
    next = forms.CharField(max_length=2000, required=False)
