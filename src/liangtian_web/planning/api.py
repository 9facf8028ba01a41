"""Planning for machines: the same forms and rights as the pages. An answer is made by the worker; ask until it is there."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from liangtian_web.balance.calls import Handed, Limit, form_data, page, taken
from liangtian_web.people.requests import Request
from liangtian_web.planning.forms import FORMS
from liangtian_web.planning.models import Block, Study
from liangtian_web.planning.queries import answer_of, planning_places, studies_for

router = Router(tags=["planning"])


class StudyOut(Schema):
    """A question and how far it is: `done`, or as its job says."""

    uuid: UUID
    kind: str
    name: str
    place: str = Field(alias="place.code")
    on: date
    state: str
    recorded_at: datetime
    asked: dict[str, Any]

    @staticmethod
    def resolve_state(study: Study) -> str:
        """Answered, or as the job stands."""
        if answer_of(study) is not None:
            return "done"
        return study.job.state if study.job else "waiting"


class StudyPage(Schema):
    """Studies, newest first; `before` asks for the next page and is null on the last."""

    studies: list[StudyOut]
    before: int | None


class BlockOut(Schema):
    """A block; areas in m²."""

    number: int
    id: str = Field(alias="ident")
    net_m2: float | None
    area_m2: float
    parcels: int
    size_class: str
    town: str
    grade: float | None
    about: dict[str, Any]


class StudyAsked(Handed):
    """The fields of a form by their names, and what is asked: `blocks`, `design` or `fragmentation`."""

    kind: str


@router.get("/studies", response=StudyPage, summary="Studies, newest first, a page at a time by key")
def studies(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """Those of the user's places."""
    found, more = page(studies_for(request.user), before, limit)
    return {"studies": found, "before": more}


@router.get("/studies/{uuid}", response=StudyOut, summary="A study and how far it is")
def study(request: Request, uuid: UUID) -> Any:
    """One study."""
    return _study(request, uuid)


@router.get("/studies/{uuid}/answer", summary="The answer of a study, byte for byte; 404 until it is there")
def answer(request: Request, uuid: UUID) -> HttpResponse:
    """The stored document."""
    found = answer_of(_study(request, uuid))
    if found is None:
        raise Http404
    return HttpResponse(found.result, content_type="application/json")


@router.get("/studies/{uuid}/blocks", response=list[BlockOut], summary="Blocks of an answer, largest first")
def blocks(request: Request, uuid: UUID, after: int = 0, limit: int = Limit) -> Any:
    """A page of blocks, those behind number `after`."""
    row = _study(request, uuid)
    return Block.objects.filter(answer__key=row.key, number__gt=after).defer("ids")[:limit]


@router.post("/studies", response={201: StudyOut}, summary="Ask; the very same question is not computed twice")
def ask(request: Request, asked: StudyAsked) -> Any:
    """Ask where the user may."""
    if not planning_places(request.user).exists():
        raise PermissionDenied
    if asked.kind not in FORMS:
        raise Http404
    data = form_data(asked.fields, UUID(int=0))
    made = taken(request, partial(FORMS[asked.kind], request.user, data))
    return Status(201, _study(request, made.uuid))


def _study(request: Request, uuid: UUID) -> Study:
    return get_object_or_404(studies_for(request.user), uuid=uuid)
