"""The registers: what each holds, in which columns, and what one row of it is known by.

A row names its place, the document it comes from and the day it holds from; these and the state of the row are the same
in every register. `columns` are what else it says. Every row is confirmed by the level above the place it speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from liangtian.policy.facts import dictionary


class Shape(StrEnum):
    """How a column is read."""

    TEXT = "text"
    YEAR = "year"
    AREA = "area"  # in the unit its row names
    KG = "kg"
    DAY = "day"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a register.

    Attributes
    ----------
    fact : the fact of the dictionary whose choices it takes; else `choices`, id → words
    """

    name: str
    label: Any
    shape: Shape
    required: bool = True
    fact: str = ""
    choices: Mapping[str, Any] | None = None
    note: Any = ""

    def words(self) -> dict[str, str]:
        """The choices and their words in the reader's language."""
        if self.choices is not None:
            return {name: str(word) for name, word in self.choices.items()}
        language = "en" if get_language() == "en" else "zh"
        return {name: words[language] for name, words in dictionary()[self.fact].values.items()}


@dataclass(frozen=True, slots=True)
class Register:
    """One register.

    Attributes
    ----------
    key : the column a row is known by within its place; a later row of the same place and key supersedes an earlier one
    nil : a place may report that there is nothing to enter
    rule : the obligation that asks for it
    stops : while it says nothing of a place, approvals there cannot be judged
    ground : a row listed has a boundary of its own; no two rows have the same ground
    """

    id: str
    label: Any
    about: Any
    key: str
    columns: tuple[Column, ...]
    rule: str
    nil: bool = False
    stops: bool = False
    ground: bool = False

    def column(self, name: str) -> Column:
        """The column of a name."""
        return next(each for each in self.columns if each.name == name)


STATES = {"listed": _("列入"), "ended": _("移出"), "nil": _("零报告")}
LISTED, ENDED, NIL = STATES
NIL_KEY = "-"  # a report that there is nothing has no number of its own

_UNIT = Column("unit", _("面积单位"), Shape.CHOICE, choices={"mu": _("亩"), "ha": _("公顷"), "m2": "m²"})
_NUMBER = Column("number", _("项目编号"), Shape.TEXT, note=_("立项或批准文件上的编号；同一责任单元内不重复"))
_NAME = Column("name", _("项目名称"), Shape.TEXT)
_YEAR = Column("year", _("年度"), Shape.YEAR)

REGISTERS = {each.id: each for each in (
    Register(
        "annual-task", _("年度补充耕地任务"), _("市下达各县（市、区）和功能区的年度任务。未完成的，不得调出指标。"),
        "year", (_YEAR, Column("area", _("任务面积"), Shape.AREA), _UNIT), "wenzhou-2019（七）.5",
    ),
    Register(
        "key-project", _("重点建设项目"), _("项目级别、所在地和应补的三项指标。市级以上项目未落实占补平衡的，其他建设用地暂停报批。"),
        "number", (
            _NUMBER, _NAME, Column("level", _("项目级别"), Shape.CHOICE, fact="project_level"),
            Column("quantity", _("应补数量"), Shape.AREA), Column("paddy", _("应补水田"), Shape.AREA), _UNIT,
            Column("capacity_kg", _("应补产能(kg)"), Shape.KG),
            Column("due_on", _("落实期限"), Shape.DAY, required=False, note=_("文件定有期限的填写；不填的自生效日期起算")),
        ), "wenzhou-2019（五）.9", nil=True, stops=True,
    ),
    Register(
        "standard-upgrade", _("标准农田质量提升任务"), _("要求补划、提升的标准农田面积和期限。到期未完成的，其他建设用地暂停报批。"),
        "number", (
            _NUMBER, _NAME, Column("area", _("要求面积"), Shape.AREA), _UNIT, Column("due_on", _("完成期限"), Shape.DAY),
        ), "wenzhou-2019（五）.9", nil=True, stops=True,
    ),
    Register(
        "project-kind", _("项目类型"), _("用地方式、基础设施类别、报批机关和统筹用途，决定项目可走哪些办法。"),
        "number", (
            _NUMBER, _NAME, Column("kind", _("用地方式"), Shape.CHOICE, fact="kind"),
            Column("infrastructure_type", _("基础设施类别"), Shape.CHOICE, required=False, fact="infrastructure_type"),
            Column("submitted_to", _("报批机关"), Shape.CHOICE, required=False, fact="submitted_to"),
            Column("pool_purpose", _("统筹用途"), Shape.CHOICE, required=False, fact="pool_purpose"),
        ), "wenzhou-2019（八）.1",
    ),
    Register(
        "advanced-place", _("垦造耕地先进地区"), _("年度垦造耕地工作先进的地区：指标调剂时优先。"),
        "year", (
            Column("year", _("年度"), Shape.YEAR, note=_("享受优先的年度")),
            Column("advanced", _("先进地区"), Shape.CHOICE, choices={"yes": _("是"), "no": _("否")}),
        ), "wenzhou-2019（九）.7",
    ),
    Register(
        "task-list", _("全域整治省市任务清单"), _("纳入省、市任务的全域土地综合整治项目，是奖励的条件之一。"),
        "number", (
            _NUMBER, _NAME,
            Column("level", _("清单级别"), Shape.CHOICE, choices={"province": _("省级"), "city": _("市级")}),
        ), "wenzhou-2019（十六）.4",
    ),
    Register(
        "block-project", _("永农集中连片整治项目"),
        _("项目范围、开工和建成日期。最大连片和耕地面积由系统按范围和地类图斑量算，用于千亩方、万亩方目标。"),
        "number", (
            _NUMBER, _NAME, Column("town", _("乡镇（街道）"), Shape.TEXT, required=False),
            Column("owner", _("实施主体"), Shape.TEXT, required=False), Column("works_on", _("开工日期"), Shape.DAY),
            Column("built_on", _("建成日期"), Shape.DAY, required=False, note=_("未建成的不填；建成后再登记一行")),
            Column("block", _("载明最大连片"), Shape.AREA, required=False, note=_("文件载明的才填；只用来核对，不代替量算")),
            Column("farmland", _("载明耕地面积"), Shape.AREA, required=False), _UNIT,
        ), "haining-2021一（五）.6", nil=True, ground=True,
    ),
)}  # fmt: skip
