"""The rail at the left: only what exists and the role may use."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from liangtian_web.people.queries import has_role, home_membership

# url name, word, roles that see it (empty: everyone)
RAIL = (
    ("home:index", _("首页"), ()),
    ("onemap:map", _("一张图"), ()),
    ("review:runs", _("检查"), ()),
    ("onemap:layers", _("图层"), ()),
    ("trail:index", _("留痕"), ("auditor", "admin")),
)


def rail(request: HttpRequest) -> dict[str, object]:
    """Template context: `rail` (name, url, current) and `membership` of the user."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"rail": list(_items(request)), "membership": home_membership(user)}


def _items(request: HttpRequest):
    for name, word, roles in RAIL:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        if not roles or has_role(request.user, *roles):
            here = request.path == url if url == "/" else request.path.startswith(url)
            yield {"word": word, "url": url, "here": here}
