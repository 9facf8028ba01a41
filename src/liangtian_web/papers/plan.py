"""The report of a plan kept of a design: what it comes to, its works with their clauses, and what it was based on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.messages import Language
from liangtian.reports.outline import Section
from liangtian.units import m2_from_dm2
from liangtian_web.ledger.records import place_key
from liangtian_web.onemap.templatetags.land import layer_name
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.people.models import User
from liangtian_web.planning import kept, presentation
from liangtian_web.planning.asked import needed
from liangtian_web.planning.models import Answer, Plan
from liangtian_web.planning.queries import answer_of, folder_of, plans_for

LISTED = 2000  # pieces a paper lists; the table of the plan's page has all


def _find(user: User, ref: str, asked: Asked) -> Plan:
    """A plan whose design is still there."""
    try:
        found = plans_for(user).filter(uuid=UUID(ref)).first()
    except ValueError:
        found = None
    if found is None or answer_of(found.study) is None or not (folder_of(found.study.key) / kept.NETWORK).is_file():
        raise Http404
    return found


def _answer(plan: Plan) -> Answer:
    found = answer_of(plan.study)
    assert found is not None
    return found


def _lang() -> Language:
    return "en" if get_language() == "en" else "zh"


def _tried(plan: Plan) -> dict[str, Any]:
    need, ground = needed(plan.study.asked), kept.load(folder_of(plan.study.key))
    return presentation.tried(ground.outcome(plan.pieces, need), need, _answer(plan).data, len(plan.pieces))


def _is_solved(plan: Plan) -> bool:
    """Whether it is the solver's own choice, with its proof."""
    return sorted(plan.pieces) == sorted(row["piece"] for row in _answer(plan).data["conversions"])


def _said(plan: Plan) -> Said:
    now = _tried(plan)
    head = gettext("达到要求。") if now["met"] else gettext("未达到要求。")
    if _is_solved(plan):
        verdict = presentation.design_verdict(_answer(plan).data, _lang())
        proof = f"{verdict['head']}。" + "".join(verdict["sentences"])
    else:
        proof = gettext("这是您自己的选择，没有证明是否最省。")
    return Said("pass" if now["met"] else "fail", head + "".join(now["missing"]) + proof)


def _figures(plan: Plan) -> Section:
    """What was asked and what it comes to, each in every unit."""
    now, need = _tried(plan), needed(plan.study.asked)
    blocks = now["blocks_m2"] or [now["largest_m2"]]
    rows: list[tuple[str, Any]] = [(gettext("要求每片不小于"), m2_from_dm2(need.block_dm2))]
    if need.gain_dm2:
        rows.append((gettext("要求新增耕地"), m2_from_dm2(need.gain_dm2)))
    rows += [(gettext("第 %(n)s 片") % {"n": n}, each) for n, each in enumerate(blocks, start=1)]
    rows.append((gettext("连片内新增耕地"), now["gain_m2"]))
    return table(gettext("规模"), [(gettext("项"), "text"), (gettext("净面积"), "area")], rows)


def _money(plan: Plan) -> Section:
    now, data, need = _tried(plan), _answer(plan).data, needed(plan.study.asked)
    rows = [(gettext("费用（元）"), now["cost"]), (gettext("改造地块"), f"{now['count']}")]
    if need.budget_fen is not None:
        rows.append((gettext("预算（元）"), presentation.yuan(need.budget_fen)))
    if data["shortfall"] is None:
        rows += [
            (gettext("求解的费用（元）"), presentation.yuan(data["cost_fen"])),
            (gettext("费用下界（元）"), presentation.yuan(data["bound_fen"])),
            (gettext("贪心法的费用（元）"), presentation.yuan(data["greedy_fen"])),
        ]
    return pairs(gettext("费用"), rows)


def _works(plan: Plan) -> Section:
    """Piece by piece: what it is, what is done, what it adds and costs, and the clause."""
    chosen = kept.load(folder_of(plan.study.key)).chosen(plan.pieces)
    rows = [
        (row["piece"], row["class"], row["word"], row["becomes"], row["area_m2"], row["net_m2"], row["yuan"],
         row["cite"]["word"])
        for row in presentation.conversions(chosen[:LISTED], _lang())
    ]  # fmt: skip
    columns: Any = [
        (gettext("地块"), "cite"), (gettext("现状地类"), "text"), (gettext("工程"), "text"), (gettext("改造后"), "centre"),
        (gettext("面积（m²）"), "number"), (gettext("新增耕地（m²）"), "number"), (gettext("费用（元）"), "number"),
        (gettext("条款依据"), "wording"),
    ]  # fmt: skip
    words = {"shown": len(rows), "count": len(chosen)}
    title = gettext("改造") if len(rows) == len(chosen) else gettext("改造（列 %(shown)s 块，共 %(count)s 块）") % words
    return table(title, columns, rows)


def _terms(plan: Plan) -> Section:
    rows = [
        (presentation.works_word(each["kind"], _lang()), " ".join(each["classes"]), f"{each['yuan_per_mu']:,.2f}",
         presentation.clause_link(each["clause"], _lang())["word"])
        for each in _answer(plan).data["works"]
    ]  # fmt: skip
    columns: Any = [(gettext("工程"), "text"), (gettext("地类"), "wording"), (gettext("元/亩"), "number"),
                    (gettext("依据"), "wording")]  # fmt: skip
    return table(gettext("单价"), columns, rows)


def _left(plan: Plan) -> Section:
    rows = [
        (presentation.reason_word(name, _lang()), f"{count:,}")
        for name, count in _answer(plan).data["excluded"].items()
    ]
    return table(gettext("不得改造"), [(gettext("原因"), "text"), (gettext("图斑数"), "number")], rows)


def _basis(plan: Plan) -> Section:
    """Layers by digest, the rule of blocks with all its values, the program."""
    answer, study = _answer(plan), plan.study
    rule = answer.data["rule"]
    rows = [(layer_name(each["layer"]), f"{each['name']} {each['digest']}") for each in study.layers]
    rows += [
        (gettext("可跨越地类"), f"{'、'.join(rule['internal'])}（≤ {rule['across_m']} m）"),
        (gettext("阻隔地类"), "、".join(rule["barriers"])),
        (gettext("其他间隙"), f"≤ {rule['gap_m']} m"),
        (gettext("陡坡"), presentation.steep_word(rule)),
        (gettext("规则来源"), "liangtian-2026（技术）"),
        (gettext("程序版本"), answer.kernel),
        (gettext("结果摘要"), answer.key),
        (gettext("经办"), f"{plan.user} {timezone.localtime(plan.recorded_at):%Y-%m-%d %H:%M}"),
    ]
    return pairs(gettext("依据与版本"), rows)


PLAN: Paper[Plan] = Paper(
    find=_find,
    title=lambda plan: gettext("集中连片设计方案"),
    what=lambda plan: f"plan:{plan.uuid}",
    on=lambda plan: plan.study.on,
    place=lambda plan: plan.study.place,
    head=lambda plan: [
        (gettext("方案"), plan.name),
        (gettext("责任单元"), f"{plan.study.place} {place_key(plan.study.place)}"),
        (gettext("业务日期"), f"{plan.study.on:%Y-%m-%d}"),
        (gettext("件号"), str(plan.uuid)),
    ],
    said=_said,
    parts=lambda plan: (_figures, _money, _works, _terms, _left, _basis),
    seals=lambda plan: (_("编制单位"), _("责任单元自然资源主管部门")),
)
