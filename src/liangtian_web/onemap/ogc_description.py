"""The OGC addresses in OpenAPI 3.0: every parameter, answer and refusal, and how one is let in."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from liangtian_web.onemap.ogc_request import LIMIT, LIMIT_MAX

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
GEOJSON, JSON, SCHEMA = "application/geo+json", "application/json", "application/schema+json"
Described = dict[str, Any]

REFUSALS = {
    "400": "A parameter is unknown or its value cannot be used.",
    "401": "Nobody is logged in.",
    "404": "There is no such thing, or not for this user on this day.",
    "405": "Nothing can be written here.",
    "409": "A snapshot that is needed is missing or altered.",
    "500": "A failure of the server.",
}
ADDRESSES: dict[str, tuple[str, str, tuple[str, ...], str, str]] = {
    "/": ("landing", "Where everything begins.", ("f",), "landing", JSON),
    "/api": ("api", "This description.", ("f",), "any", OPENAPI),
    "/conformance": ("conformance", "What is kept of the standard.", ("f",), "conformance", JSON),
    "/collections": ("collections", "The layers of a day.", ("datetime", "f"), "collections", JSON),
    "/collections/{layer}": ("collection", "One layer.", ("layer", "datetime", "f"), "collection", JSON),
    "/collections/{layer}/queryables": (
        "queryables",
        "The columns its parcels may be chosen by.",
        ("layer", "datetime", "f"),
        "any",
        SCHEMA,
    ),
    "/collections/{layer}/items": (
        "items",
        "Parcels, page after page.",
        ("layer", "limit", "bbox", "datetime", "after", "versions", "column", "f"),
        "features",
        GEOJSON,
    ),
    "/collections/{layer}/items/{parcel}": (
        "item",
        "One parcel.",
        ("layer", "parcel", "datetime", "f"),
        "feature",
        GEOJSON,
    ),
}


def description(server: str) -> Described:
    """The document; `server` is the address of the landing page, without a slash at its end."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Liangtian 良田: OGC API Features", "version": "1"},
        "servers": [{"url": server}],
        "security": [{"session": []}],
        "paths": {address: {"get": _operation(*told)} for address, told in ADDRESSES.items()},
        "components": {
            "parameters": _parameters(),
            "schemas": _schemas(),
            "responses": {code: _refusal(said, code) for code, said in REFUSALS.items()},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}},
        },
    }


def _operation(name: str, summary: str, parameters: tuple[str, ...], schema: str, media: str) -> Described:
    answer = {"description": summary, "content": {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}
    refusals = {code: {"$ref": f"#/components/responses/{code}"} for code in REFUSALS}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [{"$ref": f"#/components/parameters/{each}"} for each in parameters],
        "responses": {"200": answer, **refusals},
    }


def _refusal(said: str, code: str) -> Described:
    if code in ("405", "500"):
        return {"description": said}
    return {"description": said, "content": {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}}}


def _parameters() -> Described:
    text = {"type": "string"}
    numbers = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    limit = {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT}
    return {
        "layer": _in_path("layer", "Code of the layer, the collection's id."),
        "parcel": _in_path("parcel", "Id of the parcel."),
        "datetime": _query("datetime", text, "A day, a time, or an interval, whose end counts; today if left out."),
        "limit": _query("limit", limit, "Parcels on a page."),
        "bbox": _query("bbox", numbers, "West, south, east, north in degrees (CRS84); heights are ignored."),
        "after": _query("after", text, "Of a `next` link: where its page begins."),
        "versions": _query("versions", text, "Of a `next` link: the versions the walk began with."),
        "f": _query("f", {"type": "string", "enum": ["json", "geojson"]}, "The encoding; there is one."),
        "column": _query("column", {"type": "object"}, "Any column of the queryables, with the value wanted.", True),
    }


def _in_path(name: str, said: str) -> Described:
    return {"name": name, "in": "path", "required": True, "description": said, "schema": {"type": "string"}}


def _query(name: str, schema: Described, said: str, explode: bool = False) -> Described:
    about = {"name": name, "in": "query", "required": False, "description": said}
    return about | {"style": "form", "explode": explode, "schema": schema}


def _schemas() -> Described:
    text, links = {"type": "string"}, {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
    collections = {"type": "array", "items": {"$ref": "#/components/schemas/collection"}}
    features = {"type": "array", "items": {"$ref": "#/components/schemas/feature"}}
    count = {"type": "integer", "minimum": 0}
    return {
        "any": {"type": "object"},
        "exception": _object({"code": text, "description": text}, "code"),
        "link": _object({"href": text, "rel": text, "type": text}, "href", "rel"),
        "landing": _object({"title": text, "description": text, "links": links}, "links"),
        "conformance": _object({"conformsTo": {"type": "array", "items": text}}, "conformsTo"),
        "collections": _object({"links": links, "collections": collections}, "links", "collections"),
        "collection": _object(
            {"id": text, "title": text, "itemType": text, "extent": {"type": "object"}, "links": links}, "id", "links"
        ),
        "features": _object(
            {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": features,
                "links": links,
                "timeStamp": {"type": "string", "format": "date-time"},
                "numberMatched": count,
                "numberReturned": count,
            },
            "type",
            "features",
        ),
        "feature": _object(
            {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": text,
                "geometry": {"type": "object"},
                "properties": {"type": "object", "nullable": True},
                "links": links,
            },
            "type",
            "geometry",
            "properties",
        ),
    }


def _object(properties: Described, *required: str) -> Described:
    return {"type": "object", "required": list(required), "properties": properties}
