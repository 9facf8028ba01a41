"""A field for a value by its kind: what is typed in words of the trade becomes the literal that a file of values has.

The field cleans to TOML; whether it is a value of that name is the reader's to say (`policy.values_file`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext

from liangtian.messages import Language, catalogue
from liangtian.policy.facts import dictionary
from liangtian.policy.values import Band, MonthDay, Parameter
from liangtian.policy.whatif_words import code_text

BANDS_MORE = 2  # empty rows offered under those declared
DIGITS = {"max_digits": 20, "decimal_places": 6}


class Number(forms.DecimalField):
    """A figure, as TOML writes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**DIGITS | kwargs)

    def clean(self, value: Any) -> str:
        """The figure without an exponent."""
        found = super().clean(value)
        return "" if found is None else self.literal(found)

    def literal(self, found: Decimal) -> str:
        """As TOML writes it."""
        return f"{found:f}"


class Percent(Number):
    """A share, typed in percent."""

    def literal(self, found: Decimal) -> str:
        """25 → 0.25."""
        return f"{found.scaleb(-2):f}"


class Day(forms.DateField):
    """One day."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean(self, value: Any) -> str:
        """As TOML writes it."""
        found = super().clean(value)
        return found.isoformat() if found else ""


class Codes(forms.MultipleChoiceField):
    """Codes of the dictionary of facts, ticked."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> str:
        """A list of texts."""
        return json.dumps(super().clean(value), ensure_ascii=False)


class Cells(forms.MultiWidget):
    """Several inputs, each under its own word."""

    template_name = "rulebook/cells.html"

    def __init__(self, widgets: Sequence[forms.Widget], words: Sequence[str], columns: int) -> None:
        for widget, word in zip(widgets, words, strict=True):
            widget.attrs |= {"title": word, "aria-label": word}
        super().__init__(list(widgets))
        self.columns = columns

    def decompress(self, value: Any) -> list[Any]:
        """Nothing was typed: what is there comes as a list already."""
        return list(value or [None] * len(self.widgets))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """How many stand in a row."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["columns"] = self.columns
        return context


class YearDay(forms.MultiValueField):
    """A day of every year: month and day."""

    def __init__(self, **kwargs: Any) -> None:
        numbers = [forms.ChoiceField(choices=[(f"{n:02}", n) for n in range(1, last + 1)]) for last in (12, 31)]
        words = (gettext("月"), gettext("日"))
        widget = Cells([each.widget for each in numbers], words, columns=2)
        super().__init__(numbers, widget=widget, **kwargs)

    def compress(self, data_list: Any) -> str:
        """A text: "11-30"."""
        return json.dumps("-".join(data_list)) if data_list else ""


class Names(forms.MultiValueField):
    """Names: those known are ticked, others written one a line."""

    def __init__(self, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        known = forms.MultipleChoiceField(choices=choices, required=False, widget=forms.CheckboxSelectMultiple)
        others = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
        widget = Cells([known.widget, others.widget], (gettext("已有"), gettext("其他，每行一个")), columns=1)
        super().__init__([known, others], widget=widget, require_all_fields=False, **kwargs)

    def compress(self, data_list: Any) -> str:
        """A list of texts."""
        ticked, written = data_list or ([], "")
        names = [*ticked, *(line.strip() for line in written.splitlines() if line.strip())]
        return json.dumps(list(dict.fromkeys(names)), ensure_ascii=False)


class Table(forms.MultiValueField):
    """A figure, or yes and no, for each key."""

    def __init__(self, keys: Mapping[str, str], *, closed: bool, **kwargs: Any) -> None:
        answers = [("1", gettext("是")), ("0", gettext("否"))]
        cells = [forms.ChoiceField(choices=answers) if closed else Number() for _ in keys]
        super().__init__(cells, widget=Cells([each.widget for each in cells], list(keys.values()), 2), **kwargs)
        self.keys = list(keys)

    def compress(self, data_list: Any) -> str:
        """A table on one line."""
        pairs = zip(self.keys, data_list or (), strict=True)
        return "{ " + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {each}" for key, each in pairs) + " }"


class Bands(forms.MultiValueField):
    """Rows of from, to (empty: no upper end) and value; empty rows do not count."""

    def __init__(self, rows: int, **kwargs: Any) -> None:
        cells = [Number(required=False) for _ in range(3 * rows)]
        words = (gettext("自"), gettext("至（含，可空）"), gettext("取值")) * rows
        widget = Cells([each.widget for each in cells], words, columns=3)
        super().__init__(cells, widget=widget, require_all_fields=False, **kwargs)

    def compress(self, data_list: Any) -> str:
        """A list of tables on one line."""
        rows = [data_list[n : n + 3] for n in range(0, len(data_list or ()), 3)]
        if any(bool(first) != bool(value) for first, _, value in rows):
            raise forms.ValidationError(gettext("每一档要写“自”和“取值”。"))
        return f"[{', '.join(_band(*row) for row in rows if row[0])}]"


def field_for(held: Parameter, lang: Language) -> forms.Field:
    """The field a value is typed into, with the value held for a start where it has several parts.

    Parameters
    ----------
    held : a value of the name asked for: its kind and unit decide
    """
    match held.value:
        case Fraction():
            share = held.unit.startswith("share")
            words = (
                gettext("新取值（%）")
                if share
                else gettext("新取值（%(unit)s）") % {"unit": unit_text(held.unit, lang)}
            )
            return (Percent if share else Number)(label=words)
        case MonthDay():
            return YearDay(label=gettext("新取值"), initial=str(held.value).split("-"))
        case date():
            return Day(label=gettext("新取值"))
        case tuple() as rows if rows and isinstance(rows[0], Band):
            label = gettext("新取值（%(unit)s）") % {"unit": unit_text(held.unit, lang)}
            return Bands(len(rows) + BANDS_MORE, label=label, initial=_cells(rows))
        case tuple() as names:
            return _names(tuple(map(str, names)), lang)
        case table:
            keys = {key: code_text(key, lang) for key in table}
            closed = held.unit == "yes/no"
            label = (
                gettext("新取值") if closed else gettext("新取值（%(unit)s）") % {"unit": unit_text(held.unit, lang)}
            )
            return Table(keys, closed=closed, label=label, initial=[_figure(each) for each in table.values()])


def unit_text(unit: str, lang: Language) -> str:
    """A unit in words."""
    texts = catalogue().get(f"unit-{unit}")
    return texts[lang] if texts else unit


def _names(names: tuple[str, ...], lang: Language) -> forms.Field:
    """From the dictionary where one fact knows them all; else what is there, and room for others."""
    fact = next((each for each in dictionary().values() if set(names) <= set(each.values)), None)
    if fact is None:
        known = [(each, code_text(each, lang)) for each in names]
        return Names(known, label=gettext("新取值"), initial=[list(names), ""])
    choices = [(key, texts[lang]) for key, texts in fact.values.items()]
    return Codes(label=gettext("新取值"), choices=choices, initial=list(names))


def _band(first: str, last: str, value: str) -> str:
    upper = f"to = {last}, " if last else ""
    return f"{{ from = {first}, {upper}value = {value} }}"


def _cells(rows: Sequence[Any]) -> list[str]:
    return ["" if each is None else _figure(each) for row in rows for each in (row.first, row.last, row.value)] + [
        ""
    ] * 3 * BANDS_MORE


def _figure(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
