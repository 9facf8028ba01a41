"""The report of a survey of potential: totals, towns, villages, village construction land, rules, candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from liangtian.errors import LiangtianError
from liangtian.messages import Language, render_text
from liangtian.reports.document import RENDERERS
from liangtian.reports.outline import Column, Kind, Outline, Section, cleaned
from liangtian.units import MU_M2, round_half_up

Data = Mapping[str, Any]

LISTED = {".xlsx": 20_000, ".docx": 200, ".html": 1_000}
"""Candidates a report lists: as many as its format can be worked with. The document of `--json` has all of them."""

IN_MU = ("net_m2", "unknown_m2", "excluded_m2", "construction_m2", "excess_m2", "area_m2")

SUMS: Sequence[tuple[str, Kind]] = (
    ("kind_name", "text"),
    ("count", "number"),
    ("net_m2", "number"),
    ("unknown", "number"),
    ("unknown_m2", "number"),
    ("excluded", "number"),
    ("excluded_m2", "number"),
)
SCALE: Sequence[tuple[str, Kind]] = (
    ("village", "cite"),
    ("name", "text"),
    ("construction_m2", "number"),
    ("persons", "number"),
    ("per_person_m2", "number"),
    ("excess_m2", "number"),
)
RULES: Sequence[tuple[str, Kind]] = (
    ("rule", "cite"),
    ("says", "centre"),
    ("matter", "wording"),
    ("count", "number"),
    ("area_m2", "number"),
)
CANDIDATES: Sequence[tuple[str, Kind]] = (
    ("parcel", "cite"),
    ("village_name", "centre"),
    ("kind_name", "text"),
    ("state", "centre"),
    ("code", "centre"),
    ("parcel_m2", "number"),
    ("ground_m2", "number"),
    ("slope_deg", "number"),
    ("reasons", "wording"),
)


def render_potential(data: Data, suffix: str, *, lang: Language = "zh") -> bytes:
    """Render the document of a survey (`planning.potential_document.document`); the same data give the same bytes.

    Parameters
    ----------
    data : its `candidates`, or the largest of them with how many there are as `candidate_count`
    suffix : `.docx`, `.xlsx` or `.html`

    Raises
    ------
    LiangtianError (error): report-unknown-suffix
    """
    renderer = RENDERERS.get(suffix.lower())
    if renderer is None:
        raise LiangtianError("report-unknown-suffix", suffix=suffix, known=" ".join(RENDERERS))
    return renderer(outline(data, lang=lang, listed=LISTED[suffix.lower()]))


def outline(data: Data, *, lang: Language = "zh", listed: int = LISTED[".html"]) -> Outline:
    """Lay the survey out, with the `listed` largest candidates."""
    place: Sequence[tuple[str, Kind]] = (("place", "cite"), ("name", "text"))
    rows = [row | {"matter": _matter(row, lang), "says": _say(lang, f"says-{row['says']}")} for row in data["rules"]]
    sections = (
        _table("total", SUMS, data["total"], lang),
        _table("towns", (*place, *SUMS), data["towns"], lang),
        _table("villages", (*place, *SUMS), data["villages"], lang),
        _table("village_land", SCALE, data["village_land"], lang),
        _table("rules", RULES, rows, lang),
        _candidates(data, listed, lang),
        _notes(data, lang),
    )
    counts = {name: sum(row[name] for row in data["total"]) for name in ("count", "unknown", "excluded")}
    return cleaned(
        Outline(
            lang=lang,
            on=data["on"],
            title=_say(lang, "title"),
            outcome="unknown" if counts["unknown"] else "pass",
            verdict=_say(lang, "verdict", **counts),
            about=tuple((_say(lang, f"about-{name}"), value) for name, value in _about(data, lang).items()),
            sections=tuple(each for each in sections if each.rows or each.note),
        )
    )


def _about(data: Data, lang: Language) -> dict[str, str]:
    used = data["used"]
    layers = "、".join(f"{row['layer']}@{row['place']}@{row['on']}" for row in used["layers"])
    return {
        "place": data["place"] or _say(lang, "everywhere"),
        "on": data["on"],
        "elevation": used["elevation"] or _say(lang, "none"),
        "layers": layers or _say(lang, "none"),
    }


def _candidates(data: Data, listed: int, lang: Language) -> Section:
    """Largest net ground first; of equals as the survey has them."""
    rows = sorted(data["candidates"], key=lambda row: -row["net_m2"])[:listed]
    worded = [
        row
        | {
            "kind_name": render_text(f"potential-kind-{row['kind']}", {}, lang=lang),
            "state": render_text(f"potential-state-{row['state']}", {}, lang=lang),
            "village_name": row["village_name"] or row["village"],
            "parcel_m2": row["area_m2"],
            "ground_m2": row["net_m2"],
            "slope_deg": "" if row["slope_deg"] is None else row["slope_deg"],
            "reasons": "；".join(f"{reason['message']}（{reason['rule']}）" for reason in row["reasons"]),
        }
        for row in rows
    ]
    made = _table("candidates", CANDIDATES, worded, lang)
    count = data.get("candidate_count", len(data["candidates"]))
    if len(rows) == count:
        return made
    title = _say(lang, "section-largest", shown=len(rows), count=count)
    return Section(made.sheet, title, made.columns, made.rows)


def _notes(data: Data, lang: Language) -> Section:
    columns: Sequence[tuple[str, Kind]] = (("rule", "cite"), ("message", "wording"))
    return _table("findings", columns, data["findings"], lang)


def _matter(row: Mapping[str, Any], lang: Language) -> str:
    """What the sentence of a rule is about, without the figures of one parcel."""
    said = render_text(f"potential-matter-{row['message_id'].removeprefix('potential-')}", {}, lang=lang)
    return f"{said}（{row['layer']}）" if row["layer"] else said


def _table(
    name: str, columns: Sequence[tuple[str, Kind]], rows: Sequence[Mapping[str, Any]], lang: Language
) -> Section:
    typed = tuple(Column(_say(lang, f"column-{column}"), kind) for column, kind in columns)
    title = _say(lang, f"section-{name}")
    return Section(title, title, typed, tuple(tuple(_cell(row, column) for column, _ in columns) for row in rows))


def _cell(row: Mapping[str, Any], column: str) -> Any:
    """Sums in 亩, parcels in m²: three units each would not fit a page. A rule that takes no ground has no area."""
    value = row[column]
    if value is None:
        return "" if column in ("area_m2", "name") else None
    return round_half_up(Fraction(value) / MU_M2, 2) if column in IN_MU else value


def _say(lang: Language, name: str, **params: object) -> str:
    return render_text(f"potential-{name}", params, lang=lang)
