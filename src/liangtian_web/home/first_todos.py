"""What a place does first: land to check against, law to check by, a book to write into. Gone once each is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from liangtian_web.home.duty import Todo
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.onemap.models import Upload
from liangtian_web.onemap.queries import publishing_places, uploads_for, versions_on
from liangtian_web.onemap.templatetags.land import layer_name
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import home_membership
from liangtian_web.rulebook.queries import documents_on, proposals_for, proposing_places

LAND = "DLTB"
# what a check asks besides: without them it says that it cannot judge
CONTROL = ("YJJBNTTB", "STBHHX", "CZKFBJ")


def first_todos(user: User, on: date) -> Iterator[Todo]:
    """What the user's own place still lacks and the user may bring; nothing that already waits for a decision."""
    if not (membership := home_membership(user)):
        return
    place = membership.place
    if publishing_places(user).filter(pk=place.pk).exists():
        yield from _layers(user, place, on)
    if proposing_places(user).filter(pk=place.pk).exists() and place.kind in (Place.Kind.CITY, Place.Kind.COUNTY):
        yield from _law(user, place, on)
    if keeping_places(user).filter(pk=place.pk).exists() and not Account.objects.filter(place=place).exists():
        what = gettext("台账还没有建账")
        about = gettext("记入期初余额，由另一位台账管理人员审核；没有余额的，从第一个验收项目入库开始")
        yield _first(what, about, reverse("ledger:propose"), gettext("记期初余额"))


def _layers(user: User, place: Place, on: date) -> Iterator[Todo]:
    """Layers nobody published for the place, one above it or one inside it, nor has in hand."""
    there = {each.layer for each in versions_on(user, on) if _meet(each.place, place)}
    there |= set(uploads_for(user).exclude(state=Upload.State.REFUSED).values_list("layer", flat=True))
    new = reverse("onemap:upload_new")
    if LAND not in there:
        about = gettext("有了地类图斑才能检查、看图和规划；行政区和村级调查区使结果分到乡镇和村")
        yield _first(gettext("还没有地类图斑图层"), about, f"{new}?layer={LAND}", gettext("去上传"))
    if missing := [code for code in CONTROL if code not in there]:
        what = gettext("检查还缺 %(n)s 个图层") % {"n": len(missing)}
        about = gettext("%(names)s：缺少的，检查答“无法判断”") % {"names": "、".join(map(layer_name, missing))}
        yield _first(what, about, f"{new}?layer={missing[0]}", gettext("去上传"))


def _law(user: User, place: Place, on: date) -> Iterator[Todo]:
    """No document adopted and none proposed: nothing is judged."""
    bound = any(each.needs_adoption for each in documents_on(place, on).values())
    if not bound and not proposals_for(user).filter(kind="adoption", decision=None).exists():
        what, about = gettext("还没有采用政策文件"), gettext("没有采用文件的地方只量算、不判断；一人提出，另一人审定")
        yield _first(what, about, reverse("rulebook:adoptions"), gettext("去采用"))


def _meet(one: Place, other: Place) -> bool:
    return one.path.startswith(other.path) or other.path.startswith(one.path)


def _first(what: str, about: str, url: str, act: str) -> Todo:
    return Todo("unknown", gettext("还缺"), what, about, url, act)
