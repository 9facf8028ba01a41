"""Towns and villages of the published layers as places a user can be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from liangtian.onemap.places import stem
from liangtian.onemap.precedence import Share
from liangtian_web.onemap.summary import Village, villages_in
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note

LAYERS = ("XZQ", "CJDCQ")
KINDS = {9: Place.Kind.TOWN, 12: Place.Kind.VILLAGE}  # by the digits of the code


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the layers' towns and villages."""

    towns: int
    villages: int
    kept: int


def take_places(who: Request | User | None, county: Place, shares: Iterable[Share]) -> Taken:
    """Make the places of a county that layers (of `LAYERS`) name and nobody has made yet; what is there stays as it is.

    Safe to repeat: a code is taken once, by whatever layer, and a name somebody changed is not changed back.
    """
    used = list(shares)
    named = {code: row.name for row in villages_in(used, county.code or "") if (code := _code(row)) and row.name}

    known = {place.code: place for place in Place.objects.filter(code__in=named.keys() | {code[:9] for code in named})}
    wanted = sorted(code for code in named if code not in known)  # a town's code sorts before its villages'

    with transaction.atomic():
        for code in wanted:
            above = known.get(code[:9], county) if len(code) == 12 else county
            known[code] = Place.objects.create(code=code, name=named[code], kind=KINDS[len(code)], parent=above)
        taken = Taken(sum(len(c) == 9 for c in wanted), sum(len(c) == 12 for c in wanted), len(named) - len(wanted))
        digests = " ".join(f"{share.claim.layer}:{share.claim.digest[:12]}" for share in used)
        note(who, "onemap.places", f"place:{county.pk} +{taken.towns} +{taken.villages} {digests}", place=county)
    return taken


def _code(row: Village) -> str:
    """The code without what only fills it up, if it is a town's or a village's."""
    code = stem(row.code)
    return code if code.isdecimal() and len(code) in KINDS else ""
