"""The row of a register, and the workbook of many; both are read by `reading`."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian.errors import BookRefused
from liangtian_web.people.models import User
from liangtian_web.registers import reading
from liangtian_web.registers.kinds import LISTED, NIL, STATES, Column, Register, Shape
from liangtian_web.registers.queries import entering_places

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
FIRST, LAST = reading.FIRST, reading.LAST


class DayForm(forms.Form):
    """Which day is asked about."""

    on = forms.DateField(label=_("有效日"), required=False, widget=DATE)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data or None, initial={"on": timezone.localdate()}, label_suffix="")

    def day(self) -> Any:
        """The day; today where none is given.

        Raises
        ------
        BookRefused : what is given is no day
        """
        if self.is_bound and not self.is_valid():
            raise BookRefused("book-filter-date", first=FIRST, last=LAST)
        return (self.cleaned_data.get("on") if self.is_bound else None) or timezone.localdate()


class RowForm(forms.Form):
    """One row; its problems are those the workbook would have."""

    use_required_attribute = False
    form = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, user: User, register: Register, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.register = register
        self.places = list(entering_places(user))
        self.given: list[reading.Given] = []
        self.fields["form"].initial = uuid4
        places = [(f"p{each.pk}", each.name) for each in self.places]
        self.fields["place"] = _choice(reading.HEAD["place"], places if len(places) == 1 else [("", "—"), *places])
        states = {name: word for name, word in STATES.items() if name != NIL or register.nil}
        self.fields["state"] = _choice(reading.HEAD["state"], list(states.items()), initial=LISTED)
        for column in register.columns:
            self.fields[column.name] = _field(column)
        self.fields["since"] = forms.CharField(label=reading.TAIL["since"], required=False, widget=DATE)
        self.fields["since"].initial = timezone.localdate()
        self.fields["document"] = forms.CharField(label=reading.TAIL["document"], required=False)

    def clean(self) -> dict[str, Any]:
        """Read the row as a row of the workbook is read, and say every problem at its field."""
        given = super().clean() or {}
        row = {name: self.data.get(name, "") for name in reading.headings(self.register)}
        self.given, problems = reading.read(self.register, [row], reading.known_as(self.places))
        for each in problems:
            self.add_error(each.column or None, each.text)
        return given


def _choice(label: Any, choices: list[tuple[str, Any]], **more: Any) -> forms.CharField:
    """A list to choose from; whether the choice is one of them is the validator's to say."""
    return forms.CharField(label=label, widget=forms.Select(choices=choices), required=False, **more)


def _field(column: Column) -> forms.CharField:
    if column.shape == Shape.CHOICE:
        blank = [] if column.name == "unit" else [("", "—")]
        return _choice(column.label, [*blank, *column.words().items()], help_text=column.note)
    day = column.shape == Shape.DAY
    field = forms.CharField(
        label=column.label, required=False, help_text=column.note, widget=DATE if day else forms.TextInput
    )
    if column.shape in (Shape.AREA, Shape.KG, Shape.YEAR):
        field.widget.attrs["inputmode"] = "decimal"
    return field
