"""What waits for a user, and the few figures of the user's own duty, each with the way to its list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext

from liangtian.errors import CatalogueError
from liangtian.onemap.layers import LAYERS
from liangtian.onemap.precedence import Share
from liangtian.policy.amounts import BALANCE
from liangtian_web.onemap.models import LayerVersion, Upload
from liangtian_web.onemap.queries import publishing_places, spoken, uploads_for, versions_on
from liangtian_web.onemap.summary import total, villages_in
from liangtian_web.onemap.templatetags.land import layer_name
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import has_role
from liangtian_web.review.models import Run
from liangtian_web.review.queries import HEAVY, narrowed, runs_for
from liangtian_web.standing.queries import headroom

SHOWN = 5
LAYER_AGE_DAYS = 365  # the survey is renewed once a year


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that waits: how grave, what, where it is done."""

    tag: str
    word: str
    what: str
    about: str
    url: str
    act: str


def todos(user: User, on: date) -> list[Todo]:
    """Uploads that wait for a decision, checks of this year that fail or cannot be judged, layers out of date."""
    if not has_role(user, "officer", "admin"):
        return []
    return [*_uploads(user), *_checks(user, on), *_old_layers(user, on)]


def _uploads(user: User) -> Iterator[Todo]:
    words = {
        Upload.State.EXAMINED: ("unknown", gettext("看质检报告，决定是否发布")),
        Upload.State.REFUSED: ("fail", gettext("看问题，改正后重新上传")),
    }
    waiting = uploads_for(user).filter(state__in=words, place__in=publishing_places(user))
    for upload in waiting[:SHOWN]:
        tag, act = words[Upload.State(upload.state)]
        defects = gettext("%(n)s 处问题") % {"n": upload.defect_count} if upload.defect_count else gettext("无问题")
        about = f"{layer_name(upload.layer)} · {upload.place} · {defects}"
        url = reverse("onemap:upload", args=[upload.pk])
        yield Todo(tag, upload.get_state_display(), upload.files[0]["name"], about, url, act)


def _checks(user: User, on: date) -> Iterator[Todo]:
    """The newest check of each name counts: one made again and passed waits for nobody."""
    runs = runs_for(user).defer(*HEAVY).filter(on__gte=date(on.year, 1, 1))
    newest = runs.order_by("place_id", "name", "-pk").distinct("place_id", "name").values("pk")
    open_runs = runs.filter(pk__in=newest, verdict__in=(Run.Verdict.FAIL, Run.Verdict.UNKNOWN))
    for run in open_runs[:SHOWN]:
        about = f"{run.get_kind_display()} · {run.place} · {run.on}"
        act = gettext("看结论") if run.verdict == Run.Verdict.FAIL else gettext("补齐所缺")
        yield Todo(run.verdict, run.get_verdict_display(), run.name, about, reverse("review:run", args=[run.uuid]), act)
    if (more := open_runs.count() - SHOWN) > 0:
        url = f"{reverse('review:runs')}?{urlencode({'since': date(on.year, 1, 1)})}"
        yield Todo(
            "", gettext("更多"), gettext("还有 %(n)s 个检查不符合或无法判断") % {"n": more}, "", url, gettext("看列表")
        )


def _old_layers(user: User, on: date) -> Iterator[Todo]:
    """Layers in force that nobody has renewed for a year, told in one line."""
    old = [v for v in versions_on(user, on) if v.on < on - timedelta(days=LAYER_AGE_DAYS)]
    if old:
        names = " · ".join(layer_name(code) for code in LAYERS if code in {v.layer for v in old})
        what = gettext("%(n)s 个图层超过一年没有更新") % {"n": len(old)}
        about = gettext("最早自 %(on)s 有效：%(names)s") % {"on": min(v.on for v in old), "names": names}
        yield Todo("unknown", gettext("待更新"), what, about, f"{reverse('onemap:layers')}?force=1", gettext("看图层"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the user's duty: an area or a count, what it is based on, and its list."""

    label: str
    url: str
    area_m2: float | None = None
    count: int | None = None
    hot: bool = False
    about: str = ""

    @property
    def is_area(self) -> bool:
        """Whether it is shown in the unit of the header."""
        return self.count is None


def figures(user: User, place: Place, on: date) -> list[Figure]:
    """Farmland and permanent basic farmland of a place by the layers of a day, and the checks of its year."""
    year = {"place": place.pk, "since": date(on.year, 1, 1)}
    checks, failed = reverse("review:runs") + "?" + urlencode(year), urlencode(year | {"verdict": "fail"})
    runs = narrowed(runs_for(user), {"place": place, "since": date(on.year, 1, 1)})
    counts = runs.aggregate(all=Count("pk"), failed=Count("pk", filter=Q(verdict="fail")))
    return [
        _land(place, _held(user, on, "DLTB"), gettext("耕地"), "farmland_m2"),
        _land(place, _held(user, on, "YJJBNTTB"), gettext("永久基本农田"), "net_m2"),
        Figure(gettext("今年检查"), checks, count=counts["all"], about=gettext("业务日期在 %(year)s 年") % {"year": on.year}),
        Figure(
            gettext("其中不符合"),
            f"{reverse('review:runs')}?{failed}",
            count=counts["failed"],
            hot=counts["failed"] > 0,
        ),
    ]  # fmt: skip


def _held(user: User, on: date, layer: str) -> list[tuple[LayerVersion, Share]]:
    return spoken(user, versions_on(user, on, layer), on)


def _land(place: Place, held: list[tuple[LayerVersion, Share]], label: str, sum_of: str) -> Figure:
    try:
        villages = villages_in((share for _, share in held), place.code) if place.code else []
    except CatalogueError:  # a part of the sum would look like all of it
        return Figure(label, reverse("onemap:layers"), about=gettext("图层快照有问题，见图层页"))
    if not villages:
        return Figure(label, reverse("onemap:layers"), about=gettext("没有可用的图层"))
    since = max(version.on for version, _ in held)
    return Figure(
        label,
        reverse("home:land"),
        area_m2=getattr(total(villages), sum_of),
        about=gettext("净面积，%(on)s 版") % {"on": since},
    )


@dataclass(frozen=True, slots=True)
class Stock:
    """What the user's places can spend of an index, what is held of it and owed, and the page that shows it."""

    index: str
    available: int
    held: int
    owed: int
    url: str


def stocks(user: User, place: Place, on: date) -> list[Stock]:
    """The three indices of the balance, of a place and all below it; none where no book is kept."""
    found = []
    for index in BALANCE:
        rows = [each for each in headroom(user, index, on) if each.place.path.startswith(place.path)]
        if rows:
            sums = (
                sum(each.available for each in rows),
                sum(each.held for each in rows),
                sum(each.owed for each in rows),
            )
            found.append(Stock(index, *sums, f"{reverse('standing:flow')}?{urlencode({'index': index})}#headroom"))
    return found
