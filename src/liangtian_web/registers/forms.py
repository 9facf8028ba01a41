"""The row of a register, and the workbook of many; both are read by `reading`."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from liangtian.errors import BookRefused, LiangtianError
from liangtian_web.ledger.sheet_forms import WorkbookForm
from liangtian_web.onemap.forms import ENCODINGS, BoundaryFiles, crs_choices
from liangtian_web.people.models import User
from liangtian_web.refusals import sentence
from liangtian_web.registers import grounds, reading
from liangtian_web.registers.kinds import LISTED, NIL, STATES, Column, Register, Shape
from liangtian_web.registers.queries import places_of

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
        self.places = list(places_of(user, register))
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
        if register.ground:
            self.fields |= _ground_fields(_("范围文件"), _("以后的行不附文件的，沿用同一编号以前的范围"))

    def clean(self) -> dict[str, Any]:
        """Read the row as a row of the workbook is read, and say every problem at its field."""
        given = super().clean() or {}
        row = {name: self.data.get(name, "") for name in reading.headings(self.register)}
        self.given, problems = reading.read(self.register, [row], reading.known_as(self.places))
        for each in problems:
            self.add_error(each.column or None, each.text)
        if self.given and self.register.ground and not self.errors:
            self._take_ground(self.given[0], given)
        return given

    def _take_ground(self, row: reading.Given, given: dict[str, Any]) -> None:
        """The boundary of a row listed: the file's, else that of the row it continues."""
        if row.state != LISTED:
            return
        try:
            if given.get("files"):
                row.ground = grounds.handed(given["files"], encoding=given["encoding"], crs=given["crs"])
            else:
                row.ground = grounds.earlier(self.register.id, row.place, row.key, row.since)
        except LiangtianError as error:
            self.add_error("files", sentence(error, get_language() or ""))
            return
        if row.ground is None:
            self.add_error("files", reading.no_ground())


def workbook_form(register: Register, *data: Any) -> WorkbookForm:
    """The form of a register's workbook, with a file of boundaries where its rows have them."""
    form = WorkbookForm(*data)
    if register.ground:
        note = _("每个地块有项目编号列；不在文件中的项目沿用以前的范围")
        form.fields |= _ground_fields(_("各项目的范围文件"), note)
    return form


def _ground_fields(label: Any, note: Any) -> dict[str, forms.Field]:
    """The file of a boundary, and how it is read."""
    return {
        "files": BoundaryFiles(label=label, help_text=note, required=False),
        "encoding": forms.ChoiceField(label=_("属性编码"), choices=ENCODINGS, required=False),
        "crs": forms.ChoiceField(label=_("坐标系"), choices=crs_choices, required=False),
    }


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
