"""Uploading layers, judging them, publishing them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian_web.errors import StageRefused
from liangtian_web.onemap import actions
from liangtian_web.onemap.findings import rule_names, sentence
from liangtian_web.onemap.forms import UploadForm
from liangtian_web.onemap.map_views import map_config
from liangtian_web.onemap.queries import publishing_places, uploads_for, versions_on
from liangtian_web.people.queries import has_role
from liangtian_web.people.requests import Request

DEFECTS_SHOWN = 200


@require_POST
def verify(request: Request) -> HttpResponse:
    """Give the recomputing of every digest to the worker."""
    if not has_role(request.user, "admin"):
        raise PermissionDenied
    actions.ask_to_verify(request)
    messages.success(request, gettext("已开始核对，结果见首页。"))
    return redirect("onemap:layers")


@require_http_methods(["GET", "POST"])
def upload_new(request: Request) -> HttpResponse:
    """Choose layer, place, day and files."""
    if not publishing_places(request.user).exists():
        raise PermissionDenied
    form = UploadForm(
        request.user, request.POST or None, request.FILES or None, initial={"layer": request.GET.get("layer")}
    )
    if request.method == "POST" and form.is_valid():
        chosen = dict(form.cleaned_data)
        upload = actions.receive(request, chosen.pop("files"), chosen)
        return redirect("onemap:upload", upload.pk)
    return render(request, "onemap/upload_new.html", {"form": form}, status=400 if form.errors else 200)


@require_GET
def upload(request: Request, pk: int) -> HttpResponse:
    """Progress while the worker is at it, then the quality report with its map, then the way on."""
    row = get_object_or_404(uploads_for(request.user), pk=pk)
    language = request.language
    rule = request.GET.get("rule", "")
    names = rule_names(row.findings, language)
    defects = [
        {"n": n, "text": sentence(finding, language), "word": names.get(finding["rule"], finding["rule"])} | finding
        for n, finding in enumerate(row.findings)
        if not rule or finding["rule"] == rule
    ]
    context = {
        "upload": row,
        "defects": defects[:DEFECTS_SHOWN],
        "defects_left": max(0, (row.counts.get(rule, 0) if rule else row.defect_count) - DEFECTS_SHOWN),
        "rule": rule,
        "counts": [(each, names.get(each, each), count) for each, count in row.counts.items()],
        "refusal": sentence(row.refusal, language) if row.refusal else "",
        "sentence": row.job.sentence(language) if row.job else "",
        "follow": "1",
        "may_publish": publishing_places(request.user).filter(pk=row.place_id).exists(),
        "config": map_config(request, versions_on(request.user, row.on), row.on, defects=row.features()),
    }
    return render(request, "onemap/upload.html", context)


@require_POST
def upload_publish(request: Request, pk: int) -> HttpResponse:
    """Give the publication to the worker."""
    row = get_object_or_404(uploads_for(request.user).filter(place__in=publishing_places(request.user)), pk=pk)
    try:
        actions.ask_to_publish(request, row, repair="repair" in request.POST)
    except StageRefused:
        messages.error(request, gettext("这次上传不在待发布状态，页面已刷新。"))
    return redirect("onemap:upload", pk)
