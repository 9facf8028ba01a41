"""What the pages of a survey of potential say: sums by place, rules, and the reasons of a candidate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from liangtian.messages import Language, render_text
from liangtian.planning.potential import KINDS, STATES
from liangtian.planning.potential_document import kind_name
from liangtian_web.planning.models import Answer, Candidate
from liangtian_web.planning.presentation import class_words, clause_link, town_names

HUES = {
    "restore_now": "#1f8a5b", "restore_works": "#74b08f", "mining": "#7a5ea8", "facility": "#2b8a9b",
    "reclaim": "#b0613a", "village": "#c62f2f", "paddy": "#1f6feb", "quality": "#9a6b00",
}  # fmt: skip


def say(name: str, lang: Language, **params: object) -> str:
    """A word of the survey."""
    return render_text(f"potential-{name}", params, lang=lang)


def words(row: Candidate, lang: Language) -> tuple[str, str]:
    """Kind and state of a candidate."""
    return kind_name(row.kind, lang), say(f"state-{row.state}", lang)


def choices(answer: Answer, lang: Language) -> dict[str, list[tuple[str, str]]]:
    """What the list may be narrowed to: what is in the answer."""
    data = answer.data[lang]
    places = {row["place"]: row.get("name") or row["place"] for row in [*data["towns"], *data["villages"]]}
    rules = dict.fromkeys(row["rule"] for row in data["rules"] if row["says"] != "met")
    present = {row["kind"] for row in data["total"]}
    return {
        "kind": [(kind, kind_name(kind, lang)) for kind in KINDS if kind in present],
        "state": [(state, say(f"state-{state}", lang)) for state in STATES],
        "village": [(code, f"{'　' if len(code) > 9 else ''}{name}") for code, name in sorted(places.items()) if code],
        "rule": [(rule, clause_link(rule, lang)["word"]) for rule in rules],
    }


def verdict(data: Mapping[str, Any], lang: Language) -> str:
    """How many candidates qualify, are open and are excluded."""
    counts = {name: sum(row[name] for row in data["total"]) for name in ("count", "unknown", "excluded")}
    return say("verdict", lang, **counts)


def by_place(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sums of each kind, place by place."""
    places: dict[str, dict[str, Any]] = {}
    for row in rows:
        about = {"code": row["place"], "name": row.get("name") or row["place"] or gettext("没有坐落代码"), "rows": []}
        places.setdefault(row["place"], about)["rows"].append(row)
    return [place | {"rows": coloured(place["rows"])} for place in places.values()]


def coloured(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sums of kinds, each with its colour on the map."""
    return [{**row, "hue": HUES[row["kind"]]} for row in rows]


def rules(data: Mapping[str, Any], lang: Language) -> list[dict[str, Any]]:
    """What each rule says, how often, and of how much ground."""
    found = []
    for row in data["rules"]:
        matter = say(f"matter-{row['message_id'].removeprefix('potential-')}", lang)
        layer = f"（{row['layer']}）" if row["layer"] else ""
        about = {"matter": matter + layer, "says_word": say(f"says-{row['says']}", lang)}
        found.append(row | about | {"cite": clause_link(row["rule"], lang)})
    return found


def reasons(row: Candidate, lang: Language) -> dict[str, Any]:
    """A candidate in words, each reason with its clause."""
    kind, state = words(row, lang)
    return {
        "kind": kind,
        "state": state,
        "class": class_words([row.code])[row.code] if row.code else "",
        "village": town_names([row.village])[row.village],
        "reasons": [
            {
                "says": each["says"],
                "word": say(f"says-{each['says']}", lang),
                "sentence": render_text(each["message_id"], {**each["params"], "area_m2": each["area_m2"]}, lang=lang),
                "area_m2": each["area_m2"],
                "cite": clause_link(each["rule"], lang),
            }
            for each in row.reasons
        ],
    }


def table(rows: Iterable[Candidate], lang: Language) -> tuple[list[str], Iterator[list[object]]]:
    """Headings and rows of a list of candidates taken away."""
    heads = [
        gettext("图斑"), gettext("村"), gettext("潜力类型"), gettext("结论"), gettext("地类"), gettext("面积（m²）"),
        gettext("净面积（m²）"), gettext("坡度（°）"), gettext("坡度级"), gettext("理由"),
    ]  # fmt: skip
    found = list(rows)
    names = town_names({row.village for row in found})

    def cells() -> Iterator[list[object]]:
        for row in found:
            made = reasons_in_short(row, lang)
            yield [
                row.parcel, names[row.village], *words(row, lang), row.code, row.area_m2, row.net_m2, row.slope_deg,
                row.slope_grade, made,
            ]  # fmt: skip

    return heads, cells()


def reasons_in_short(row: Candidate, lang: Language) -> str:
    """All reasons of a candidate in one cell."""
    said = (
        (render_text(each["message_id"], {**each["params"], "area_m2": each["area_m2"]}, lang=lang), each["rule"])
        for each in row.reasons
    )
    return "；".join(f"{sentence}（{rule}）" for sentence, rule in said)
