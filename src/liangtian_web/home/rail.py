"""The rail at the left and the front page's beginnings: only what exists and the role may use."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liangtian_web.people.queries import has_role, home_membership
from liangtian_web.people.requests import Request

# address, word, roles that see it (empty: everyone)
RAIL = (
    ("home:index", _("首页"), ()),
    ("onemap:map", _("一张图"), ()),
    ("review:runs", _("检查"), ()),
    ("planning:index", _("规划"), ()),
    ("balance:index", _("占补平衡"), ()),
    ("ledger:index", _("台账"), ()),
    ("registers:index", _("登记簿"), ()),
    ("onemap:layers", _("图层"), ()),
    ("rulebook:index", pgettext_lazy("rail", "规则"), ()),
    ("trail:index", _("留痕"), ("auditor", "admin")),
)
# pages that stand under another's word
UNDER = {"commitments:index": "balance:index", "transfers:index": "balance:index"}
OFFICE, BOOK = ("officer", "admin"), ("keeper", "admin")
# address, word, what it does, roles: the daily work of each first, what anybody may look at last
BEGIN = (
    (
        "review:new",
        _("检查一个项目范围"),
        _("上传界址点或在图上绘制，几秒内看到占地、压线、条款结论和应补数量。"),
        OFFICE,
    ),
    ("onemap:upload_new", _("上传图层"), _("上传调查成果，先看质检报告，再发布到一张图。"), OFFICE),
    ("planning:index", _("谋划集中连片"), _("看连片耕地在哪里断开，试一试改造哪些地最省，比较两版。"), OFFICE),
    (
        "balance:index",
        _("办理占补事项"),
        _("验收入库、占用冻结与核销、统筹、计划指标：一人申报，另一人按条款决定。"),
        ("officer", *BOOK),
    ),
    ("reconcile:index", _("与上级系统对账"), _("导入省系统对账单，逐项处理差异，导出结果。"), BOOK),
    ("ledger:proposals", _("提出或复核分录"), _("没有专门流程的调整、期初和更正，另一人复核后入账。"), BOOK),
    ("commitments:index", _("登记和兑现承诺"), _("补充耕地承诺的登记、兑现、到期核减和欠账清理。"), ("officer", *BOOK)),
    ("transfers:index", _("调剂指标"), _("挂牌、申请、撮合到成交，以及收益的使用。"), ("officer", *BOOK)),
    ("registers:index", _("登记任务和项目"), _("年度任务、重点项目、提升任务的登记与上级确认。"), ("officer", *BOOK)),
    (
        "review:runs",
        _("查看检查结论"),
        _("逐条看依据，比较两次检查，按当时的图层和规则重算。"),
        ("auditor",),
    ),
    ("ledger:entries", _("追查一笔账"), _("从分录走到条款、批次、图斑和凭证。"), ("auditor",)),
    ("standing:flow", _("看一年的收支和余量"), _("各指标逐月增减、冻结和可用余量。"), ("keeper", "auditor")),
    ("trail:index", _("查留痕"), _("谁在何时做了、导出了什么。"), ("auditor", "admin")),
    ("admin:index", _("管理用户和单位"), _("用户、单位、任职；从已发布图层取用乡镇和村。"), ("admin",)),
    ("onemap:map", _("看一张图"), _("按有效日查看地类、永久基本农田、红线和各项边界。"), ()),
    ("rulebook:index", _("查条款和参数"), _("条款逐句的算法、参数、案例和状态。"), ()),
)


def rail(request: Request) -> dict[str, object]:
    """Template context: `rail` (word, url, here) and `membership` of the user."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    shown = [(url, word) for name, word, roles in RAIL if (url := _open(request, name, roles))]
    above = (reverse(above) for name, above in UNDER.items() if request.path.startswith(reverse(name)))
    path = next(above, request.path)
    here = max((url for url, _word in shown if path.startswith(url)), key=len, default="")
    return {
        "rail": [{"word": word, "url": url, "here": url == here and (url != "/" or request.path == "/")}
                 for url, word in shown],
        "membership": home_membership(user),
    }  # fmt: skip


def begin(request: Request) -> Iterator[dict[str, object]]:
    """What the user may begin."""
    for name, word, what, roles in BEGIN:
        if name == "admin:index" and not request.user.is_staff:  # Django's pages have a door of their own
            continue
        if url := _open(request, name, roles):
            yield {"url": url, "word": word, "what": what}


def _open(request: Request, name: str, roles: tuple[str, ...]) -> str:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return ""
    return url if not roles or has_role(request.user, *roles) else ""
