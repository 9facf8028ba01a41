"""Forms of people."""

from django import forms

from liangtian_web.people.models import User


class PreferencesForm(forms.Form):
    """The switches of the header: either may come alone."""

    unit = forms.ChoiceField(choices=User.Unit.choices, required=False)
    language = forms.ChoiceField(choices=User.Language.choices, required=False)
