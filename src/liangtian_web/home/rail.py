"""The rail at the left and the front page's beginnings: only what exists and the role may use."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

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
    ("rulebook:index", _("规则"), ()),
    ("trail:index", _("留痕"), ("auditor", "admin")),
)
# pages that stand under another's word
UNDER = {"commitments:index": "balance:index", "transfers:index": "balance:index"}
# address, word, what it does, roles
BEGIN = (
    (
        "review:new",
        _("检查一个项目范围"),
        _("上传界址点或在图上绘制，几秒内看到占地、压线、条款结论和应补数量。"),
        ("officer", "admin"),
    ),
    ("onemap:upload_new", _("上传图层"), _("上传调查成果，先看质检报告，再发布到一张图。"), ("officer", "admin")),
    ("onemap:map", _("看一张图"), _("按有效日查看地类、永久基本农田、红线和各项边界。"), ()),
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
        if url := _open(request, name, roles):
            yield {"url": url, "word": word, "what": what}


def _open(request: Request, name: str, roles: tuple[str, ...]) -> str:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return ""
    return url if not roles or has_role(request.user, *roles) else ""
