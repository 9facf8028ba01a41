"""What an auditor looks for."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from liangtian_web.trail.models import WORDS, Event

DATE = forms.DateInput(attrs={"type": "date"})


class TrailFilter(forms.Form):
    """Filters above the list; a wrong value filters nothing and is said."""

    user = forms.CharField(label=_("用户名或姓名"), max_length=150, required=False)
    action = forms.ChoiceField(label=_("动作"), choices=[("", _("全部")), *WORDS.items()], required=False)
    object = forms.CharField(label=_("对象编号"), max_length=200, required=False)
    since = forms.DateField(label=_("从"), required=False, widget=DATE)
    until = forms.DateField(label=_("到"), required=False, widget=DATE)

    def narrow(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The events that meet every filter given."""
        if not self.is_valid():
            return events
        columns = {
            "action": "action",
            "object": "object__contains",
            "since": "recorded_at__date__gte",
            "until": "recorded_at__date__lte",
        }
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if user := given.pop("user", None):
            events = events.filter(Q(username=user) | Q(user__display_name=user))
        return events.filter(**{columns[name]: value for name, value in given.items()})
