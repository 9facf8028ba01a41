"""OGC API Features, part 1 (core, OpenAPI 3.0, GeoJSON) and the queryables of part 3, over the published layers.

One collection a layer, holding what the map shows on the day of `datetime`. An interval is answered with the versions
in force at its end, an open end with today's. The session opens it, as it opens the pages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.http import HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils import timezone

from liangtian.onemap.index import Index
from liangtian.onemap.layers import LAYERS
from liangtian.onemap.precedence import Share
from liangtian_web.onemap import features, ground
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.ogc_description import GEOJSON, OPENAPI, SCHEMA, description
from liangtian_web.onemap.ogc_request import (
    LIMIT,
    Refused,
    after_of,
    answers,
    boxes_of,
    day_of,
    limit_of,
    link,
    only,
    visible_versions,
)
from liangtian_web.onemap.queries import indexes_of, spoken, versions_on
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note

CORE, QUERYABLES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf", "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"  # fmt: skip
CONFORMS = [
    *(f"{CORE}/{each}" for each in ("core", "oas30", "geojson")),
    *(f"{QUERYABLES}/{each}" for each in ("queryables", "queryables-query-parameters")),
]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
QUERYABLES_LINK = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
TYPES = {"text": "string", "integer": "integer", "number": "number", "date": "string"}


@answers
def landing(request: Request) -> HttpResponse:
    """Where everything begins."""
    only(request)
    links = [
        link(request, "self", request.path),
        link(request, "service-desc", reverse("ogc:api"), OPENAPI),
        link(request, "conformance", reverse("ogc:conformance")),
        link(request, "data", reverse("ogc:collections")),
    ]
    return JsonResponse({"title": "Liangtian 良田", "description": "Published survey layers.", "links": links})


@answers
def conformance(request: Request) -> HttpResponse:
    """What is kept of the standard."""
    only(request)
    return JsonResponse({"conformsTo": CONFORMS})


@answers
def collections(request: Request) -> HttpResponse:
    """One for each layer the user may see on the day."""
    only(request, "datetime")
    seen = {v.layer for v in versions_on(request.user, day_of(request))}
    found = [_collection(request, layer, visible_versions(request, layer)) for layer in LAYERS if layer in seen]
    return JsonResponse({"links": [link(request, "self", request.get_full_path())], "collections": found})


@answers
def collection(request: Request, layer: str) -> HttpResponse:
    """One of them."""
    only(request, "datetime")
    return JsonResponse(_collection(request, layer, visible_versions(request, layer)))


def _collection(request: Request, layer: str, versions: list[LayerVersion]) -> dict[str, Any]:
    boxes = [v.bounds for v in versions if v.bounds]
    box = [f(b[i] for b in boxes) for i, f in enumerate((min, min, max, max))] if boxes else [-180, -90, 180, 90]
    since = min(v.on for v in versions)
    spec = LAYERS[layer]
    asked = f"?{request.GET.urlencode()}" if request.GET else ""
    return {
        "id": layer,
        "title": f"{spec.zh} {spec.en}",
        "itemType": "feature",
        "crs": [CRS84],
        "extent": {
            "spatial": {"bbox": [box], "crs": CRS84},
            "temporal": {"interval": [[f"{since}T00:00:00Z", None]]},
        },
        "links": [
            link(request, "self", reverse("ogc:collection", args=[layer]) + asked),
            link(request, "items", reverse("ogc:items", args=[layer]) + asked, GEOJSON),
            link(request, QUERYABLES_LINK, reverse("ogc:queryables", args=[layer]) + asked, SCHEMA),
        ],
    }


@answers
def queryables(request: Request, layer: str) -> HttpResponse:
    """The columns items may be filtered by, as a JSON schema."""
    only(request, "datetime")
    visible_versions(request, layer)
    fields = {
        name: {"title": f"{field.zh} {field.en}", "type": TYPES[field.type]}
        | ({"format": "date"} if field.type == "date" else {})
        for name, field in features.exported(layer).items()
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": request.build_absolute_uri(request.path),
        "type": "object",
        "title": LAYERS[layer].en,
        "properties": fields,
        "additionalProperties": False,
    }
    return JsonResponse(schema, content_type=SCHEMA)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of items: features as text, where the next page goes on, how many there are if that was cheap."""

    items: list[str]
    after: str
    matched: int | None


@answers
def items(request: Request, layer: str) -> HttpResponse:
    """A page of features; the trail notes each page."""
    known = features.exported(layer) if layer in LAYERS else {}
    only(request, "bbox", "datetime", "limit", "after", "versions", *known)
    versions = visible_versions(request, layer)
    values = {name: request.GET[name] for name in known if name in request.GET}
    wanted = features.Wanted(boxes_of(request.GET.get("bbox")), values)
    limit, after = limit_of(request.GET.get("limit", str(LIMIT))), after_of(request.GET.get("after", "0.0"))
    spoken_for = indexes_of(spoken(request.user, versions, day_of(request)))
    page = _page(spoken_for, wanted, limit, after)
    note(request, "onemap.download", f"ogc:{layer} {len(page.items)} {request.GET.urlencode()}", on=day_of(request))
    return _collected(page, _item_links(request, versions, page))


def _page(
    spoken_for: list[tuple[LayerVersion, Share, Index]], wanted: features.Wanted, limit: int, after: tuple[int, int]
) -> Page:
    """Rows in order of version and position, behind `after`."""
    found: list[str] = []
    last, total, more = "", 0, False
    for version, _, index in spoken_for:
        try:
            rows = features.matching(index, wanted.values)
        except ValueError as error:
            raise Refused(f"A value does not fit its column: {error}") from error
        total += len(rows)
        if version.pk < after[0] or more:
            continue
        if version.pk == after[0]:
            rows = rows[rows > after[1]]
        left = limit - len(found)
        bounds = (version.bounds[0], version.bounds[1], version.bounds[2], version.bounds[3])
        rows = features.first(index, rows, bounds, wanted.boxes, limit=left + 1)
        more = len(rows) > left
        if taken := len(rows[:left]):
            found += features.geojson(version.layer, index, rows[:left])
            last = f"{version.pk}.{rows[taken - 1]}"
    return Page(found, last if more else "", None if wanted.boxes else total)


def _item_links(request: Request, versions: list[LayerVersion], page: Page) -> list[dict[str, str]]:
    links = [link(request, "self", request.get_full_path(), GEOJSON)]
    if page.after:
        asked = request.GET.copy()
        asked["after"], asked["versions"] = page.after, ",".join(str(v.pk) for v in versions)
        links.append(link(request, "next", f"{request.path}?{asked.urlencode()}", GEOJSON))
    return links


def _collected(page: Page, links: list[dict[str, str]]) -> HttpResponse:
    now = timezone.now().isoformat(timespec="seconds")
    head: dict[str, Any] = {"type": "FeatureCollection", "timeStamp": now, "links": links}
    head |= {"numberReturned": len(page.items)}
    head |= {"numberMatched": page.matched} if page.matched is not None else {}
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [' + ",".join(page.items) + "]}"
    return HttpResponse(text, content_type=GEOJSON)


@answers
def item(request: Request, layer: str, parcel: str) -> HttpResponse:
    """One feature by its parcel id."""
    only(request, "datetime")
    visible, on = visible_versions(request, layer), day_of(request)
    for _, _, index in indexes_of(spoken(request.user, visible, on)):
        row = ground.row_of(index, parcel)
        if row is not None:
            (feature,) = features.geojson(layer, index, np.array([row]))
            links = [
                link(request, "self", request.get_full_path(), GEOJSON),
                link(request, "collection", reverse("ogc:collection", args=[layer])),
            ]
            note(request, "onemap.download", f"ogc:{layer}/{parcel}", on=on)
            return HttpResponse(f'{feature[:-1]},"links":{json.dumps(links)}}}', content_type=GEOJSON)
    raise Refused(f"No parcel {parcel} in {layer} on this day.", "NotFound", 404)


@answers
def api(request: Request) -> HttpResponse:
    """The addresses in OpenAPI 3.0."""
    only(request)
    server = request.build_absolute_uri(reverse("ogc:landing")).rstrip("/")
    return JsonResponse(description(server), content_type=OPENAPI)


app_name = "ogc"
urlpatterns = [
    path("", landing, name="landing"),
    path("api", api, name="api"),
    path("conformance", conformance, name="conformance"),
    path("collections", collections, name="collections"),
    path("collections/<str:layer>", collection, name="collection"),
    path("collections/<str:layer>/queryables", queryables, name="queryables"),
    path("collections/<str:layer>/items", items, name="items"),
    path("collections/<str:layer>/items/<path:parcel>", item, name="item"),
]
