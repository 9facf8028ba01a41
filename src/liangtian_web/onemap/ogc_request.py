"""What an OGC request asks, and how it is refused: one parameter one function, every refusal an OGC exception."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, datetime
from typing import Concatenate, ParamSpec, cast

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from liangtian.errors import LiangtianError
from liangtian.messages import render_error
from liangtian.onemap.layers import LAYERS
from liangtian_web.errors import status_of
from liangtian_web.onemap.features import Box
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import versions_for, versions_on
from liangtian_web.people.requests import Request

LIMIT, LIMIT_MAX = 100, 1000
DIGITS = 18  # of a whole number that may be asked with
P = ParamSpec("P")


class Refused(Exception):
    """What is asked cannot be answered: status, code and sentence of an OGC exception."""

    def __init__(self, description: str, code: str = "InvalidParameterValue", status: int = 400) -> None:
        super().__init__(description)
        self.said, self.status = {"code": code, "description": description}, status


def answers(
    view: Callable[Concatenate[Request, P], HttpResponse],
) -> Callable[Concatenate[Request, P], HttpResponse]:
    """Read only, and every refusal in JSON."""

    @require_safe
    @functools.wraps(view)
    def answered(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return JsonResponse(refused.said, status=refused.status)
        except LiangtianError as error:
            said = {"code": error.code, "description": render_error(error, lang="en")}
            return JsonResponse(said, status=status_of(error))

    return cast(Callable[Concatenate[Request, P], HttpResponse], answered)


def link(request: Request, rel: str, address: str, media: str = "application/json") -> dict[str, str]:
    """A link of an answer."""
    return {"rel": rel, "type": media, "href": request.build_absolute_uri(address)}


def only(request: Request, *known: str) -> None:
    """Refuse a parameter nobody knows: an answer that ignores a filter would be wrong."""
    unknown = sorted(set(request.GET) - set(known) - {"f"})
    if unknown:
        raise Refused(f"Unknown parameter: {', '.join(unknown)}. Known: {', '.join(sorted({*known, 'f'}))}.")
    if request.GET.get("f", "json") not in ("json", "geojson"):
        raise Refused("f: only json is served.")


def day_of(request: Request) -> date:
    """The business date of `datetime`: an instant, or the end of an interval."""
    text = request.GET.get("datetime")
    if text is None:
        return timezone.localdate()
    start, slash, end = text.partition("/")
    try:
        first, last = (_instant(part) for part in (start, end if slash else start))
    except (ValueError, OverflowError):
        raise Refused("datetime: a day (2024-06-01), a time (2024-06-01T00:00:00Z) or an interval of them.") from None
    if (first is None and not slash) or (first and last and first > last):
        raise Refused("datetime: an interval runs from its earlier end to its later one.")
    return last or timezone.localdate()


def _instant(text: str) -> date | None:
    if text in ("", ".."):
        return None
    if len(text) == 10:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return (timezone.localtime(moment) if timezone.is_aware(moment) else moment).date()


def visible_versions(request: Request, layer: str) -> list[LayerVersion]:
    """The versions of a layer the user may see: those a `next` link names, else those of the day, in order."""
    if layer not in LAYERS:
        raise Refused("No such collection.", "NotFound", 404)
    named = request.GET.get("versions")
    if named is None:
        versions = sorted(versions_on(request.user, day_of(request), layer), key=lambda v: v.pk)
    else:
        pks = [int(pk) for pk in named.split(",") if pk.isdecimal() and len(pk) <= DIGITS]
        versions = list(versions_for(request.user).filter(pk__in=pks, layer=layer).order_by("pk"))
    if not versions:
        raise Refused(f"No collection {layer} to be seen on this day.", "NotFound", 404)
    return versions


def boxes_of(text: str | None) -> tuple[Box, ...]:
    """The box of `bbox`, heights left out; two where it crosses the antimeridian, none where nothing is asked."""
    if text is None:
        return ()
    try:
        n = [float(part) for part in text.split(",")]
    except ValueError:
        n = []
    if len(n) == 6:
        n = [n[0], n[1], n[3], n[4]]
    if len(n) != 4 or not (abs(n[0]) <= 180 and abs(n[2]) <= 180 and -90 <= n[1] <= n[3] <= 90):
        raise Refused("bbox: west,south,east,north in degrees (CRS84).")
    west, south, east, north = n
    if west <= east:
        return ((west, south, east, north),)
    return (west, south, 180.0, north), (-180.0, south, east, north)


def limit_of(text: str) -> int:
    """How many on a page; more than the most there can be gives the most."""
    if not text.isdecimal() or not text.strip("0"):
        raise Refused(f"limit: a whole number from 1; more than {LIMIT_MAX} gives {LIMIT_MAX}.")
    return min(int(text), LIMIT_MAX) if len(text) <= DIGITS else LIMIT_MAX


def after_of(text: str) -> tuple[int, int]:
    """Version and row a page goes on behind."""
    version, dot, row = text.partition(".")
    if not (dot and version.isdecimal() and row.isdecimal() and max(len(version), len(row)) <= DIGITS):
        raise Refused("after: taken from a `next` link, never made up.")
    return int(version), int(row)
