"""Which versions and uploads a user may see, and the version that counts on a day. Limited in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from liangtian.onemap import catalogue
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.index import Index
from liangtian.onemap.precedence import GROUND_COLUMNS, Claim, Share, shares
from liangtian_web.onemap.models import LayerVersion, Upload
from liangtian_web.people.models import Membership, Place, User
from liangtian_web.people.queries import places_for

BELOW = LayerVersion.Visibility.BELOW


def the_catalogue() -> Catalogue:
    """The catalogue of this installation."""
    return Catalogue(Path(settings.HOME))


def catalogue_for(user: User | AnonymousUser) -> Catalogue:
    """The catalogue with the versions the user may see, and no others."""
    return Catalogue(Path(settings.HOME), frozenset(versions_for(user).values_list("digest", flat=True)))


def versions_for(user: User | AnonymousUser) -> QuerySet[LayerVersion]:
    """Versions of the user's places and everything under them, and those a place above shares downwards."""
    if not user.is_authenticated:
        return LayerVersion.objects.none()
    mine = Q(place__in=places_for(user))
    shared = Q(place__in=places_above(user), visibility=BELOW)
    return LayerVersion.objects.filter(mine | shared).select_related("place")


def places_above(user: User) -> list[int]:
    """Ids of the places the user's own places lie in."""
    paths = Membership.objects.filter(user=user).values_list("place__path", flat=True)
    return [int(step) for path in paths for step in path.strip("/").split("/")[:-1]]


def versions_on(user: User | AnonymousUser, on: date, layer: str | None = None) -> list[LayerVersion]:
    """For each layer the newest visible version of each place, valid on the day; `spoken` says which ground is whose."""
    rows = versions_for(user).filter(on__lte=on)
    if layer is not None:
        rows = rows.filter(layer=layer)
    newest: dict[tuple[str, int], LayerVersion] = {}
    for version in rows.order_by("on", "recorded_at", "pk"):
        newest[version.layer, version.place_id] = version
    return list(newest.values())


def spoken(user: User | AnonymousUser, versions: Sequence[LayerVersion], on: date) -> list[tuple[LayerVersion, Share]]:
    """Each version with the ground it speaks for, where places publish the same layer one inside the other.

    Parameters
    ----------
    versions : in force together; layers that tell where places end are taken of the day where they are not among them
    """
    claims = [_claim(version) for version in versions]
    if len({claim.layer for claim in claims}) < len(claims):
        told = {version.layer for version in versions}
        others = [v for v in versions_on(user, on) if v.layer in GROUND_COLUMNS and v.layer not in told]
        claims += [_claim(version) for version in others]
    by_claim = {share.claim: share for layer in {v.layer for v in versions} for share in shares(layer, claims)}
    return [(version, by_claim[_claim(version)]) for version in versions]


def _claim(version: LayerVersion) -> Claim:
    return Claim(version.place.code or "", version.layer, version.digest)


def indexes_of(found: Iterable[tuple[LayerVersion, Share]]) -> list[tuple[LayerVersion, Share, Index]]:
    """The resident index of each share; a version that nothing is left to is out."""
    kept = the_catalogue()
    return [(version, share, index) for version, share in found if (index := kept.share(share)) is not None]


def entry_of(version: LayerVersion) -> catalogue.LayerVersion:
    """The catalogue's own entry of a version.

    Raises
    ------
    CatalogueError : the catalogue no longer has it
    """
    return the_catalogue().find(version.digest)


def index_of(version: LayerVersion) -> Index:
    """The resident index of a version; no catalogue entry is read."""
    return the_catalogue().index_of(version.digest)


def is_unsound(version: LayerVersion) -> bool:
    """Whether the snapshot is missing or altered, by the cheap look."""
    return the_catalogue().state(version.digest) in ("missing", "altered")


def uploads_for(user: User) -> QuerySet[Upload]:
    """Uploads of the user's places."""
    return Upload.objects.filter(place__in=places_for(user)).select_related("place", "uploader", "version", "job")


def publishing_places(user: User) -> QuerySet[Place]:
    """Where the user may publish layers: officers and administrators, places with a code."""
    return places_for(user, "officer", "admin").filter(code__isnull=False)
