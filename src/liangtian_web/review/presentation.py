"""A run as its page says it: the verdict in a sentence, the figures that matter, findings in order of gravity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from liangtian.messages import Language
from liangtian.reports.basis import is_capacity_unverified, unit_text
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.onemap.overview import PALETTE
from liangtian_web.people.columns import Column
from liangtian_web.review.models import Run
from liangtian_web.review.trace import figure_or_words, plainly, step_shown
from liangtian_web.rulebook.naming import address_of, cited

GRAVITY = {"fail": 0, "unknown": 1, "pass": 2, "not_applicable": 3}


def outcome_word(outcome: str) -> str:
    """What an outcome is called."""
    words = {"fail": gettext("不符合"), "unknown": gettext("无法判断"), "pass": gettext("符合")}
    return words.get(outcome, gettext("不适用"))


def citation(rule: str) -> str:
    """A rule as people cite it: `wenzhou-2019（六）.1` → 温州 2019（六）."""
    return cited(rule, "en" if get_language() == "en" else "zh")


def findings(run: Run, language: str) -> list[dict[str, Any]]:
    """The findings, gravest first, in the order of the text within one outcome; each obligation stands alone."""
    found = [as_shown(each) for each in run.data_in(language)["findings"]]
    return sorted(found, key=lambda f: GRAVITY.get(f["outcome"], 9))


def gathered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings that say the same of several obligations, told once with all their citations."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for each in found:
        first = told.setdefault((each["outcome"], each["message"]), each | {"cited": []})
        source = {"cites": each["cites"], "url": each["url"], "title": f"{each['document']} {each['rule']}"}
        if source["cites"] not in [one["cites"] for one in first["cited"]]:
            first["cited"].append(source)
    return list(told.values())


def as_shown(each: dict[str, Any]) -> dict[str, Any]:
    """A finding with its words, its citation and the steps of its trace."""
    document = DOCUMENTS.get(each["rule"].partition("（")[0])
    english = get_language() == "en"
    compared = [step for step in each["trace"] if step["kind"] == "compare"]
    missing = [
        step["name"]
        for step in each["trace"]
        if step["kind"] == "fact" and step["value"] is None and step.get("supplier") == "declared"
    ]
    unit = next((step.get("unit") or "" for step in compared), "")
    sides = {side: _side(each[side], unit, "en" if english else "zh") for side in ("measured", "required")}
    return (
        each
        | sides
        | {
            "message": plainly(each["message"], "en" if english else "zh"),
            "word": outcome_word(each["outcome"]),
            "cites": citation(each["rule"]),
            "url": _clause_url(each["rule"]),
            "document": (document.title_en if english else document.title_zh) if document else "",
            "unit": _unit(each, compared, "en" if english else "zh"),
            "asked": asked_word({step["relation"] for step in compared if "relation" in step}, unit),
            "steps": [step_shown(step, "en" if english else "zh") for step in each["trace"]],
            "missing": missing,
        }
    )


def _side(value: Any, unit: str, lang: Language) -> Any:
    """What was found or asked for; areas stay numbers, for the unit of the header."""
    is_area = unit == "m2" or (not unit and _is_area(value))
    return value if value is None or is_area else figure_or_words(value, unit, lang)


def asked_word(relations: set[str], unit: str = "") -> str:
    """How what was measured should stand to what is asked for; where several comparisons differ, only that it is asked."""
    least, most = (gettext("不早于"), gettext("不晚于")) if unit == "date" else (gettext("不少于"), gettext("不超过"))
    words = {">=": least, "<=": most, ">": gettext("应大于"), "<": gettext("应小于"), "=": gettext("应为")}
    return words[next(iter(relations))] if len(relations) == 1 else gettext("要求为")


def _clause_url(rule: str) -> str:
    """The page of the clause, at the obligation; a technical finding has none."""
    document, number = address_of(rule)
    known = number and document in DOCUMENTS and DOCUMENTS[document].needs_adoption
    return f"{reverse('rulebook:clause', args=[document, number])}#{rule}" if known else ""


def _unit(each: Any, compared: list[Any], lang: Language) -> str:
    """The unit of what was compared, as it is read; `m2` is left to the unit of the header."""
    unit = str(next((step.get("unit", "") for step in compared), "m2" if _is_area(each["measured"]) else ""))
    return unit if unit == "m2" else unit_text(unit, lang)


def _is_area(value: Any) -> bool:
    return isinstance(value, Decimal)


def verdict_sentence(found: list[dict[str, Any]]) -> str:
    """How many of each outcome, and what the gravest says."""
    count = Counter(each["outcome"] for each in found)
    parts = [
        gettext("%(n)s 条%(word)s") % {"n": count[o], "word": outcome_word(o)}
        for o in GRAVITY
        if count[o] and o != "not_applicable"
    ]
    if not parts:
        return gettext("没有适用的条款。")
    first = next((each["message"] for each in found if each["outcome"] == "fail"), "")
    if not first and count["unknown"]:
        first = gettext("补齐下列所缺的图层或情况后重新检查，才能下结论。")
    return "、".join(parts) + "。" + first


def figures(data: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Two rows of three key figures: what is taken, and what is owed; `doubt` marks what rests on an unverified value."""
    taken = [
        {"label": gettext("占地"), "area_m2": data["boundary"]["area_m2"]},
        {"label": gettext("其中耕地"), "area_m2": data["farmland"]["area_m2"]},
        {"label": gettext("永久基本农田"), "area_m2": data["basic_farmland"]["overlap_m2"], "hot": True},
    ]
    owed = [
        {"label": gettext("应补数量"), "area_m2": data["required"]["quantity_m2"]},
        {"label": gettext("应补水田"), "area_m2": data["required"]["paddy_m2"]},
        {"label": gettext("应补产能"), "kg": data["required"]["capacity_kg"], "doubt": doubt_of_capacity(data)},
    ]
    return [taken, owed]


def doubt_of_capacity(data: dict[str, Any]) -> str:
    """Why a grain capacity is not to be relied on yet, with the source of its table; empty when that is verified."""
    if not is_capacity_unverified(data):
        return ""
    source = next(each["source"] for each in data["technical"] if each["name"].endswith("capacity_by_grade"))
    return gettext("按等别产能表折算，该表尚未核实（%(source)s）。请核对原表后再据以办理。") % {"source": source}


def control_lines(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Overlaps with control lines, and what lies outside the boundaries that should hold it."""
    overlaps = (
        (gettext("永久基本农田"), data["basic_farmland"]),
        (gettext("永久基本农田示范区"), data["demonstration_zone"]),
        (gettext("生态保护红线"), data["red_line"]),
    )
    rows = [{"name": n, "area_m2": v["overlap_m2"], "touching_m2": v["touching_m2"]} for n, v in overlaps]
    outside = (
        (gettext("城镇开发边界外"), "outside_urban_boundary_m2"),
        (gettext("扩展边界外"), "outside_expansion_boundary_m2"),
    )
    return rows + [{"name": name, "area_m2": data[key], "touching_m2": None} for name, key in outside]


def classes(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The class table with each class's colour and its share of the largest, in percent."""
    largest = max((row["area_m2"] for row in data["classes"]), default=Decimal(1)) or Decimal(1)
    known = PALETTE["classes"]

    def colour(code: str) -> str:
        return next((known[code[:n]]["colour"] for n in (4, 2) if code[:n] in known), "#cccccc")

    return [
        row | {"colour": colour(row["code"] or ""), "share": int(row["area_m2"] * 100 / largest)}
        for row in sorted(data["classes"], key=lambda row: -row["area_m2"])
    ]


def pieces(shapes: dict[str, Any]) -> list[dict[str, Any]]:
    """The parcels cut, largest first: id, class, area inside."""
    rows: dict[str, dict[str, Any]] = {}
    for feature in shapes["features"]:
        about = feature["properties"]
        if about["role"] == "piece":
            row = rows.setdefault(
                about["parcel_id"], {"id": about["parcel_id"], "code": about["DLBM"], "area_m2": Decimal(0)}
            )
            row["area_m2"] += Decimal(str(about["area_m2"]))
    return sorted(rows.values(), key=lambda row: (-row["area_m2"], row["id"]))


def side_by_side(one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """Key figures and classes of two results, row by row."""
    rows = [
        {
            "label": a["label"],
            "kg": "kg" in a,
            "doubt": a.get("doubt") or b.get("doubt"),
            "one": a.get("kg", a.get("area_m2")),
            "other": b.get("kg", b.get("area_m2")),
        }
        for row_a, row_b in zip(figures(one), figures(other), strict=True)
        for a, b in zip(row_a, row_b, strict=True)
    ]
    by_code = [{row["code"]: row for row in data["classes"]} for data in (one, other)]
    for code in sorted(by_code[0].keys() | by_code[1].keys()):
        first, second = (each.get(code) for each in by_code)
        label = f"{code} {(first or second or {}).get('name') or ''}"
        areas = {"one": first and first["area_m2"], "other": second and second["area_m2"]}
        rows.append({"label": label, "kg": False} | areas)
    return [row | {"differs": row["one"] != row["other"]} for row in rows]


def findings_side_by_side(one: Run, other: Run, language: str) -> list[dict[str, Any]]:
    """The findings of two runs by rule."""
    both = [{f["rule"]: f for f in findings(run, language)} for run in (one, other)]
    rules = [*both[0], *(rule for rule in both[1] if rule not in both[0])]
    rows: list[dict[str, Any]] = [
        {"cites": citation(rule), "one": both[0].get(rule), "other": both[1].get(rule)} for rule in rules
    ]
    return [
        row | {"differs": (row["one"] and row["one"]["outcome"]) != (row["other"] and row["other"]["outcome"])}
        for row in rows
    ]


def run_columns() -> list[Column]:
    """The columns of the list of checks."""
    return [
        Column("verdict", gettext("结论"), fixed=True),
        Column("name", gettext("名称"), fixed=True),
        Column("kind", gettext("用地类型")),
        Column("place", gettext("责任单元")),
        Column("on", gettext("业务日期")),
        Column("area", gettext("占地"), number=True),
        Column("vertices", gettext("界址点"), away=True, number=True),
        Column("source", gettext("范围来源"), away=True),
        Column("user", gettext("经办")),
        Column("recorded", gettext("检查时间")),
    ]


def runs_table(runs: Iterable[Run]) -> tuple[list[str], list[list[object]]]:
    """Headings and cells of the exported list: every column, areas in m²."""
    heads = [column.word for column in run_columns()]
    heads[5] += "(m²)"
    cells: list[list[object]] = [
        [
            run.get_verdict_display(),
            run.name,
            run.get_kind_display(),
            str(run.place),
            run.on,
            run.area_m2,
            run.vertices,
            run.source or gettext("在图上画"),
            str(run.user),
            f"{timezone.localtime(run.recorded_at):%Y-%m-%d %H:%M:%S}",
            str(run.uuid),
        ]
        for run in runs
    ]
    return [*heads, gettext("检查编号")], cells
