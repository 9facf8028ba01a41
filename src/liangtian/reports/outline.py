"""What a report of a check says, before any format: a verdict, key figures, and tables of typed columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from liangtian.messages import Language, render_text
from liangtian.policy.facts import dictionary

Kind = Literal["text", "area", "number", "centre"]
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`area` columns hold m² (Decimal or None for unknown) and are shown in m², 亩 and 公顷; `number` has no unit."""

    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the report; `sheet` names the sheet it goes to in a workbook."""

    sheet: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A report: title, outcome and sentence of the verdict, who and when, and its tables."""

    lang: Language
    on: str
    title: str
    outcome: str
    verdict: str
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def word(self, name: str) -> str:
        return say(self.lang, name)


def say(lang: Language, name: str, **params: object) -> str:
    return render_text(f"report-{name}", params, lang=lang)


def outline(data: Data, *, lang: Language = "zh", title: str | None = None) -> Outline:
    """Lay out the result document of a check (docs/reference/check.md)."""
    outcome, verdict = _verdict(data, lang)
    kind = dictionary()["kind"].values[data["kind"]][lang]
    about = [("kind", kind), ("on", data["on"]), ("place", data["place"])]
    about += [("documents", "、".join(data["documents"])), ("kernel", data["kernel"])]
    sections = (
        _figures(data, lang),
        _findings(data, lang),
        _classes(data, lang),
        *_breakdowns(data, lang),
        _places(data, lang),
        _controls(data, lang),
        _parcels(data, lang),
        _layers(data, lang),
        _parameters(data, lang),
        _traces(data, lang),
    )
    return Outline(
        lang=lang,
        on=data["on"],
        title=title or say(lang, "title"),
        outcome=outcome,
        verdict=verdict,
        about=tuple((say(lang, f"about-{name}"), value) for name, value in about),
        sections=tuple(section for section in sections if section.rows),
    )


def _verdict(data: Data, lang: Language) -> tuple[str, str]:
    counts = Counter(row["outcome"] for row in data["findings"])
    outcome = next((o for o in ("fail", "unknown", "pass") if counts[o]), "none")
    numbers = {name: counts[name] for name in ("fail", "unknown", "pass", "not_applicable")}
    return outcome, say(lang, f"verdict-{outcome}", **numbers)


def _columns(lang: Language, *named: tuple[str, Kind]) -> tuple[Column, ...]:
    return tuple(Column(say(lang, f"column-{name}"), kind) for name, kind in named)


def _section(
    lang: Language, sheet: str, name: str, columns: Sequence[tuple[str, Kind]], rows: Sequence[Any]
) -> Section:
    titled = say(lang, f"section-{name}")
    return Section(say(lang, f"sheet-{sheet}"), titled, _columns(lang, *columns), tuple(tuple(row) for row in rows))


def _figures(data: Data, lang: Language) -> Section:
    values = {
        "boundary": data["boundary"]["area_m2"],
        "farmland": data["farmland"]["area_m2"],
        "quantity": data["farmland"]["quantity_m2"],
        "paddy": data["farmland"]["paddy_m2"],
        "basic-farmland": data["basic_farmland"]["overlap_m2"],
        "red-line": data["red_line"]["overlap_m2"],
        "required-quantity": data["required"]["quantity_m2"],
        "required-paddy": data["required"]["paddy_m2"],
    }
    rows = [(say(lang, f"figure-{name}"), value, "") for name, value in values.items()]
    kg = data["required"]["capacity_kg"]
    capacity = say(lang, "unknown") if kg is None else f"{kg:,} kg"
    rows.append((say(lang, "figure-required-capacity"), "", capacity))
    return _section(lang, "summary", "figures", [("item", "text"), ("area", "area"), ("other", "number")], rows)


def _findings(data: Data, lang: Language) -> Section:
    rows = [
        (
            row["rule"],
            say(lang, f"outcome-{row['outcome']}"),
            row["message"],
            "" if row["outcome"] == "not_applicable" else _plain(row["measured"], lang),
            _plain(row["required"], lang),
            len(row["parcels"]) or "",
        )
        for row in data["findings"]
    ]
    columns: list[tuple[str, Kind]] = [("rule", "text"), ("outcome", "centre"), ("wording", "text")]
    columns += [("measured", "number"), ("required", "number"), ("parcels", "number")]
    return _section(lang, "findings", "findings", columns, rows)


def _plain(value: Any, lang: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return say(lang, "yes" if value else "no")
    if isinstance(value, (int, float, Decimal)):
        return f"{value:,}"
    return str(value)


def _classes(data: Data, lang: Language) -> Section:
    rows: list[tuple[Any, ...]] = [
        (f"{row['code']} {row['name'] or ''}".strip(), row["area_m2"], row["net_m2"], row["parcels"])
        for row in data["classes"]
    ]
    if rows:
        total, net = sum(row[1] for row in rows), sum(row[2] for row in rows)
        rows.append((say(lang, "row-classes"), total, net, ""))
        rows.append((say(lang, "row-uncovered"), data["uncovered_m2"], "", ""))
        rows.append((say(lang, "row-double"), -data["double_covered_m2"], "", ""))
        rows.append((say(lang, "row-boundary"), data["boundary"]["area_m2"], "", ""))
    columns: list[tuple[str, Kind]] = [("class", "text"), ("gross", "area"), ("net", "number"), ("parcels", "number")]
    return _section(lang, "classes", "classes", columns, rows)


def _breakdowns(data: Data, lang: Language) -> list[Section]:
    columns: list[tuple[str, Kind]] = [("code", "text"), ("gross", "area"), ("net", "number")]

    def rows(table: Sequence[Data]) -> list[tuple[Any, ...]]:
        unknown = say(lang, "unknown")
        return [
            (f"{row['code'] or unknown} {row['name'] or ''}".strip(), row["area_m2"], row["net_m2"]) for row in table
        ]

    grades = [{"code": str(row["grade"] or ""), "name": "", **row} for row in data["farmland"]["by_grade"]]
    return [
        _section(lang, "places", "ownership", columns, rows(data["ownership"])),
        _section(lang, "classes", "slopes", columns, rows(data["slopes"])),
        _section(lang, "classes", "grades", columns, rows(grades)),
    ]


def _places(data: Data, lang: Language) -> Section:
    rows = [
        (
            row["code"],
            row["name"] or "",
            say(lang, f"level-{row['level']}"),
            row["area_m2"],
            row["farmland_m2"],
            row["required"]["quantity_m2"],
            row["required"]["paddy_m2"],
            say(lang, "unknown") if row["required"]["capacity_kg"] is None else row["required"]["capacity_kg"],
        )
        for row in data["places"]
    ]
    columns: list[tuple[str, Kind]] = [("place", "text"), ("name", "text"), ("level", "centre"), ("gross", "area")]
    columns += [("farmland", "number"), ("owed-quantity", "number"), ("owed-paddy", "number"), ("owed-kg", "number")]
    return _section(lang, "places", "places", columns, rows)


def _controls(data: Data, lang: Language) -> Section:
    rows: list[tuple[Any, ...]] = []
    for name in ("basic_farmland", "demonstration_zone", "red_line"):
        for part in ("overlap_m2", "net_m2", "touching_m2"):
            rows.append((f"{say(lang, name)} · {say(lang, part)}", data[name][part]))
    for name in ("outside_urban_boundary_m2", "outside_expansion_boundary_m2"):
        rows.append((say(lang, name), data[name]))
    return _section(lang, "summary", "controls", [("item", "text"), ("area", "area")], rows)


def _parcels(data: Data, lang: Language) -> Section:
    rows = [(row["rule"], parcel) for row in data["findings"] for parcel in row["parcels"]]
    return _section(lang, "parcels", "parcels", [("rule", "text"), ("parcel", "text")], rows)


def _layers(data: Data, lang: Language) -> Section:
    rows = [(row["name"], row["version"], row["on"], row["digest"]) for row in data["layers"]]
    rows.append((say(lang, "rules"), "", "", data["rules_digest"]))
    columns: list[tuple[str, Kind]] = [("layer", "text"), ("version", "text"), ("since", "centre"), ("digest", "text")]
    return _section(lang, "basis", "layers", columns, rows)


def _parameters(data: Data, lang: Language) -> Section:
    steps = [step for row in data["findings"] for step in row["trace"] if step["kind"] == "parameter"]
    used = {step["name"]: step for step in steps}
    rows = [
        (name, _value(step, lang), step.get("since", ""), say(lang, f"status-{step['status']}"), step.get("source", ""))
        for name, step in sorted(used.items())
    ]
    columns: list[tuple[str, Kind]] = [("parameter", "text"), ("value", "number"), ("since", "centre")]
    columns += [("status", "centre"), ("source", "text")]
    return _section(lang, "basis", "parameters", columns, rows)


def _value(step: Data, lang: Language) -> str:
    return f"{_plain(step['value'], lang)} {step.get('unit') or ''}".strip()


def _traces(data: Data, lang: Language) -> Section:
    rows = [
        (row["rule"], say(lang, f"step-{step['kind']}"), _step_name(step, lang), _value(step, lang))
        for row in data["findings"]
        for step in row["trace"]
    ]
    columns: list[tuple[str, Kind]] = [("rule", "text"), ("step", "centre"), ("item", "text"), ("value", "number")]
    return _section(lang, "basis", "traces", columns, rows)


def _step_name(step: Data, lang: Language) -> str:
    fact = dictionary().get(step["name"]) if step["kind"] == "fact" else None
    return step["name"] if fact is None else (fact.zh if lang == "zh" else fact.en)
