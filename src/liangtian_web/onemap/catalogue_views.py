"""The catalogue of published layers: every version one may see, and what of it is on the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from liangtian.onemap.layers import LAYERS
from liangtian_web.onemap.map_forms import CatalogueForm
from liangtian_web.onemap.map_views import day_of
from liangtian_web.onemap.models import LayerVersion, Upload
from liangtian_web.onemap.queries import is_unsound, publishing_places, uploads_for, versions_for, versions_on
from liangtian_web.onemap.templatetags.land import layer_name
from liangtian_web.people.columns import Column, columns_of
from liangtian_web.people.queries import has_role
from liangtian_web.people.requests import Request
from liangtian_web.trail.export import Table, export

PAGE = 50
RANK = Case(
    *(When(layer=code, then=Value(n)) for n, code in enumerate(LAYERS)),
    default=Value(len(LAYERS)),
    output_field=IntegerField(),
)


@require_GET
def layers(request: Request) -> HttpResponse:
    """Versions by layer, newest first, a page at a time by key; what is on the way stands above."""
    form = CatalogueForm(request.user, request.GET, label_suffix="")
    rows, in_force = _narrowed(request, form)
    found = list(_after(rows, request.GET.get("after", ""))[: PAGE + 1])
    asked = request.GET.copy()
    asked["after"] = _key(found[PAGE - 1]) if len(found) > PAGE else ""
    visible = set(versions_for(request.user).order_by().values_list("layer", flat=True).distinct())
    context = {
        "form": form,
        "versions": found[:PAGE],
        "more": asked.urlencode() if asked["after"] else "",
        "asked": {key: value for key, value in request.GET.items() if key in form.fields},
        "columns": columns_of(request.user, "onemap.layers", _columns()),
        "totals": rows.order_by().aggregate(count=Count("pk"), rows=Sum("rows")),
        "missing": [code for code in LAYERS if code not in visible] if visible else [],
        "in_force": in_force,
        "unsound": {version.pk for version in versions_for(request.user) if is_unsound(version)},
        "may_verify": has_role(request.user, "admin"),
        "on": day_of(request),
        "open": uploads_for(request.user).exclude(state=Upload.State.PUBLISHED)[:10],
        "may_upload": publishing_places(request.user).exists(),
    }
    return render(request, "onemap/layers.html", context)


@require_POST
def layers_export(request: Request) -> HttpResponse:
    """The whole catalogue under the filters as a table; the trail notes it."""
    rows, in_force = _narrowed(request, CatalogueForm(request.user, request.POST))
    heads = [gettext("代码"), *(column.word for column in _columns()), gettext("当日有效")]
    return export(request, "onemap.export", "onemap:layers", Table(gettext("图层目录"), heads, _cells(rows, in_force)))


def _narrowed(request: Request, form: CatalogueForm) -> tuple[QuerySet[LayerVersion], set[int]]:
    """The versions that meet the filters, and which are in force on the day of the header."""
    in_force = {version.pk for version in versions_on(request.user, day_of(request))}
    given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    rows = versions_for(request.user).annotate(rank=RANK).order_by("rank", "-on", "-pk")
    if place := given.get("place"):
        rows = rows.filter(place__path__startswith=place.path)
    if given.get("force"):
        rows = rows.filter(pk__in=in_force)
    columns = {"layer": "layer", "since": "on__gte", "until": "on__lte"}
    return rows.filter(**{column: given[name] for name, column in columns.items() if given.get(name)}), in_force


def _key(version: LayerVersion) -> str:
    return f"{version.layer}.{version.on}.{version.pk}"


def _after(rows: QuerySet[LayerVersion], key: str) -> QuerySet[LayerVersion]:
    """The versions after the one a key names; a key that is none starts at the beginning."""
    try:
        layer, day, pk = key.split(".")
        rank, on, number = list(LAYERS).index(layer), date.fromisoformat(day), int(pk)
    except ValueError:
        return rows.prefetch_related("uploads")
    later = Q(rank__gt=rank) | Q(rank=rank, on__lt=on) | Q(rank=rank, on=on, pk__lt=number)
    return rows.filter(later).prefetch_related("uploads")


def _columns() -> list[Column]:
    return [
        Column("layer", gettext("图层"), fixed=True),
        Column("on", gettext("有效日期起"), fixed=True),
        Column("place", gettext("责任单元")),
        Column("rows", gettext("图斑"), number=True),
        Column("quality", gettext("质量")),
        Column("visibility", gettext("可见范围")),
        Column("publisher", gettext("发布人")),
        Column("recorded", gettext("发布时间")),
        Column("digest", gettext("摘要")),
    ]


def _cells(rows: Iterable[LayerVersion], in_force: set[int]) -> list[list[object]]:
    return [
        [
            version.layer,
            layer_name(version.layer),
            version.on,
            str(version.place),
            version.rows,
            version.quality_word,
            version.get_visibility_display(),
            version.publisher,
            f"{timezone.localtime(version.recorded_at):%Y-%m-%d %H:%M:%S}",
            version.digest,
            gettext("是") if version.pk in in_force else gettext("否"),
        ]
        for version in rows
    ]
