"""What a report of a check rests on: documents, layers, parameters, and how each finding was reached."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from liangtian.messages import Language
from liangtian.onemap.layers import LAYERS
from liangtian.policy.facts import dictionary
from liangtian.reports.outline import Figure, Kind, Section, say, section
from liangtian.rules.documents import DOCUMENTS
from liangtian.units import round_half_up

Data = Mapping[str, Any]

UNITS: dict[str, tuple[str, str]] = {
    "m2": ("m²", "m²"),
    "mu": ("亩", "mu"),
    "ha": ("公顷", "ha"),
    "person": ("人", "person"),
    "yuan": ("元", "yuan"),
    "season": ("季", "season"),
    "project": ("个", "projects"),
}
RELATIONS = {"<=": "≤", ">=": "≥"}


def unit_text(unit: str, lang: Language) -> str:
    """A unit as the kernel names it, as it is printed.

    Examples
    --------
    >>> unit_text("kg/mu", "zh"), unit_text("m2/person", "en"), unit_text("m2, m", "zh"), unit_text("season", "zh")
    ('kg/亩', 'm²/person', 'm²、m', '季')
    """
    named = re.sub(r"\w+", lambda found: UNITS.get(found[0], (found[0], found[0]))[lang == "en"], unit)
    return named.replace(", ", say(lang, "comma"))


def figure(value: Any, unit: str, lang: Language) -> Figure | None:
    """A number, or a fraction written as text, with its unit; None stays unknown."""
    if value is None:
        return None
    # A third of something has no last decimal; two are enough to read, the result document has it exact.
    exact = value if isinstance(value, (int, Decimal)) else round_half_up(Fraction(str(value)), 2)
    return Figure(Decimal(exact), unit_text(unit, lang))


def document_title(document_id: str, lang: Language) -> str:
    document = DOCUMENTS.get(document_id)
    if document is None:
        return document_id
    return f"《{document.title_zh}》" if lang == "zh" else document.title_en


def is_capacity_unverified(data: Data) -> bool:
    """Whether the table that capacity is reckoned by is marked as not verified."""
    used = {step["name"].rpartition(".")[2]: step["status"] for step in data.get("technical") or ()}
    return used.get("capacity_by_grade") == "unverified"


def compared(finding: Data, side: str, lang: Language) -> Any:
    """`measured` or `required` of a finding, with the unit its comparison was made in."""
    value = finding[side]
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return _plain(value, lang)
    units = [step["unit"] for step in finding["trace"] if step["kind"] == "compare" and step.get("unit")]
    return figure(value, units[-1] if units else "", lang)


def documents(data: Data, lang: Language) -> Section:
    known = [(name, DOCUMENTS.get(name)) for name in data["documents"]]
    rows = [(name, document_title(name, lang), doc.since.isoformat() if doc else "") for name, doc in known]
    columns: list[tuple[str, Kind]] = [("cited", "cite"), ("document", "wording"), ("since", "centre")]
    return section(lang, "basis", "documents", columns, rows)


def layers(data: Data, lang: Language) -> Section:
    rows = [(_layer(row["name"], lang), row["version"], row["on"], row["digest"]) for row in data["layers"]]
    rows.append((say(lang, "rules"), "", "", data["rules_digest"]))
    columns: list[tuple[str, Kind]] = [
        ("layer", "text"),
        ("version", "text"),
        ("since", "centre"),
        ("digest", "digest"),
    ]
    return section(lang, "basis", "layers", columns, rows)


def _layer(code: str, lang: Language) -> str:
    spec = LAYERS.get(code)
    return code if spec is None else f"{spec.zh if lang == 'zh' else spec.en} {code}"


def parameters(data: Data, lang: Language) -> Section:
    """Values of the clauses, from their traces, and our own used in measuring, which stand in `technical`."""
    steps = [step for row in data["findings"] for step in row["trace"] if step["kind"] == "parameter"]
    used = {step["name"]: step for step in (*steps, *(data.get("technical") or ()))}
    rows = [
        (name, _value(step, lang), step.get("since") or "", say(lang, f"status-{step['status']}"), step["source"] or "")
        for name, step in sorted(used.items())
    ]
    columns: list[tuple[str, Kind]] = [("parameter", "wording"), ("value", "wording"), ("since", "centre")]
    columns += [("status", "centre"), ("source", "wording")]
    return section(lang, "basis", "parameters", columns, rows)


def traces(data: Data, lang: Language) -> Section:
    rows = [
        (row["rule"], say(lang, f"step-{step['kind']}"), _step_name(step, lang), _traced(step, lang))
        for row in data["findings"]
        for step in row["trace"]
    ]
    columns: list[tuple[str, Kind]] = [("rule", "cite"), ("step", "centre"), ("item", "wording"), ("value", "wording")]
    return section(lang, "traces", "traces", columns, rows)


def _step_name(step: Data, lang: Language) -> str:
    fact = dictionary().get(step["name"])
    return step["name"] if fact is None else (fact.zh if lang == "zh" else fact.en)


def _traced(step: Data, lang: Language) -> Any:
    if step["kind"] == "compare":
        sides = (_side(step[side], step.get("unit") or "", lang) for side in ("measured", "required"))
        relation = RELATIONS.get(step["relation"], step["relation"])
        return say(lang, "holds" if step["value"] else "fails", comparison=f" {relation} ".join(sides))
    fact = dictionary().get(step["name"])
    if fact is not None and str(step["value"]) in fact.values:
        return fact.values[str(step["value"])][lang]
    return _value(step, lang)


def _side(value: Any, unit: str, lang: Language) -> str:
    # Exact fractions are written as text and have a unit; so has a day, which is no figure.
    return str(figure(value, unit, lang)) if unit and unit != "date" else _plain(value, lang)


def _value(step: Data, lang: Language) -> Any:
    """A value with its unit: a figure, a yes or no, or a table in one line."""
    value, unit = step["value"], step.get("unit") or ""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return figure(value, unit, lang)
    return f"{_plain(value, lang)} {unit_text(unit, lang)}".strip()


def _plain(value: Any, lang: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return say(lang, "yes" if value else "no")
    if isinstance(value, (int, float, Decimal)):
        return f"{Decimal(str(value)).normalize():,f}"
    if isinstance(value, Mapping):
        return say(lang, "semicolon").join(f"{name} = {_plain(item, lang)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return say(lang, "semicolon").join(_plain(item, lang) for item in value)
    return str(value)
