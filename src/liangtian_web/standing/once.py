"""A call that changes something is done once for each key its caller gives it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection
from django.utils.translation import override
from ninja.responses import NinjaJSONEncoder

from liangtian_web.errors import StageRefused
from liangtian_web.ledger.proposing import Problems
from liangtian_web.ledger.turns import in_turn
from liangtian_web.people.requests import Request
from liangtian_web.standing.models import Answer

Read = TypeVar("Read")


def once(request: Request, key: str, asked: Any, work: Callable[[], tuple[int, dict[str, Any]]]) -> tuple[int, Any]:
    """Do `work` and keep its answer in one transaction; the same call under the same key gets the answer kept.

    A call that was refused leaves nothing behind, its key neither: it may be sent again when its cause is gone.

    Raises
    ------
    StageRefused : the key stands for another call
    """
    said = json.dumps([request.method, request.path, asked], sort_keys=True, default=str)
    digest = hashlib.sha256(said.encode()).hexdigest()

    def turn() -> tuple[int, Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [key, request.user.pk])
        if kept := Answer.objects.filter(user=request.user, key=key).first():
            if kept.digest != digest:
                raise StageRefused("api-key-reused", key=key)
            return kept.status, kept.body
        status, body = work()
        body = json.loads(json.dumps(body, cls=NinjaJSONEncoder))
        Answer.objects.create(user=request.user, key=key, digest=digest, status=status, body=body)
        return status, body

    return in_turn(turn)


def form_number(request: Request, key: str) -> UUID:
    """The number of the form that a person's key stands for."""
    return uuid5(NAMESPACE_URL, f"{request.user.pk} {key}")


def in_both(read: Callable[[], Read]) -> Read:
    """What `read` gives, its problems told in both languages.

    Raises
    ------
    Problems
    """
    try:
        with override("zh-hans"):
            return read()
    except Problems as error:
        chinese = error.problems
    try:
        with override("en"):
            return read()
    except Problems as error:
        raise Problems(chinese, error.problems) from None
