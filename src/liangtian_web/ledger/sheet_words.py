"""What a cell of a workbook says, as the field of its column takes it: a choice by its word, a number without its separators."""

from __future__ import annotations

import re
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MIDNIGHT = re.compile(r"(?<=[0-9]) 00:00:00$")  # what a sheet adds to a day
YES, NO = frozenset({"是", "yes", "true", "1"}), frozenset({"", "否", "no", "false", "0"})
GROUPED = re.compile(r"[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?")


class UnclearWord(ValueError):
    """A cell says something that can be read in two ways; the message tells what to write."""


class NumberField(forms.CharField):
    """The column that says what a row is about: whoever makes the row's form reads it, and the form itself has no such field."""


class RecordField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A record out of many: in a workbook it stands by its number or by its name, which the database finds.

    Attributes
    ----------
    column : what its column is called there, and in the list it is exported with
    by : the field of the model that has its name
    """

    column = _("检查编号")
    by = "name"
    default_error_messages = {"invalid_choice": _("没有这一项，或现在不能选它。请填编号。")}

    def named(self, text: str) -> list[str]:
        """The numbers of the records of that name, or of the one its choice calls so."""
        assert self.queryset is not None
        rows = list(self.queryset.filter(**{self.by: text})[:2])
        if not rows:
            so_called = self.queryset.filter(**{self.by: text.partition(" · ")[0]})
            rows = [each for each in so_called if self.label_from_instance(each) == text]
        return [str(getattr(each, self.to_field_name or "pk")) for each in rows]


def name_amount(field: forms.Field, word: str, unit: str) -> None:
    """Call a field of a table of amounts by a word: on the page its unit stands beside it, in a workbook behind the word."""
    field.widget.attrs["aria-label"] = word
    field.column = f"{word} ({unit})"  # type: ignore[attr-defined]  # read by `heading`


def headings(field: forms.BoundField) -> set[str]:
    """What the column of a field may be called."""
    return {heading(field), str(field.label), str(field.field.widget.attrs.get("aria-label") or field.label)}


def heading(field: forms.BoundField) -> str:
    """What the column of a field is called."""
    named = getattr(field.field, "column", "") or field.field.label or field.field.widget.attrs.get("aria-label")
    return str(named or field.label)


def filled_in(field: forms.Field, text: str) -> str:
    """What the page would send for what a cell says; a day without its hour; of a box that is not ticked nothing.

    Raises
    ------
    UnclearWord : a word that stands for several choices, or neither yes nor no for a box
    """
    said = MIDNIGHT.sub("", text)
    if isinstance(field, forms.BooleanField):
        if said.lower() not in YES | NO:
            raise UnclearWord(gettext("请填“是”或“否”。"))
        return "on" if said.lower() in YES else ""
    if said and isinstance(field, RecordField):
        if found := _only([said] if _is_number(said) else field.named(said)):
            return found
        raise UnclearWord(str(field.error_messages["invalid_choice"]))
    if said and hasattr(field, "choices"):
        choices = [(str(value), str(word)) for value, word in field.choices]
        return _only([value for value, word in choices if word == said]) or said
    if isinstance(field, forms.IntegerField) and GROUPED.fullmatch(said):
        return re.sub("[,，]", "", said)
    return said


def _is_number(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _only(values: list[str]) -> str:
    if len(set(values)) > 1:
        raise UnclearWord(gettext("有几个叫这个名字的。请填编号。"))
    return values[0] if values else ""
