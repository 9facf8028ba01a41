"""What an auditor looks for."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from liangtian_web.trail.models import WORDS, Event

DATE = forms.DateInput(attrs={"type": "date"})


class TrailFilter(forms.Form):
    """Filters above the list; a wrong value filters nothing and is said."""

    user = forms.CharField(label=_("用户"), max_length=150, required=False)
    action = forms.ChoiceField(label=_("动作"), choices=[("", _("全部")), *WORDS.items()], required=False)
    object = forms.CharField(label=_("对象"), max_length=200, required=False)
    since = forms.DateField(label=_("从"), required=False, widget=DATE)
    until = forms.DateField(label=_("到"), required=False, widget=DATE)

    def narrow(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The events that meet every filter given."""
        if not self.is_valid():
            return events
        columns = {
            "user": "username",
            "action": "action",
            "object": "object__startswith",
            "since": "recorded_at__date__gte",
            "until": "recorded_at__date__lte",
        }
        return events.filter(**{columns[name]: value for name, value in self.cleaned_data.items() if value})
