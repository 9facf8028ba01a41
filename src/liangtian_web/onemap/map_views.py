"""One map: the page, its tiles, and what the ground answers."""

from __future__ import annotations

import hashlib
import math
import os
import uuid
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from liangtian.onemap.index import Index
from liangtian.onemap.layers import LAYERS
from liangtian.onemap.precedence import GROUND_COLUMNS, Share
from liangtian.onemap.snapshot import ID
from liangtian_web.onemap import ground, overview, personal, swipe, tiles
from liangtian_web.onemap.map_forms import RevealForm
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import index_of, indexes_of, spoken, versions_for, versions_on
from liangtian_web.onemap.templatetags.land import area, unit_word
from liangtian_web.people.queries import has_role, home_membership
from liangtian_web.people.requests import Request, number_in
from liangtian_web.trail.actions import note

Spoken: TypeAlias = list[tuple[LayerVersion, Share]]
FEW_ROWS = 5000  # a layer this small is drawn as shapes at every zoom
LAYER_ORDER = (
    "DLTB",
    "YJJBNTTB",
    "YJJBNTSFQ",
    "STBHHX",
    "CZKFBJ",
    "KZBJ",
    "XZQ",
    "CJDCQ",
    "GDDB",
    "SYBHQ",
    "EDLD",
    "FZLD",
    "ZZDK",
)


def day_of(request: Request, *, keep: bool = True) -> date:
    """The day of validity of the header: asked for now (and kept for the session), else the session's, else today."""
    try:
        day = date.fromisoformat(request.GET.get("on") or request.session.get("on", ""))
    except ValueError:
        day = timezone.localdate()
    if keep and request.GET.get("on"):
        request.session["on"] = day.isoformat()
    return day


def map_config(request: Request, versions: list[LayerVersion], on: date, **more: Any) -> dict[str, Any]:
    """What the map module needs to draw the layers a user may see on a day."""
    found, english = spoken(request.user, versions, on), request.language == "en"
    return {
        "on": on.isoformat(),
        "unit": request.unit,
        "unitWord": unit_word(request.unit),
        "english": english,
        "words": {
            "Map.Title": gettext("地图"),
            "NavigationControl.ZoomIn": gettext("放大"),
            "NavigationControl.ZoomOut": gettext("缩小"),
            "Marker.Title": gettext("地图标记"),
        },
        "bounds": _bounds(versions),
        "layers": [_layer(code, found, on, english) for code in LAYER_ORDER if any(v.layer == code for v in versions)],
        "palette": overview.PALETTE,
        "deepest": tiles.DEEPEST_ZOOM,
        **_addresses(),
        **more,
    }


def _addresses() -> dict[str, str]:
    """Where the map module asks for what it does not hold."""
    return {
        "worker": static("bundle/maplibre-worker.js"),
        "search": reverse("onemap:search"),
        "identify": reverse("onemap:parcel", args=[0, "-"])[:-4],
        "measure": reverse("onemap:measure"),
        "basemap": settings.BASEMAP_URL,
        "basemapName": settings.BASEMAP_NAME,
    }


def _bounds(versions: list[LayerVersion]) -> list[float] | None:
    """The bounds of all versions together, degrees; None where none has any."""
    boxes = [v.bounds for v in versions if v.bounds]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def _layer(code: str, found: Spoken, on: date, english: bool) -> dict[str, Any]:
    shown = [(v, share) for v, share in found if v.layer == code]
    mine = [v for v, _ in shown]
    few = sum(v.rows for v in mine) <= FEW_ROWS and code != "DLTB"
    spec = LAYERS[code]
    return {
        "code": code,
        "name": spec.en if english else spec.zh,
        "from": 5 if few else tiles.PARCEL_ZOOM,
        "tiles": reverse("onemap:tile", args=[code, 0, 0, 0])[: -len("0/0/0")] + "{z}/{x}/{y}"
        + f"?on={on}&versions={','.join(str(v.pk) for v in mine)}&v={_signed(_key(shown))}",
        "on": max(v.on for v in mine).isoformat(),
        "rows": sum(v.rows for v in mine),
    }  # fmt: skip


def _key(found: Spoken) -> str:
    named = ",".join(sorted(f"{v.pk}:{share.key}" for v, share in found))
    return hashlib.sha256(f"{tiles.FORM}.{overview.FORM} {named}".encode()).hexdigest()


def _signed(key: str) -> str:
    """Says that a page of ours draws these versions together; any others are drawn when asked for, and not kept."""
    return salted_hmac("onemap.tile", key).hexdigest()[:16]


@require_GET
def page(request: Request) -> HttpResponse:
    """The map of a day, with search, layers and legend; `against` lays a second day or version beside it."""
    on = day_of(request)
    versions = _in_order(versions_on(request.user, on))
    config = map_config(request, versions, on, permalink=True, go=_destination(request))
    against = swipe.against(request.user, request.GET.get("against", ""), versions)
    context = {
        "config": config,
        "on": on,
        "versions": versions,
        "against": against,
        "other": map_config(request, against.versions, against.on, bounds=config["bounds"]) if against else None,
        "vintages": [swipe.vintage(side) for side in (versions, against.versions if against else [])],
        "same": against is not None and {v.pk for v in against.versions} == {v.pk for v in versions},
        "choices": swipe.choices(request.user, versions),
        "may_check": has_role(request.user, "officer", "admin"),
    }
    return render(request, "onemap/map.html", context)


@require_GET
def print_view(request: Request) -> HttpResponse:
    """The view of the map on a sheet of paper: scale, north, legend, and the versions it shows; both sides of a swipe."""
    on = day_of(request)
    versions = _in_order(versions_on(request.user, on))
    paper = {"bare": True, "sharp": True}
    against = swipe.against(request.user, request.GET.get("against", ""), versions)
    context = {
        "config": map_config(request, versions, on, permalink=True, **paper),
        "on": on,
        "versions": versions,
        "against": against,
        "beside": _in_order(against.versions) if against else [],
        "other": map_config(request, against.versions, against.on, **paper) if against else None,
        "vintages": [swipe.vintage(side) for side in (versions, against.versions if against else [])],
        "membership": home_membership(request.user),
        "now": timezone.now(),
    }
    return render(request, "onemap/print.html", context)


def _in_order(versions: list[LayerVersion]) -> list[LayerVersion]:
    """Those that are drawn; the classes of earlier years would lie on each other."""
    drawn = [version for version in versions if version.layer in LAYER_ORDER]
    return sorted(drawn, key=lambda version: LAYER_ORDER.index(version.layer))


def _destination(request: Request) -> dict[str, Any] | None:
    """Where a link asks the map to open: a box in degrees, and the parcel to light there."""
    try:
        west, south, east, north = (float(v) for v in request.GET.get("go", "").split(","))
    except ValueError:
        return None
    if not all(map(math.isfinite, (west, south, east, north))):
        return None
    asked = {name: request.GET.get(name, "") for name in ("version", "parcel")}
    return {"box": [west, south, east, north]} | (asked if asked["version"].isdecimal() else {})


@require_GET
def tile(request: Request, layer: str, z: int, x: int, y: int) -> HttpResponse:
    """A tile of a layer: shapes from the zoom the layer has them, a picture of dominant classes below."""
    if layer not in LAYERS or z > tiles.DEEPEST_ZOOM or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise Http404
    versions = _asked_versions(request, layer)
    found = spoken(request.user, versions, day_of(request, keep=False))  # two sides of a map ask for two days
    key = _key(found)
    etag = f'"{key[:24]}-{z}-{x}-{y}"'
    if request.headers.get("If-None-Match") == etag:
        return _cached(HttpResponse(status=304), etag)
    few = sum(v.rows for v in versions) <= FEW_ROWS and layer != "DLTB"
    shapes = few or z >= tiles.PARCEL_ZOOM
    kind, make = ("application/vnd.mapbox-vector-tile", _shapes) if shapes else ("image/png", _picture)
    path = Path(settings.HOME) / "tiles" / key[:40] / f"{z}-{x}-{y}"
    try:
        data = path.read_bytes()
        os.utime(path.parent)
    except OSError:  # not kept, or swept since
        data = make(layer, found, z, x, y)
        if "versions" not in request.GET or constant_time_compare(request.GET.get("v", ""), _signed(key)):
            _keep(path, data)
    return _cached(HttpResponse(data, content_type=kind), etag)


def _asked_versions(request: Request, layer: str) -> list[LayerVersion]:
    """The versions a page names (a result shows the very land it was measured on), else those of the day."""
    asked = map(number_in, request.GET.get("versions", "").split(","))
    if named := [pk for pk in asked if pk is not None]:
        return list(versions_for(request.user).filter(pk__in=named, layer=layer).order_by("pk"))
    return versions_on(request.user, day_of(request, keep=False), layer)


def _shapes(layer: str, found: Spoken, z: int, x: int, y: int) -> bytes:
    return tiles.parcels(layer, [(str(v.pk), index) for v, _, index in indexes_of(found)], z, x, y)


def _picture(layer: str, found: Spoken, z: int, x: int, y: int) -> bytes:
    folder = Path(settings.HOME) / "overview"
    views = [(index, overview.load(index, layer, folder / f"{share.key}.npz")) for _, share, index in indexes_of(found)]
    return overview.tile(views, z, x, y)


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    partial.write_bytes(data)
    partial.replace(path)


def _cached(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=3600)
    return response


@require_GET
def parcel(request: Request, version: int, parcel: str) -> HttpResponse:
    """All attributes of a parcel, as a part of the panel; what names people is masked."""
    return _parcel(request, *_row(request, version, parcel), reveal=RevealForm())


@require_POST
def reveal(request: Request, version: int, parcel: str) -> HttpResponse:
    """The same with the names, for whoever answers for the ground and says why. Who looked, and why, is noted."""
    row, index, number = _row(request, version, parcel)
    if not personal.may_reveal(request.user, row, index, number):
        raise PermissionDenied
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _parcel(request, row, index, number, reveal=form)
    _note_reveal(request, (row, index, number), f"{row.layer} {parcel}：{form.cleaned_data['reason']}")
    return _parcel(request, row, index, number, revealed=True)


def _note_reveal(request: Request, found: tuple[LayerVersion, Index, int], what: str) -> None:
    """In the trail of the parcel's place, whose people were looked up, and of the reader's, where that is elsewhere."""
    place, own = personal.place_of(*found), home_membership(request.user)
    note(request, "onemap.reveal", what, on=found[0].on, place=place)
    if own and not place.path.startswith(own.place.path):
        note(request, "onemap.reveal", what, on=found[0].on, place=own.place)


def _row(request: Request, version: int, parcel: str) -> tuple[LayerVersion, Index, int]:
    row = get_object_or_404(versions_for(request.user), pk=version)
    index = index_of(row)
    number = ground.row_of(index, parcel)
    if number is None:
        raise Http404
    return row, index, number


def _parcel(
    request: Request,
    row: LayerVersion,
    index: Index,
    number: int,
    *,
    reveal: RevealForm | None = None,
    revealed: bool = False,
) -> HttpResponse:
    values = personal.values(row, index, number, english=request.language == "en", revealed=revealed)
    masked = any(each.masked for each in values)
    context = {
        "version": row,
        "parcel": index.attributes[ID][number].as_py(),
        "values": values,
        "area_m2": index.area_dm2[number].item() / 100,
        "masked": masked,
        "may_reveal": masked and personal.may_reveal(request.user, row, index, number),
        "form": reveal,
        "revealed": revealed,
    }
    response = render(
        request, "onemap/parcel.html", context, status=400 if reveal and reveal.errors and not request.htmx else 200
    )
    patch_cache_control(response, no_store=True)  # names stay in no cache
    return response


@require_GET
def search(request: Request) -> HttpResponse:
    """What a parcel id, the name or code of a town or village, or a pair of coordinates finds."""
    text = request.GET.get("q", "").strip()[:80]
    hits: list[dict[str, Any]] = []
    if place := ground.coordinates(text):
        title = gettext("坐标 %(lon).6f, %(lat).6f") % {"lon": place[0], "lat": place[1]}
        hits.append({"hit": ground.Hit("point", title, "", (*place, *place)), "version": None})
    elif len(text) >= 2:
        on = day_of(request)
        named = [v for v in versions_on(request.user, on) if v.layer in GROUND_COLUMNS]
        named.sort(key=lambda v: LAYER_ORDER.index(v.layer))
        for version, _, index in indexes_of(spoken(request.user, named, on)):
            codes = GROUND_COLUMNS[version.layer] if version.layer != "DLTB" else None
            hits += [{"hit": hit, "version": version} for hit in ground.find(index, text, codes)]
    return render(request, "onemap/hits.html", {"hits": hits[: ground.HITS_MAX], "text": text})


@require_POST
def measure(request: Request) -> HttpResponse:
    """Area or length of a figure drawn in degrees, on the ellipsoid."""
    try:
        found = ground.measure(ground.figure(request.body))
    except ground.Unmeasurable as refused:
        return JsonResponse({"error": str(refused)}, status=400)
    except RequestDataTooBig:
        return JsonResponse({"error": gettext("图形过大，请简化后重画。")}, status=413)
    words: dict[str, Any] = {"length": f"{found['length_m']:,.2f} m"}
    if "area_m2" in found:
        m2 = round(found["area_m2"], 2)
        words["area"] = [f"{area(m2, unit)} {unit_word(unit)}" for unit in ("mu", "ha", "m2")]
    return JsonResponse(found | words)
