"""A step of a trace as the page says it: the fact or value in words, and for a value why it is the one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from liangtian.ledger.indices import UNIT_SIGNS, indices
from liangtian.messages import Language
from liangtian.policy.facts import dictionary
from liangtian.policy.whatif_words import code_text, value_label, value_text
from liangtian.reports.basis import unit_text
from liangtian_web.ledger.records import places_by_key
from liangtian_web.rulebook.naming import in_short

PLACE = re.compile(r"\d{6}|\d{9}|\d{12}|p\d+")  # by code or number, as records name places
PLACE_WITHIN = re.compile(r"(?<![\w.,-])(?:\d{6}|\d{9}|\d{12}|p\d+)(?![\d.,-]| ?(?:m²|亩|kg|元|mu))", re.ASCII)
FACT_WITHIN = re.compile(r" ?[（(][a-z][a-z0-9_]*(?:[,、] ?[a-z][a-z0-9_]*)*[）)]")  # its name for programs


def step_shown(step: dict[str, Any], lang: Language) -> dict[str, Any]:
    """One step: `word`, `kind_word`, `shown`, and for a value `url`, `why` and `others` passed over."""
    kinds = {
        "fact": gettext("事实"),
        "parameter": gettext("参数"),
        "compare": gettext("比较"),
        "replaced": gettext("替代"),
    }
    told = step | {"kind_word": kinds.get(step["kind"], step["kind"])}
    if step["kind"] == "parameter":
        return told | _value(step, lang)
    fact = dictionary().get(step["name"])
    word = (fact.en if lang == "en" else fact.zh) if fact else step["name"]
    return told | {"word": word, "shown": _shown(step, lang)}


def why(reason: str) -> str:
    """Why one value in force stands above the others."""
    return {
        "nearest": gettext("取最近一级的值"),
        "prevails": gettext("上级取值优先"),
        "latest": gettext("同一地取最新值"),
        "tried": gettext("试算取值"),
    }.get(reason, "")


def _value(step: dict[str, Any], lang: Language) -> dict[str, Any]:
    unit = step.get("unit", "")
    others = [{**each, "text": value_text(_plain(each["value"]), unit, lang)} for each in step.get("passed_over", ())]
    return {
        "word": value_label(step["name"], lang),
        "shown": value_text(_plain(step["value"]), unit, lang),
        "url": _url(step["name"]),
        "why": why(step.get("reason", "")),
        "others": others,
    }


def _plain(value: Any) -> Any:
    """Figures as `value_text` takes them: the stored result keeps decimals exact."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _url(name: str) -> str:
    try:
        return reverse("rulebook:value", args=[name])
    except NoReverseMatch:
        return ""


def _shown(step: dict[str, Any], lang: Language) -> str:
    value = step["value"]
    if step["kind"] == "compare" and "relation" in step:
        holds = gettext("成立") if value else gettext("不成立")
        unit = step.get("unit") or ""
        sides = (figure_or_words(step[side], unit, lang) for side in ("measured", "required"))
        return f" {step['relation']} ".join(sides) + f" → {holds}"
    if value is None:
        return gettext("未知")
    if isinstance(value, list):
        rows = _rows(value, lang)
        return gettext("%(n)s 项") % {"n": len(rows)} if len(rows) > 6 else "、".join(rows)
    fact = dictionary().get(step["name"])
    if fact and fact.type == "choice" and value in fact.values:
        return str(fact.values[value][lang])
    is_figure = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return _figure(value, step.get("unit", ""), lang) if is_figure else str(in_words(value, lang))


def _figure(value: Any, unit: str, lang: Language) -> str:
    """A number with its unit; money to the fen."""
    if unit == "yuan":
        return f"{value:,.2f} {unit_text(unit, lang)}"
    return f"{value:,}" + {"m2": " m²", "person": ""}.get(unit, f" {unit}")


def in_words(value: Any, lang: Language) -> Any:
    """A yes or no, a code of the dictionary or of a place in words; any other value as it is."""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    return _text(value, _names([value]), lang) if isinstance(value, str) else value


def figure_or_words(value: Any, unit: str, lang: Language) -> str:
    """One side of a comparison, to stand before its unit: a number with separators, money to the fen; else words."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(in_words(value, lang))
    whole = int(value) if value == int(value) else value
    return f"{value:,.2f}" if unit == "yuan" else f"{whole:,}"


def plainly(message: str, lang: Language) -> str:
    """A sentence of the rules for the screen: places and documents by name, without the names programs declare facts by.

    Examples
    --------
    >>> plainly("缺“道路等级”（road_class）；Not stated (road_class, road_km).", "zh")
    '缺“道路等级”；Not stated.'
    """
    said = in_short(FACT_WITHIN.sub("", message), lang)
    names = _names(PLACE_WITHIN.findall(said))
    return PLACE_WITHIN.sub(lambda found: names.get(found[0], found[0]), said) if names else said


def _names(values: Iterable[Any]) -> dict[str, str]:
    """The places among the values, by what names them there."""
    keys = [each for each in values if isinstance(each, str) and PLACE.fullmatch(each)]
    return {key: place.name for key, place in places_by_key(keys).items() if place} if keys else {}


def _text(value: str, names: dict[str, str], lang: Language) -> str:
    if fact := dictionary().get(value):
        return fact.en if lang == "en" else fact.zh
    return names.get(value) or code_text(value, lang)


def _rows(values: list[Any], lang: Language) -> list[str]:
    cells = [cell for each in values for cell in (each.values() if isinstance(each, dict) else (each,))]
    names = _names(cells)
    return [_row(each, names, lang) if isinstance(each, dict) else _text(str(each), names, lang) for each in values]


def _row(row: dict[str, Any], names: dict[str, str], lang: Language) -> str:
    """A row of a table fact: its amounts by the words of the book's indices, those of nought left out."""
    known = indices()
    amounts = {name: value for name, value in row.items() if name in known}
    said = [
        _text(value, names, lang) if isinstance(value, str) else f"{in_words(value, lang)}"
        for name, value in row.items()
        if name not in amounts and value is not None
    ]
    for name, value in amounts.items():
        if value:
            word = known[name].en if lang == "en" else known[name].zh
            whole = int(value) if value == int(value) else value
            said.append(f"{word} {whole:,} {UNIT_SIGNS[known[name].unit][0]}")
    return " ".join(said) or "0"
