"""The search box of the header: parcels, places, layers, checks and coordinates, of what the user may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext

from liangtian.errors import CatalogueError
from liangtian.messages import Language
from liangtian.onemap.layers import LAYERS
from liangtian.onemap.places import stem
from liangtian.onemap.precedence import Share
from liangtian_web.onemap import ground
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import indexes_of, spoken, versions_on
from liangtian_web.onemap.summary import box_of, summary, villages_in
from liangtian_web.onemap.templatetags.land import layer_name
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for
from liangtian_web.review.queries import HEAVY, runs_for
from liangtian_web.rulebook.naming import cited
from liangtian_web.rulebook.search import clauses_named

EACH_MAX = 6
PARCEL_DIGITS_MIN = 4
NAMING = ("XZQ", "CJDCQ", "DLTB")  # layers that name towns and villages, best first


@dataclass(frozen=True, slots=True)
class Found:
    """One thing a text found: its kind, what to say, where it is shown."""

    kind: str
    title: str
    about: str
    url: str


def find(user: User, text: str, on: date) -> list[Found]:
    """What a text finds, coordinates alone or else checks, places, layers and parcels."""
    if place := ground.coordinates(text):
        title = gettext("坐标 %(lon).6f, %(lat).6f") % {"lon": place[0], "lat": place[1]}
        return [Found(gettext("坐标"), title, "", on_the_map((*place, *place), on))]
    if len(text) < 2:
        return []
    held = spoken(user, versions_on(user, on), on)
    places: list[Found] = []
    parcels: list[Found] = []
    with suppress(CatalogueError):  # a missing snapshot is said on the page of layers; the rest is found all the same
        places = _places(user, text, [share for layer in NAMING for v, share in held if v.layer == layer], on)
        parcels = _parcels(text, held, on)
    layers = _layers(text, [version for version, _ in held])
    return [*_checks(user, text), *places, *layers, *parcels, *_clauses(text)]


def on_the_map(box: Iterable[float], on: date, **more: object) -> str:
    """The map's address, opened on a box in degrees."""
    asked = {"on": on.isoformat(), "go": ",".join(f"{v:.7f}" for v in box)} | more
    return f"{reverse('onemap:map')}?{urlencode(asked)}"


def _checks(user: User, text: str) -> Iterator[Found]:
    named = Q(name__icontains=text)
    with suppress(ValueError):
        named |= Q(uuid=UUID(text))
    for run in runs_for(user).filter(named).defer(*HEAVY)[:EACH_MAX]:
        about = f"{run.get_verdict_display()} · {run.place} · {run.on}"
        yield Found(gettext("检查"), run.name, about, reverse("review:run", args=[run.uuid]))


def _clauses(text: str) -> Iterator[Found]:
    """Clauses by number or title: what they say is searched on the rulebook's own page."""
    lang: Language = "en" if get_language() == "en" else "zh"
    for row in clauses_named(text, lang)[:EACH_MAX]:
        yield Found(gettext("条款"), cited(row["rule"], lang), row["said"], row["url"])


def _places(user: User, text: str, naming: list[Share], on: date) -> list[Found]:
    """Places of the user by name or code, then towns and villages only the visible layers name."""
    found: dict[str, Found] = {}
    for place in places_for(user).filter(Q(name__icontains=text) | Q(code__startswith=text), ~Q(code=None))[:EACH_MAX]:
        code = stem(place.code or "")
        if box := box_of(villages_in(naming, code)):
            about = f"{place.get_kind_display()} · {place.code}"
            found[code] = Found(gettext("地点"), place.name, about, on_the_map(box, on))
    for share in naming:
        for row in summary(share):
            code = stem(row.code)
            if len(found) < EACH_MAX and code not in found and (text in row.name or code.startswith(text)):
                about = f"{layer_name(share.claim.layer)} · {code}"
                found[code] = Found(gettext("地点"), row.name or code, about, on_the_map(row.box, on))
    return list(found.values())


def _layers(text: str, versions: list[LayerVersion]) -> Iterator[Found]:
    for version in versions:
        spec = LAYERS[version.layer]
        if any(text.lower() in word.lower() for word in (spec.code, spec.zh, spec.en)):
            about = gettext("%(place)s · 自 %(on)s 有效") % {"place": version.place, "on": version.on}
            url = f"{reverse('onemap:layers')}?{urlencode({'layer': version.layer})}"
            yield Found(gettext("图层"), f"{layer_name(version.layer)} {version.layer}", about, url)


def _parcels(text: str, held: list[tuple[LayerVersion, Share]], on: date) -> list[Found]:
    found: list[Found] = []
    if len(text) >= PARCEL_DIGITS_MIN and text.isascii():
        for version, _, index in indexes_of(held):
            hits = [hit for hit in ground.find(index, text) if hit.parcel]
            found += [_parcel(hit, version, on) for hit in hits[: EACH_MAX - len(found)]]
            if len(found) == EACH_MAX:
                break
    return found


def _parcel(hit: ground.Hit, version: LayerVersion, on: date) -> Found:
    about = " · ".join(each for each in (layer_name(version.layer), hit.note) if each)
    return Found(gettext("图斑"), hit.parcel, about, on_the_map(hit.box, on, version=version.pk, parcel=hit.parcel))
