"""Indices of fragmentation as the page and its table show them, areas in the reader's unit."""

from __future__ import annotations

from typing import Any

from liangtian.messages import Language, render_text
from liangtian.planning.fragmentation import UNITS
from liangtian_web.onemap.templatetags.land import area, unit_word

# index of planning.fragmentation → formula and where it comes from
FORMULAS = {
    "mesh_m2": ("Σ Aᵢ² / Σ Aᵢ", "Jaeger (2000)"),
    "largest_share": ("max Aᵢ / Σ Aᵢ", "McGarigal, Marks (1995)"),
    "edge_m_per_ha": ("E / A", "McGarigal, Marks (1995)"),
    "shape_index": ("0.25 · E / √A", "McGarigal, Marks (1995)"),
    "aggregation": ("g / max g", "He, DeZonia, Mladenoff (2000)"),
    "rectangularity": ("A / A(frame)", "Rosin (1999)"),
    "elongation": ("w / l", "Oksanen (2013)"),
    "length_m": ("l", "Oksanen (2013)"),
    "convexity": ("A / A(hull)", "Oksanen (2013)"),
}


def changes(data: dict[str, Any], lang: Language, unit: str) -> list[dict[str, Any]]:
    """Every index before and after with its unit and formula."""
    return [
        {
            "name": render_text(f"fragmentation-{row['name']}", {}, lang=lang),
            "unit": unit_word(unit) if UNITS.get(row["name"]) == "m²" else UNITS.get(row["name"], ""),
            "before": figure(row["name"], row["before"], unit),
            "after": figure(row["name"], row["after"], unit),
            "better": row["better"],
            "formula": FORMULAS.get(row["name"], ("", ""))[0],
            "source": FORMULAS.get(row["name"], ("", ""))[1],
        }
        for row in data["changes"]
    ]


def figure(name: str, value: Any, unit: str) -> str:
    """A figure of an index; a dash for nothing known."""
    if value is None:
        return "—"
    if UNITS.get(name) == "m²":
        return area(value, unit)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4f}" if abs(value) < 10 else f"{value:,.1f}"
