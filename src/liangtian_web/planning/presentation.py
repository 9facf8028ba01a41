"""What the pages say: figures, sentences and tables of blocks, designs and comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from django.urls import reverse
from django.utils.translation import get_language, gettext

from liangtian.messages import Language, catalogue, render_text
from liangtian.onemap.landclass import class_names
from liangtian.planning.network import Need, Outcome
from liangtian.planning.sentences import area_words
from liangtian.rules.documents import DOCUMENTS
from liangtian.units import AreaUnit, display_area, m2_from_dm2
from liangtian_web.onemap.overview import PALETTE
from liangtian_web.people.models import Place
from liangtian_web.planning.models import Block
from liangtian_web.rulebook.naming import address_of, cited

SIZES = ("ten_thousand", "thousand", "hundred")
SLOPE_WORDS = {1: "≤2°", 2: "2–6°", 3: "6–15°", 4: "15–25°", 5: ">25°"}


def steep_word(rule: Mapping[str, Any]) -> str:
    """From which slope grade on a parcel cuts blocks; answers kept before it was a value of the rule have none."""
    grade = rule.get("steep_grade")
    if grade is None:
        return gettext("不按坡度分割")
    return gettext("坡度 %(grade)s 级（%(degrees)s）起不连片") % {"grade": grade, "degrees": SLOPE_WORDS[int(grade)]}


def size_words() -> dict[str, str]:
    """Names of the size classes."""
    return {
        "ten_thousand": gettext("万亩以上"),
        "thousand": gettext("千亩以上"),
        "hundred": gettext("百亩以上"),
        "": gettext("不足百亩"),
    }


def town_names(codes: Iterable[str]) -> dict[str, str]:
    """Code → name of towns and villages; the code itself where no place has it."""
    wanted = set(codes)
    known = dict(Place.objects.filter(code__in=wanted).values_list("code", "name"))
    return {code: known.get(code) or code or gettext("没有坐落代码") for code in sorted(wanted)}


def parts(rows: Sequence[Mapping[str, Any]], key: str, words: Mapping[Any, str]) -> list[dict[str, Any]]:
    """A mix as table rows: word, area, share of the whole in percent."""
    whole = sum(row["net_m2"] for row in rows) or 1
    return [
        {
            "word": words.get(row[key], str(row[key] or gettext("未知"))),
            "area_m2": row["net_m2"],
            "share": float(100 * row["net_m2"] / whole),
            "colour": colour_of(str(row[key])) if key == "code" else "#1e6b4a",
        }
        for row in rows
    ]


def composition(block: Block) -> dict[str, Any]:
    """What a block is made of."""
    about = block.about
    codes = [part["code"] for part in [*about["classes"], *about["others"]]]
    names = class_words(codes)
    others = [{"code": part["code"], "net_m2": part["area_m2"]} for part in about["others"]]
    grades = {n: gettext("%(n)s 等") % {"n": n} for n in range(1, 16)}
    return {
        "classes": parts(about["classes"], "code", names),
        "slopes": parts(about["slopes"], "slope", SLOPE_WORDS),
        "grades": parts(about["grades"], "grade", grades),
        "towns": parts(about["towns"], "code", town_names(part["code"] for part in about["towns"])),
        "others": parts(others, "code", names),
        "others_m2": sum(part["net_m2"] for part in others),
        "paddy_share": paddy_share(block),
        "slope_word": SLOPE_WORDS.get(block.slope or 0, ""),
        "size_word": size_words()[block.size_class],
    }


def paddy_share(block: Block) -> Decimal | None:
    """Paddy in the net area of a block, percent; None where that is not known."""
    return round(100 * Decimal(str(block.about["paddy_m2"])) / block.net_m2, 1) if block.net_m2 else None


def class_words(codes: Sequence[str]) -> dict[str, str]:
    """Code and name of land classes."""
    named = class_names(list(codes)).to_pylist() if codes else []
    return {code: f"{code} {name or ''}".strip() for code, name in zip(codes, named, strict=True)}


def colour_of(code: str) -> str:
    """The map's colour of a class."""
    known = PALETTE["classes"]
    return next((known[part]["colour"] for part in (code[:4], code[:2]) if part in known), "#e4e2dc")


def block_row(block: Block, towns: Mapping[str, str]) -> dict[str, Any]:
    """A block as a row of the list."""
    return {
        "block": block,
        "town": towns[block.town],
        "size": size_words()[block.size_class],
        "slope": SLOPE_WORDS.get(block.slope or 0, ""),
    }


def block_table(blocks: Iterable[Block]) -> tuple[list[str], Iterator[list[object]]]:
    """Headings and rows of a list of blocks taken away."""
    heads = [
        gettext("序号"), gettext("编号"), gettext("净面积（m²）"), gettext("净面积（亩）"), gettext("面积（m²）"),
        gettext("图斑"), gettext("规模"), gettext("乡镇"), gettext("水田占比（%）"), gettext("主要坡度"),
        gettext("平均等别"), gettext("夹含其他地类（m²）"),
    ]  # fmt: skip
    words = size_words()
    rows = list(blocks)
    towns = town_names({row.town for row in rows})

    def cells() -> Iterator[list[object]]:
        for row in rows:
            yield [
                row.number, row.ident, row.net_m2, None if row.net_m2 is None else display_area(row.net_m2, "mu"),
                row.area_m2, row.parcels, words[row.size_class], towns[row.town],
                paddy_share(row), SLOPE_WORDS.get(row.slope or 0, ""),
                row.grade, Decimal(str(sum(part["area_m2"] for part in row.about["others"]))),
            ]  # fmt: skip

    return heads, cells()


def yuan(fen: int | None) -> str:
    """Money for a reader; a dash for nothing known."""
    return "—" if fen is None else f"{fen / 100:,.2f}"


def sized(area_m2: Any, unit: str, lang: Language | None = None, *, exact: bool = False) -> str:
    """An area as sentences have it, in the unit of the reader."""
    spoken: Language = lang or ("en" if get_language() == "en" else "zh")
    return area_words(Decimal(str(area_m2)), cast("AreaUnit", unit), spoken, exact=exact)


def design_verdict(data: dict[str, Any], lang: Language, unit: str = "mu") -> dict[str, Any]:
    """What the solver came to, in words that promise no more than is proven: outcome, head and sentences."""
    short = data["shortfall"]
    largest = data["blocks_m2"][0] if data["blocks_m2"] else data["largest_m2"]
    words: dict[str, Any] = {
        "count": len(data["conversions"]), "yuan": yuan(data["cost_fen"]),
        "size": sized(largest, unit, lang, exact=True), "need": sized(data["block_m2"], unit, lang),
        "gap": f"{data['gap']:.2%}",
        "bound": yuan(data["bound_fen"]), "greedy": yuan(data["greedy_fen"]),
    }  # fmt: skip
    if short is None:
        sentences = [("design-met" if data["conversions"] else "design-none-needed", words)]
        if data["conversions"]:
            sentences.append(("design-proven" if data["proven"] else "design-gap", words))
        outcome = "pass" if data["proven"] or not data["conversions"] else "unknown"
    else:
        words |= {
            "reach": sized(short["reach_m2"], unit, lang), "reaching": short["reaching"], "price": yuan(short["cheapest_fen"]),
        }  # fmt: skip
        sentences = [(f"design-short-{short['cause']}", words)]
        outcome = "unknown" if short["cause"] == "unsolved" else "fail"
    heads = {
        "pass": gettext("已证明最省") if data["conversions"] else gettext("无需改造"),
        "unknown": gettext("未证明最省") if short is None else gettext("未解出"),
        "fail": gettext("做不到"),
    }
    return {
        "outcome": outcome,
        "head": heads[outcome],
        "sentences": [render_text(name, values, lang=lang) for name, values in sentences],
        "excluded": [excluded(each, lang, unit) for each in (short or {}).get("exclusions", ())],
    }


def excluded(each: dict[str, Any], lang: Language, unit: str) -> str:
    """What a reason of exclusion costs, in a sentence."""
    about = {
        "reason": reason_word(each["reason"], lang), "count": each["parcels"],
        "area": sized(each["area_m2"], unit, lang), "reach": sized(each["reach_m2"], unit, lang),
    }  # fmt: skip
    return render_text("design-excluded", about, lang=lang)


def reason_word(reason: str, lang: Language) -> str:
    """Why land is left alone."""
    return render_text(f"exclusion-{reason}", {}, lang=lang) if f"exclusion-{reason}" in catalogue() else reason


def works_word(kind: str, lang: Language) -> str:
    """A kind of works."""
    return render_text(f"works-{kind}", {}, lang=lang)


def clause_link(rule: str, lang: Language) -> dict[str, str]:
    """A clause as it is cited, and its page where there is one."""
    document, number = address_of(rule)
    known = number and document in DOCUMENTS and DOCUMENTS[document].needs_adoption
    return {
        "rule": rule,
        "word": cited(rule, lang),
        "url": reverse("rulebook:clause", args=[document, number]) if known else "",
    }


def conversions(rows: Iterable[dict[str, Any]], lang: Language) -> list[dict[str, Any]]:
    """The pieces of a design with the words of their works and clauses."""
    found = list(rows)
    names = class_words(sorted({row["code"] for row in found}))
    links = {rule: clause_link(rule, lang) for rule in {row["clause"] for row in found}}
    return [
        row | {
            "class": names[row["code"]], "word": works_word(row["works"], lang), "cite": links[row["clause"]],
            "yuan": yuan(row["cost_fen"]),
        }
        for row in found
    ]  # fmt: skip


def design_table(rows: list[dict[str, Any]]) -> tuple[list[str], list[list[object]]]:
    """Headings and rows of a design taken away."""
    heads = [
        gettext("地块"), gettext("图斑"), gettext("现状地类"), gettext("工程"), gettext("改造后"), gettext("面积（m²）"),
        gettext("新增耕地（m²）"), gettext("费用（元）"), gettext("条款依据"),
    ]  # fmt: skip
    cells: list[list[object]] = [
        [
            row["piece"], row["parcel"], row["class"], row["word"], row["becomes"], row["area_m2"], row["net_m2"],
            Decimal(row["cost_fen"]) / 100, row["clause"],
        ]
        for row in rows
    ]  # fmt: skip
    return heads, cells


def tried(outcome: Outcome, need: Need, answer: dict[str, Any], count: int, unit: str = "mu") -> dict[str, Any]:
    """What a choice of pieces comes to, beside the solver's answer."""
    largest = m2_from_dm2(outcome.blocks_dm2[0] if outcome.blocks_dm2 else outcome.largest_dm2)
    met = outcome.meets(need)
    reached, least = len(outcome.blocks_dm2), m2_from_dm2(need.block_dm2)
    gain, wanted = m2_from_dm2(outcome.gain_dm2), m2_from_dm2(need.gain_dm2)
    missing = []
    if reached < need.count:
        sizes = {"n": reached, "need": need.count, "size": sized(least, unit)}
        missing.append(gettext("达到 %(size)s的只有 %(n)s 片，要求 %(need)s 片。") % sizes)
    if gain < wanted:
        missing.append(
            gettext("连片内新增耕地 %(gain)s，要求 %(need)s。")
            % {"gain": sized(gain, unit), "need": sized(wanted, unit)}
        )
    if need.budget_fen is not None and outcome.cost_fen > need.budget_fen:
        over = yuan(outcome.cost_fen - need.budget_fen)
        missing.append(gettext("超出预算 %(yuan)s 元。") % {"yuan": over})
    if not met and not missing:
        missing.append(gettext("有地块不在同一片内，须去掉或连上。"))
    return {
        "met": met,
        "missing": missing,
        "largest_m2": largest,
        "largest": sized(largest, unit, exact=True),
        "blocks_m2": [m2_from_dm2(each) for each in outcome.blocks_dm2],
        "gain_m2": gain,
        "cost": yuan(outcome.cost_fen),
        "dearer": None if answer["shortfall"] else outcome.cost_fen - answer["cost_fen"],
        "dearer_word": "" if answer["shortfall"] else f"{(outcome.cost_fen - answer['cost_fen']) / 100:+,.2f}",
        "count": count,
    }


def frontier_chart(data: dict[str, Any], unit: str) -> dict[str, Any] | None:
    """Cost by size of block, for the chart; None with fewer than two sizes that can be had."""
    steps = [step for step in data["frontier"] if step["cost_fen"] is not None]
    if len(steps) < 2:
        return None
    return {
        "categories": [sized(step["size_m2"], unit) for step in steps],
        "unit": gettext("万元"),
        "upright": True,
        "series": [
            {"name": gettext("最省费用"), "kind": "line", "values": [step["cost_fen"] / 1_000_000 for step in steps]}
        ],
    }


def layout_verdict(data: dict[str, Any], lang: Language, unit: str) -> dict[str, str]:
    """What an adjustment comes to, or why there is none."""
    if data["cause"] is not None:
        sentence = render_text(f"layout-{data['cause']}", {}, lang=lang)
        unsolved = data["cause"] == "unsolved"
        return {
            "outcome": "unknown" if unsolved else "fail",
            "head": gettext("未解出") if unsolved else gettext("做不到"),
            "sentence": sentence,
        }
    before, after = data["before"], data["after"]
    words = {
        "out": len(data["removed"]), "out_area": sized(data["removed_m2"], unit, lang), "in": len(data["added"]),
        "in_area": sized(data["added_m2"], unit, lang), "pairs": f"{before['pairs']:,} → {after['pairs']:,}",
        "mesh": " → ".join(sized(each["mesh_m2"], unit, lang) for each in (before, after)),
        "grade": f"{before['grade'] or '—'} → {after['grade'] or '—'}",
    }  # fmt: skip
    proven = data["proven"]
    return {
        "outcome": "pass" if proven else "unknown",
        "head": gettext("已证明最好") if proven else gettext("未证明最好"),
        "sentence": render_text("layout-made" if proven else "layout-made-unproven", words, lang=lang),
    }


def ranks(data: dict[str, Any], chosen: set[str], lang: Language) -> list[dict[str, Any]]:
    """Projects in order, with what told equals apart and whether the choice takes them."""
    criteria = [row["criterion"] for row in data["weights"]]
    found = []
    for row in data["order"]:
        tie = "rank-tie-number" if row["tie"] == "project" else "rank-tie"
        said = render_text(tie, {"criterion": row["tie"]}, lang=lang) if row["tie"] else ""
        found.append({**row, "said": said, "yuan": yuan(row["cost_fen"]), "chosen": row["project"] in chosen})
        found[-1]["parts"] = [row["parts"][name] for name in criteria]
    return found


def ranks_table(data: dict[str, Any]) -> tuple[list[str], list[list[object]]]:
    """Headings and rows of a ranking taken away."""
    criteria = [row["criterion"] for row in data["weights"]]
    heads = [gettext("名次"), gettext("项目编号"), gettext("得分"), *criteria, gettext("费用（元）"), gettext("入选")]
    chosen = set(data["portfolio"]["projects"])
    cells: list[list[object]] = [
        [
            row["rank"], row["project"], row["score"], *(row["parts"][name] for name in criteria),
            Decimal(row["cost_fen"]) / 100, gettext("是") if row["project"] in chosen else "",
        ]
        for row in data["order"]
    ]  # fmt: skip
    return heads, cells


def layout_moves(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What moves, with the words of classes and ways."""
    names = class_words(sorted({row["code"] for row in rows}))
    ways = {"out": gettext("调出"), "in": gettext("调入")}
    return [{**row, "class": names[row["code"]], "word": ways[row["way"]]} for row in rows]


def layout_table(rows: Sequence[dict[str, Any]]) -> tuple[list[str], list[list[object]]]:
    """Headings and rows of an adjustment taken away."""
    heads = [gettext("图斑"), gettext("调整"), gettext("地类"), gettext("等别"), gettext("面积（m²）")]
    cells: list[list[object]] = [
        [row["parcel"], row["word"], row["class"], row["grade"] or "", row["area_m2"]] for row in layout_moves(rows)
    ]
    return heads, cells
