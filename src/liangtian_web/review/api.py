"""The JSON API of layers and checks. `/api/openapi.json` describes it; there is no page that loads scripts from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, NinjaAPI, Schema, Status
from ninja.errors import HttpError
from ninja.params.functions import Query
from ninja.security import django_auth
from pydantic import field_validator

from liangtian_web.onemap.boundaries import boundary_from
from liangtian_web.onemap.map_views import day_of
from liangtian_web.onemap.queries import versions_on
from liangtian_web.people.requests import Request
from liangtian_web.review import actions
from liangtian_web.review.api_refusals import answer_refusals
from liangtian_web.review.models import Run
from liangtian_web.review.queries import HEAVY, checking_places, runs_for
from liangtian_web.review.trial_api import router as trial
from liangtian_web.rulebook.api import router as rulebook
from liangtian_web.texts import unwritable

PAGE_MAX = 200
api = NinjaAPI(title="Liangtian 良田", version="1", auth=django_auth, docs_url=None, urls_namespace="api")
api.add_router("/rulebook", rulebook)
api.add_router("/rulebook", trial)


class Layer(Schema):
    """One version of a layer in force on a day."""

    layer: str
    place: str = Field(alias="place.code")
    on: date
    digest: str
    rows: int
    quality: str


class Check(Schema):
    """One check, without its findings."""

    uuid: UUID
    name: str
    kind: str
    on: date
    place: str = Field(alias="place.code")
    verdict: str
    area_m2: float
    rules_digest: str


class CheckPage(Schema):
    """Checks, newest first; `before` asks for the next page and is null on the last."""

    checks: list[Check]
    before: int | None


class Asked(Schema):
    """A boundary as GeoJSON in degrees (EPSG:4490), and the question about it."""

    name: str = Field(max_length=100)
    kind: str
    on: date
    place: str
    boundary: dict[str, Any]
    declared: dict[str, Any] = {}

    @field_validator("name", "place", "declared")
    @classmethod
    def writable(cls, value: Any) -> Any:
        """The database holds neither NUL nor halves of characters."""
        if any(map(unwritable, _texts(value))):
            raise ValueError("neither NUL nor half a surrogate pair is a character of a text")
        return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from (key, *_texts(each))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


answer_refusals(api)


@api.get("/layers", response=list[Layer], summary="Versions in force on a day (`on`, default the session's or today)")
def layers(request: Request, on: date | None = None) -> Any:
    """The versions the user may see."""
    return sorted(versions_on(request.user, on or day_of(request)), key=lambda v: (v.layer, v.place.path))


@api.get("/checks", response=CheckPage, summary="Checks, newest first, a page at a time by key")
def checks(request: Request, before: int | None = None, limit: int = Query(50, ge=1, le=PAGE_MAX)) -> Any:
    """The checks the user may see."""
    rows = runs_for(request.user).defer(*HEAVY)
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    return {"checks": found[:limit], "before": found[limit - 1].pk if len(found) > limit else None}


@api.get("/checks/{uuid}", summary="The result document of a check, byte for byte")
def check(request: Request, uuid: UUID, lang: str = "zh") -> HttpResponse:
    """The stored document."""
    run: Run = get_object_or_404(runs_for(request.user), uuid=uuid)
    return HttpResponse(run.result_en if lang == "en" else run.result, content_type="application/json")


@api.post("/checks", response={201: Check}, summary="Check a boundary")
def make_check(request: Request, asked: Asked) -> Any:
    """Make a check where the user may."""
    place = checking_places(request.user).filter(code=asked.place).first()
    if place is None:
        raise HttpError(403, "place")
    if asked.kind not in Run.Kind.values:
        raise HttpError(422, "kind: " + ", ".join(Run.Kind.values))
    boundary = boundary_from([], json.dumps(asked.boundary))
    question = actions.Asked(asked.name, asked.kind, asked.on, place, asked.declared)
    return Status(201, actions.check(request, boundary, question))
