"""The report of a check, table by table: verdict, key figures, findings, land, places, control lines, parcels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from liangtian.messages import Language
from liangtian.onemap.codelists import CODE_LISTS
from liangtian.policy.facts import dictionary
from liangtian.reports import basis
from liangtian.reports.basis import document_title, figure, is_capacity_unverified
from liangtian.reports.outline import Kind, Outline, Section, cleaned, say, section

Data = Mapping[str, Any]


def outline(data: Data, *, lang: Language = "zh", title: str | None = None) -> Outline:
    """Lay out the result document of a check (docs/reference/check.md)."""
    outcome, verdict = _verdict(data, lang)
    sections = (
        _figures(data, lang),
        _findings(data, lang),
        _classes(data, lang),
        *_breakdowns(data, lang),
        _places(data, lang),
        _controls(data, lang),
        _parcels(data, lang),
        basis.documents(data, lang),
        basis.layers(data, lang),
        basis.parameters(data, lang),
        basis.traces(data, lang),
    )
    report = Outline(
        lang=lang,
        on=data["on"],
        title=title or say(lang, "title"),
        outcome=outcome,
        verdict=verdict,
        about=_about(data, lang),
        sections=tuple(each for each in sections if each.rows or each.note),
    )
    return cleaned(report)


def _about(data: Data, lang: Language) -> tuple[tuple[str, str], ...]:
    names = {row["code"]: row["name"] for row in data["places"]}
    values = {
        "kind": dictionary()["kind"].values[data["kind"]][lang],
        "on": data["on"],
        "place": f"{data['place']} {names.get(data['place']) or ''}".strip(),
        "kernel": data["kernel"],
        "documents": say(lang, "comma").join(document_title(each, lang) for each in data["documents"]),
    }
    return tuple((say(lang, f"about-{name}"), value) for name, value in values.items())


def _verdict(data: Data, lang: Language) -> tuple[str, str]:
    counts = Counter(row["outcome"] for row in data["findings"])
    outcome = next((o for o in ("fail", "unknown", "pass") if counts[o]), "none")
    numbers = {name: counts[name] for name in ("fail", "unknown", "pass", "not_applicable")}
    return outcome, say(lang, f"verdict-{outcome}", **numbers)


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
    rows: list[tuple[Any, ...]] = [(say(lang, f"figure-{name}"), value, "") for name, value in values.items()]
    capacity = figure(data["required"]["capacity_kg"], "kg", lang)
    if capacity is not None and is_capacity_unverified(data):
        capacity = replace(capacity, remark=say(lang, "capacity-unverified"))
    rows.append((say(lang, "figure-required-capacity"), "", capacity))
    return section(lang, "summary", "figures", [("item", "text"), ("area", "area"), ("other", "figure")], rows)


def _findings(data: Data, lang: Language) -> Section:
    rows = [
        (
            row["rule"],
            say(lang, f"outcome-{row['outcome']}"),
            row["message"],
            "" if row["outcome"] == "not_applicable" else basis.compared(row, "measured", lang),
            basis.compared(row, "required", lang),
            len(row["parcels"]) or "",
        )
        for row in data["findings"]
    ]
    columns: list[tuple[str, Kind]] = [("rule", "cite"), ("outcome", "centre"), ("wording", "wording")]
    columns += [("measured", "number"), ("required", "number"), ("parcels", "number")]
    return section(lang, "findings", "findings", columns, rows)


def _named(code: str, name: str | None, lang: Language) -> str:
    return f"{code or say(lang, 'unknown')} {name or ''}".strip()


def _classes(data: Data, lang: Language) -> Section:
    table = data["classes"]
    rows: list[tuple[Any, ...]] = [
        (_named(row["code"], row["name"], lang), row["area_m2"], row["net_m2"], row["parcels"]) for row in table
    ]
    if rows:
        total, boundary = sum(row["area_m2"] for row in table), data["boundary"]["area_m2"]
        uncovered, double = data["uncovered_m2"], data["double_covered_m2"]
        rows.append((say(lang, "row-classes"), total, sum(row["net_m2"] for row in table), ""))
        rows.append((say(lang, "row-uncovered"), uncovered, "", ""))
        rows.append((say(lang, "row-double"), -double, "", ""))
        # Each piece is rounded to 0.01 m² by itself, and so is the boundary: what that leaves is shown, not hidden.
        rows.append((say(lang, "row-rounding"), boundary - (total + uncovered - double), "", ""))
        rows.append((say(lang, "row-boundary"), boundary, "", ""))
    columns: list[tuple[str, Kind]] = [("class", "text"), ("gross", "area"), ("net", "number"), ("parcels", "number")]
    return section(lang, "classes", "classes", columns, rows)


def _breakdowns(data: Data, lang: Language) -> list[Section]:
    def table(name: str, named: Sequence[tuple[str, Data]]) -> Section:
        columns: list[tuple[str, Kind]] = [("code", "text"), ("gross", "area"), ("net", "number")]
        rows = [(label, row["area_m2"], row["net_m2"]) for label, row in named]
        return section(lang, "classes", name, columns, rows)

    slopes, unknown = CODE_LISTS["GDPDJB"].codes, say(lang, "unknown")
    grades = data["farmland"]["by_grade"]
    return [
        table("ownership", [(_named(row["code"], row["name"], lang), row) for row in data["ownership"]]),
        table("slopes", [(_named(row["code"], slopes.get(row["code"]), lang), row) for row in data["slopes"]]),
        table("grades", [(say(lang, "grade", grade=r["grade"]) if r["grade"] else unknown, r) for r in grades]),
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
            row["required"]["capacity_kg"],
        )
        for row in data["places"]
    ]
    kg = "owed-kg-unverified" if is_capacity_unverified(data) else "owed-kg"
    columns: list[tuple[str, Kind]] = [("place", "cite"), ("name", "text"), ("level", "centre"), ("gross", "area")]
    columns += [("farmland", "number"), ("owed-quantity", "number"), ("owed-paddy", "number"), (kg, "number")]
    return section(lang, "places", "places", columns, rows)


def _controls(data: Data, lang: Language) -> Section:
    rows: list[tuple[str, Decimal | None]] = []
    for name in ("basic_farmland", "demonstration_zone", "red_line"):
        for part in ("overlap_m2", "net_m2", "touching_m2"):
            rows.append((f"{say(lang, name)} · {say(lang, part)}", data[name][part]))
    for name in ("outside_urban_boundary_m2", "outside_expansion_boundary_m2"):
        rows.append((say(lang, name), data[name]))
    return section(lang, "summary", "controls", [("item", "text"), ("area", "area")], rows)


def _parcels(data: Data, lang: Language) -> Section:
    rows = [(row["rule"], parcel) for row in data["findings"] for parcel in row["parcels"]]
    table = section(lang, "parcels", "parcels", [("rule", "cite"), ("parcel", "text")], rows)
    return table if rows else replace(table, note=say(lang, "no-parcels"))
