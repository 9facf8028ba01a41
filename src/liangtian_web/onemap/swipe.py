"""The other side of a swiped map: the same layers on another day, or one layer in another version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import versions_for, versions_on
from liangtian_web.onemap.templatetags.land import layer_name
from liangtian_web.people.models import User
from liangtian_web.people.requests import number_in

CHOICES_MAX = 40


@dataclass(frozen=True, slots=True)
class Against:
    """What the other side shows: the day, what it is called, and the versions."""

    key: str
    on: date
    versions: list[LayerVersion]
    version: LayerVersion | None = None

    @property
    def word(self) -> str:
        """The layer and its version, or the day."""
        return f"{layer_name(self.version.layer)} {self.version.on}" if self.version else self.on.isoformat()


def against(user: User, asked: str, beside: list[LayerVersion]) -> Against | None:
    """What a permalink asks for: `2019-12-31` for a day, `v17` for a version among the rest of this side's layers."""
    if asked.startswith("v") and (number := number_in(asked[1:])) is not None:
        version = versions_for(user).filter(pk=number).first()
        if version is None:
            return None
        return Against(asked, version.on, [*(v for v in beside if v.layer != version.layer), version], version)
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return None
    return Against(asked, day, versions_on(user, day))


def vintage(versions: list[LayerVersion]) -> date | None:
    """Since when the land use of a side is valid: what tells two sides apart at a glance."""
    return max((version.on for version in versions if version.layer == "DLTB"), default=None)


def choices(user: User, beside: list[LayerVersion]) -> list[tuple[str, str]]:
    """Versions of the layers in view that are not the ones in view: address key and name."""
    shown = {version.pk for version in beside}
    others = versions_for(user).filter(layer__in={v.layer for v in beside}).exclude(pk__in=shown)
    return [(f"v{v.pk}", f"{layer_name(v.layer)} · {v.on} · {v.place}") for v in others[:CHOICES_MAX]]
