"""Columns that name people: masked on every page, opened for one parcel to whoever answers for its ground and says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from liangtian.onemap.index import Index
from liangtian.onemap.layers import LAYERS
from liangtian.onemap.places import lies_in
from liangtian_web.onemap import ground
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for

# The columns of any layer that name people: one of them may come with the file of another layer.
COLUMNS = {name: field for spec in LAYERS.values() for name, field in spec.fields.items() if field.personal}
MASK = "●●●"
PLACE_COLUMNS = ("ZLDWDM", "XZQDM")


@dataclass(frozen=True, slots=True)
class Value:
    """One attribute of a parcel as the panel shows it; a masked one shows that something is there, and no more."""

    name: str
    word: str
    value: Any
    masked: bool = False


def values(version: LayerVersion, index: Index, row: int, *, english: bool, revealed: bool = False) -> list[Value]:
    """The attributes of a parcel: the layer's own in their order, then those that name people.

    Columns neither the layer nor the list of personal columns knows may hold anything, and stay away.
    """
    known = {name: field for name, field in LAYERS[version.layer].fields.items() if not field.personal} | COLUMNS
    given = ground.attributes(index, row)
    return [
        Value(
            name,
            field.en if english else field.zh,
            MASK if name in COLUMNS and not revealed else given[name],
            masked=name in COLUMNS and not revealed,
        )
        for name, field in known.items()
        if given.get(name) not in (None, "")
    ]


def may_reveal(user: User, version: LayerVersion, index: Index, row: int) -> bool:
    """Whether the user is officer or administrator where the parcel lies: of its code's place, or of the layer's."""
    mine = places_for(user, "officer", "admin")
    if mine.filter(pk=version.place_id).exists():
        return True
    code = _code(index, row)
    return bool(code) and any(lies_in(code, own or "") for own in mine.values_list("code", flat=True))


def place_of(version: LayerVersion, index: Index, row: int) -> Place:
    """The nearest place a parcel lies in by its code, else that of the layer."""
    code = _code(index, row)
    found = Place.objects.filter(code__in={code[:digits] for digits in (12, 9, 6)} - {""})
    return max(found, key=lambda place: len(place.code or ""), default=version.place)


def _code(index: Index, row: int) -> str:
    codes = (str(index.column(name, np.array([row]))[0].as_py() or "") for name in PLACE_COLUMNS)
    return next((code[:12] for code in codes if code), "")
