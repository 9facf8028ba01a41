"""What a statement is held against, and why a difference stands."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.kinds import pools
from liangtian_web.ledger.forms import WORKBOOK_BYTES_MAX, Day
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.ledger.templatetags.book import pool_word
from liangtian_web.people.models import Place, User
from liangtian_web.reconcile.actions import Asked
from liangtian_web.reconcile.models import Explanation

WINDOW, WINDOW_MAX = 30, 366
DAYS_MAX = 3660


class ImportForm(forms.Form):
    """The statement, the pool of a place it speaks of, and its days; the number makes it count once."""

    form = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    pool = forms.ChoiceField(label=_("库"))
    since = Day(label=_("自"))
    on = Day(label=_("至"))
    window = forms.IntegerField(
        label=_("日期相差不超过（天）"), min_value=0, max_value=WINDOW_MAX, initial=WINDOW,
        help_text=_("在此以内算同一笔；再远列为日期不同"),
    )  # fmt: skip
    source = forms.CharField(label=_("对账单来源"), max_length=200, help_text=_("哪个系统、哪一期"))
    file = forms.FileField(label=_("对账单（xlsx）"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["place"].queryset = keeping_places(user)  # type: ignore[attr-defined]
        self.fields["pool"].choices = [(name, pool_word(name)) for name in pools() if name != "outside"]  # type: ignore[attr-defined]
        self.fields["since"].initial, self.fields["on"].initial = today.replace(month=1, day=1), today

    def clean_file(self) -> Any:
        """Not too large to be a statement."""
        file = self.cleaned_data["file"]
        if file.size > WORKBOOK_BYTES_MAX:
            raise forms.ValidationError(_("对账单超过 5 MB。请按月或按季分开对账。"))
        return file

    def clean(self) -> dict[str, Any]:
        """Days in their order, and not more than ten years."""
        given = super().clean() or {}
        if given.get("since") and given.get("on") and not 0 <= (given["on"] - given["since"]).days <= DAYS_MAX:
            self.add_error("since", _("“自”不得晚于“至”，相隔不超过十年。"))
        return given

    def asked(self) -> Asked:
        """What the statement is held against."""
        return Asked(**{name: self.cleaned_data[name] for name in Asked.__slots__})


class ExplainForm(forms.Form):
    """Why a difference stands."""

    reason = forms.ChoiceField(label=_("原因"), choices=Explanation.Reason.choices)
    text = forms.CharField(label=_("说明"), max_length=500)
