"""Block projects as their page and their table show them: what the survey shows, beside what the document states."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext

from liangtian.check.result import as_data
from liangtian.messages import Language, render_text
from liangtian.policy.unmeasured import reason_of
from liangtian_web.people.requests import Request
from liangtian_web.registers.kinds import REGISTERS
from liangtian_web.registers.measuring import REGISTER, Assessed, Shown
from liangtian_web.registers.queries import measuring, places_of
from liangtian_web.review.presentation import as_shown, gathered
from liangtian_web.review.trace import plainly
from liangtian_web.trail.export import Table

FIGURES = (("block", "block_m2"), ("farmland", "farmland_m2"))  # stated, measured


def of_place(request: Request, each: Assessed) -> dict[str, Any]:
    """A county: its projects, the targets, and what is still to be measured."""
    job = measuring(each.place) if each.waiting else None
    mine = job is not None and job.owner_id == request.user.pk
    return {
        "place": each.place, "on": each.on, "rows": [line(one) for one in each.projects], "is_told": each.is_told,
        "waiting": each.waiting, "digest": each.digest,
        "found": gathered([as_shown(as_data(finding, lang=_language())) for finding in each.findings]),
        "job": job if mine else None, "sentence": job.sentence(request.language) if job and mine else "", "busy": job is not None,
        "may_measure": job is None and places_of(request.user, REGISTERS[REGISTER]).filter(pk=each.place.pk).exists(),
    }  # fmt: skip


def line(each: Shown) -> dict[str, Any]:
    """A project with its figures, where they come from, and where a document says otherwise."""
    found = each.measured
    west, south, east, north = each.box
    return {
        "row": each.row, "works_on": each.project.works_on, "built_on": each.project.built_on,
        "block_m2": found.block_m2 if found else None, "farmland_m2": found.farmland_m2 if found else None,
        "size": size_word(each.size) if found and found.block_m2 is not None else "",
        "surveyed_on": found.surveyed_on if found else None, "surveys": found.surveys if found else (),
        "reason": reason(each), "differs": list(_differences(each)),
        "go": f"{west:.6f},{south:.6f},{east:.6f},{north:.6f}",
    }  # fmt: skip


def reason(each: Shown) -> str:
    """Why a figure is not there, and what to do."""
    if each.measured is None:
        return gettext("还没有量算。")
    return "" if each.measured.cause is None else plainly(reason_of(each.measured.cause, _language()), _language())


def _differences(each: Shown) -> Iterable[dict[str, Any]]:
    for stated, measured in FIGURES:
        shows = getattr(each.measured, measured) if each.measured else None
        if each.differs(stated, shows):
            label = each.row.kind.column(stated).label
            yield {"label": label, "stated_m2": each.row.area_m2(stated), "measured_m2": shows}


def size_word(size: str | None) -> str:
    """The name of a class of blocks."""
    return render_text(f"block-class-{size}", {}, lang=_language()) if size else gettext("不足百亩")


def table(places: Iterable[Assessed], on: date) -> Table:
    """A row a project: figures in m², the survey by name and digest, and what the document states."""
    heads = [gettext("责任单元"), gettext("项目编号"), gettext("项目名称"), gettext("乡镇（街道）"), gettext("开工日期"), gettext("建成日期"),
             gettext("最大连片（m²）"), gettext("规模"), gettext("耕地面积（m²）"), gettext("调查日期"), gettext("地类图斑版本"),
             gettext("没有数的原因"), gettext("载明最大连片（m²）"), gettext("载明耕地面积（m²）"), gettext("范围面积（m²）"),
             gettext("范围摘要"), gettext("依据文件")]  # fmt: skip
    rows = [_cells(each.place.name, one) for each in places for one in each.projects]
    return Table(f"{gettext('永农集中连片整治项目')}-{on}", heads, rows)


def _cells(place: str, each: Shown) -> list[object]:
    shown, content, ground = line(each), each.row.content, each.row.ground
    stated = [_number(each.row.area_m2(name)) if name in content else "" for name, _ in FIGURES]
    return [
        place, each.row.key, content["name"], content.get("town", ""), shown["works_on"], shown["built_on"] or "",
        _number(shown["block_m2"]), shown["size"], _number(shown["farmland_m2"]), shown["surveyed_on"] or "",
        "\n".join(shown["surveys"]), shown["reason"], *stated, ground.area_m2, ground.digest, each.row.document,
    ]  # fmt: skip


def _number(value: Decimal | None) -> object:
    return "" if value is None else value


def _language() -> Language:
    return "en" if get_language() == "en" else "zh"
