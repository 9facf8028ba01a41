"""The answer of a survey of potential as a stable document: what `liangtian potential --json` prints and reports are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from liangtian.messages import Language, render, render_text
from liangtian.planning.potential import Candidate, PlaceSum, Potential, Ruled, VillageScale
from liangtian.units import m2_from_dm2

Row = dict[str, Any]


def document(made: Potential, *, on: date, place: str | None, lang: Language = "zh", listed: bool = True) -> Row:
    """The survey as JSON has it (docs/howto/planning.md); areas are Decimal m².

    Parameters
    ----------
    listed : with every candidate and its reasons
    """
    head: Row = {"on": on.isoformat(), "place": place, "used": made.used}
    head["findings"] = [{"rule": note.rule, "message": render(note, lang=lang)} for note in made.findings]
    tables = {
        "total": [_sum(row, lang, {}) for row in made.total()],
        "towns": [_sum(row, lang, made.names) for row in made.by_place("town")],
        "villages": [_sum(row, lang, made.names) for row in made.by_place("village")],
        "village_land": [_scale(row, made.names) for row in made.villages],
        "rules": [_ruled(row) for row in made.ruled],
    }
    if not listed:
        return head | tables
    return head | tables | {"candidates": candidate_rows(made.candidates(range(len(made))), made.names, lang)}


def candidate_rows(candidates: Iterable[Candidate], names: Mapping[str, str], lang: Language) -> list[Row]:
    """Candidates as the document has them, reasons in words."""
    return [
        {
            "parcel": each.parcel,
            "kind": each.kind,
            "state": each.state,
            "code": each.code,
            "village": each.village,
            "village_name": names.get(each.village),
            "area_m2": each.area_m2,
            "net_m2": each.net_m2,
            "slope_deg": each.slope_deg,
            "slope_covered": each.slope_covered,
            "slope_grade": each.slope_grade,
            "reasons": [
                {"rule": r.rule, "says": r.says, "message": r.sentence(lang=lang), "area_m2": r.area_m2}
                for r in each.reasons
            ],
        }
        for each in candidates
    ]


def kind_name(kind: str, lang: Language) -> str:
    """What a kind is called."""
    return render_text(f"potential-kind-{kind}", {}, lang=lang)


def _sum(row: PlaceSum, lang: Language, names: Mapping[str, str]) -> Row:
    about: Row = {"place": row.place, "name": names.get(row.place)} if row.place or names else {}
    return about | {
        "kind": row.kind,
        "kind_name": kind_name(row.kind, lang),
        "count": row.count,
        "net_m2": row.net_m2,
        "unknown": row.unknown,
        "unknown_m2": row.unknown_m2,
        "excluded": row.excluded,
        "excluded_m2": row.excluded_m2,
    }


def _scale(row: VillageScale, names: Mapping[str, str]) -> Row:
    return {
        "village": row.village,
        "name": names.get(row.village),
        "construction_m2": row.construction_m2,
        "persons": row.persons,
        "per_person_m2": row.per_person_m2,
        "excess_m2": row.excess_m2,
    }


def _ruled(row: Ruled) -> Row:
    """How often a rule says something, and of how much ground where it takes some."""
    area: Decimal | None = None if row.area_dm2 is None else m2_from_dm2(int(np.sum(row.area_dm2)))
    layer = None if not row.params or "layer_zh" not in row.params else row.params["layer_zh"][0]
    return {
        "rule": row.rule,
        "says": row.says,
        "message_id": row.message_id,
        "layer": layer,
        "count": len(row.at),
        "area_m2": area,
    }
