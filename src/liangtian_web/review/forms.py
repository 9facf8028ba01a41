"""A new check: a boundary drawn or uploaded, what it is for, and what only the user can know."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.policy.facts import STATED, Fact, dictionary
from liangtian_web.onemap.forms import ENCODINGS, BoundaryFiles, crs_choices, offer_places
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.review.models import Run
from liangtian_web.review.queries import checking_places
from liangtian_web.rulebook.queries import facts_asked

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _field(fact: Fact) -> forms.Field | None:
    """The field of a declared fact; a table cannot be typed into one."""
    english = get_language() == "en"
    label = fact.en if english else fact.zh
    empty = [("", gettext("未提供"))]
    if fact.type == "boolean":
        return forms.ChoiceField(
            label=label, required=False, choices=[*empty, ("yes", gettext("是")), ("no", gettext("否"))]
        )
    if fact.type == "choice":
        words = [(key, texts["en" if english else "zh"]) for key, texts in fact.values.items()]
        return forms.ChoiceField(label=label, required=False, choices=empty + words)
    unit = {"m2": "m²", "person": gettext("人")}.get(fact.unit, fact.unit)
    if fact.type == "area":
        return forms.DecimalField(
            label=f"{label} ({unit})", required=False, min_value=Decimal(0), max_digits=16, decimal_places=2
        )
    if fact.type == "integer":
        return forms.IntegerField(label=f"{label} ({unit})", required=False, min_value=0, max_value=10**15)
    return forms.CharField(label=label, required=False) if fact.type == "text" else None


class DeclaredForm(forms.Form):
    """The facts a check asks for and does not measure; all optional, each missing one may mean `unknown`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "fact"} | kwargs)
        for name in facts_asked("check"):
            fact = dictionary()[name]
            if fact.supplier in STATED and name != "kind" and (field := _field(fact)):
                self.fields[name] = field

    def declared(self) -> dict[str, object]:
        """What was declared, by fact name; yes and no as booleans."""
        words = {"yes": True, "no": False}
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return {name: words[value] if dictionary()[name].type == "boolean" else value for name, value in given.items()}


class CheckForm(forms.Form):
    """What is asked about which ground."""

    name = forms.CharField(label=_("名称"), max_length=100)
    kind = forms.ChoiceField(label=_("用地类型"), choices=Run.Kind.choices, initial=Run.Kind.SINGLE_SITE)
    on = forms.DateField(label=_("业务日期"), widget=DATE, help_text=_("按当日有效的图层与条款检查"))
    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    files = BoundaryFiles(  # type: ignore[assignment]  # the metaclass keeps `files` of the form itself
        label=_("范围文件"),
        required=False,
        help_text=_("界址点 TXT、shapefile、GDB、GeoPackage、GeoJSON、GeoParquet、DXF、KML、VCT；或在图上画"),
    )
    encoding = forms.ChoiceField(label=_("属性编码"), choices=ENCODINGS, required=False)
    crs = forms.ChoiceField(label=_("坐标系"), choices=crs_choices, required=False)
    drawn = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-draw": ""}))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, checking_places(user))
        self.fields["on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """Exactly one boundary: drawn or uploaded."""
        given = super().clean() or {}
        files, drawn = given.get("files") or [], given.get("drawn")
        if "files" in self.errors:
            return given
        if bool(files) == bool(drawn):
            text = _("既画了范围又选了文件，请只留一个。") if drawn else _("请在图上画出范围，或选一个范围文件。")
            raise forms.ValidationError(text)
        return given


class ListForm(forms.Form):
    """The filters of the list."""

    name = forms.CharField(label=_("名称"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(label=_("用地类型"), required=False, choices=[("", _("全部")), *Run.Kind.choices])
    verdict = forms.ChoiceField(label=_("结论"), required=False, choices=[("", _("全部")), *Run.Verdict.choices])
    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(
        label=_("责任单元"), required=False, queryset=None, empty_label=_("全部")
    )
    since = forms.DateField(label=_("业务日期自"), required=False, widget=DATE)
    until = forms.DateField(label=_("至"), required=False, widget=DATE)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, places_for(user))
