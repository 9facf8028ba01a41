"""Filters of the book's pages, and the proposal of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.errors import BookRefused
from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds, pools
from liangtian_web.ledger.proposing import COLUMNS, PROPOSED
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.ledger.records import OUTSIDE, place_key
from liangtian_web.ledger.templatetags.book import credit_word, index_word, kind_word, pool_word
from liangtian_web.people.models import Place, User

FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)
DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
LINES = 6
WORKBOOK_BYTES_MAX = 5 * 2**20


class Day(forms.DateField):
    """A day of the book's centuries."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DATE, validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)], **kwargs)


def _readable(form: forms.Form) -> dict[str, Any]:
    """What a filter asks for; nothing is shown for a day that is none."""
    if form.is_bound and not form.is_valid():
        raise BookRefused("book-filter-date", first=FIRST, last=LAST)
    return form.cleaned_data if form.is_bound else {}


class AsOfForm(forms.Form):
    """Which day is asked about, and how much was known."""

    on = Day(label=_("业务日期"), required=False)
    known_on = Day(label=_("按当日所知"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data or None, initial={"on": timezone.localdate()}, label_suffix="")

    def day(self) -> Any:
        """The business date; today where none is given."""
        return _readable(self).get("on") or timezone.localdate()

    def moment(self) -> datetime | None:
        """The end of the day up to which records are counted; None: all."""
        known_on = _readable(self).get("known_on")
        return end_of(known_on) if known_on else None


def end_of(day: date) -> datetime:
    """The last moment of a day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) - timedelta(microseconds=1)


class StatementForm(forms.Form):
    """From which day to which, and how much was known."""

    since = Day(label=_("自"), required=False)
    until = Day(label=_("至"), required=False)
    known_on = Day(label=_("按当日所知"), required=False)

    def __init__(self, data: Any = None) -> None:
        today = timezone.localdate()
        asked = {name: data[name] for name in ("since", "until", "known_on") if name in data} if data else None
        super().__init__(
            asked and {"since": today.replace(month=1, day=1), "until": today} | asked,
            initial={"since": today.replace(month=1, day=1), "until": today}, label_suffix="",
        )  # fmt: skip

    def days(self) -> tuple[Any, Any]:
        """First and last day; this year so far where none is given."""
        given = _readable(self)
        today = timezone.localdate()
        return given.get("since") or today.replace(month=1, day=1), given.get("until") or today


class OnceForm(forms.Form):
    """A form that carries a number of its own, so that handing it in twice asks for one thing."""

    form = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)


class ProposalForm(OnceForm):
    """The head of a proposed entry."""

    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    on = Day(label=_("业务日期"))
    kind = forms.ChoiceField(label=_("类型"))
    evidence = forms.CharField(label=_("依据"), max_length=200, help_text=_("文号、检查编号或会议纪要；每笔都要有依据"))
    workbook = forms.FileField(label=_("明细表（xlsx）"), required=False, help_text=_("有表就不看下面的各行"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place, kind = self.fields["place"], self.fields["kind"]
        assert isinstance(place, forms.ModelChoiceField)
        assert isinstance(kind, forms.ChoiceField)
        place.queryset = keeping_places(user)
        kind.choices = [(name, kind_word(name)) for name in PROPOSED]
        self.fields["on"].initial = timezone.localdate()

    def clean_workbook(self) -> Any:
        """Not too large to be a table of entries."""
        file = self.cleaned_data["workbook"]
        if file and file.size > WORKBOOK_BYTES_MAX:
            raise forms.ValidationError(_("明细表超过 5 MB。请分成几笔。"))
        return file


class ReversalForm(OnceForm):
    """When an entry is taken back, and why."""

    on = Day(label=_("业务日期"), help_text=_("不早于原分录的业务日期"))
    evidence = forms.CharField(label=_("依据"), max_length=200)


class CompareForm(forms.Form):
    """What somebody else's statement says an account holds at the end of a day, in the book's whole units."""

    on = Day(label=_("业务日期"))
    stated = forms.IntegerField(label=_("对账单余额"), min_value=-AMOUNT_MAX, max_value=AMOUNT_MAX)
    source = forms.CharField(label=_("对账单来源"), max_length=200)


class LineForm(forms.Form):
    """One movement; the validator reads it as it reads a row of the workbook."""

    use_required_attribute = False

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"empty_permitted": True} | kwargs)
        places = [("", "—"), (OUTSIDE, pool_word(OUTSIDE)), *((place_key(p), p.name) for p in keeping_places(user))]
        choices = {
            "index": [("", "—"), *((name, f"{index_word(name)} {_unit(each.unit)}") for name, each in indices().items())],
            "from_place": places, "from_pool": _offered(pools(), pool_word),
            "to_place": places, "to_pool": _offered(pools(), pool_word), "credit": _offered(credit_kinds(), credit_word),
        }  # fmt: skip
        for name, label in COLUMNS.items():
            self.fields[name] = (
                forms.ChoiceField(label=label, required=False, choices=choices[name])
                if name in choices else forms.CharField(label=label, required=False, max_length=200)
            )  # fmt: skip
            self.fields[name].widget.attrs["aria-label"] = label  # the column's head is no label to a screen reader


def _unit(unit: str) -> str:
    return {"m2": "m²", "fen": gettext("分")}.get(unit, unit)


def _offered(table: Any, word: Any) -> list[tuple[str, str]]:
    return [("", "—"), *((name, word(name)) for name in table)]


def lines_of(user: User, data: Any = None, initial: Mapping[str, str] | None = None) -> list[LineForm]:
    """The rows of the form, filled in with what an address says of them."""
    said = initial or {}
    return [
        LineForm(user, data, prefix=f"line{n}", initial={name: said.get(f"line{n}-{name}", "") for name in COLUMNS})
        for n in range(LINES)
    ]


def filled(said: Mapping[str, str]) -> dict[str, str]:
    """What an address says of the head of a proposal."""
    return {name: said[name] for name in ("place", "on", "kind", "evidence") if name in said}
