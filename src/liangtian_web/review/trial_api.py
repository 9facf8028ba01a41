"""A value on trial over the checks made, for machines."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request
from liangtian_web.review.trials import try_value
from liangtian_web.rulebook.values import tryable_names

router = Router(tags=["rulebook"])


class TrialIn(Schema):
    """A value to try: `value` as TOML writes it (`0.25`, `"11-30"`), in force from `since` on at a place or everywhere."""

    name: str
    value: str = Field(max_length=2000)
    since: date
    until: date | None = None
    place: str = ""


class Changed(Schema):
    """A check that would come out differently; an empty outcome: the obligation was not asked."""

    uuid: UUID
    name: str
    outcomes: dict[str, tuple[str, str]] = Field(description="rule → outcome before and after")


class TrialOut(Schema):
    """What a trial found among the newest checks the user may see; nothing is kept."""

    asked: int
    said: list[str]
    changed: list[Changed]


@router.post("/whatif", response=TrialOut, summary="Try a value over the checks made")
def whatif(request: Request, given: TrialIn, lang: Literal["zh", "en"] = "zh") -> Any:
    """Decide the user's checks again with one value changed."""
    if given.name not in tryable_names():
        raise Http404
    place = places_for(request.user).filter(code=given.place).first() if given.place else None
    if given.place and place is None:
        raise HttpError(403, "place")

    trial = try_value(request, given.dict() | {"place": place}, lang)

    changed = [
        {"uuid": run.uuid, "name": run.name, "outcomes": {rule: (before, after) for rule, before, after in each}}
        for run, each in trial.rows
    ]
    return {"asked": trial.asked, "said": trial.said, "changed": changed}
