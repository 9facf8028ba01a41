"""Farmland of a place, unit by unit: what stands behind the figures of the home page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from liangtian.onemap.places import stem
from liangtian_web.home.search import on_the_map
from liangtian_web.onemap.summary import Total, Village, box_of, shares_on, total, villages_in
from liangtian_web.people.models import Place, User

BELOW = {4: 6, 6: 9, 9: 12, 12: 12}  # digits of a code → digits of the next level down


@dataclass(frozen=True, slots=True)
class Row:
    """One unit: sums by the land-use layer, permanent basic farmland (net m²; None where unpublished), its map."""

    code: str
    name: str
    place: Place | None
    land: Total
    basic_m2: float | None
    url: str


def rows(user: User, place: Place, on: date) -> list[Row]:
    """The units one level below a place, by code; none without layers or for a place without a code."""
    if not place.code:
        return []
    digits = BELOW.get(len(stem(place.code)), 12)
    land, basic = (_units(user, place.code, on, layer, digits) for layer in ("DLTB", "YJJBNTTB"))
    names = _names(user, place.code, on)
    places = {each.code: each for each in Place.objects.filter(code__in=[code.ljust(6, "0") for code in land])}
    return [
        Row(
            code,
            str(known) if (known := places.get(code.ljust(6, "0"))) else names.get(code, ""),
            known,
            total(villages),
            total(basic[code]).net_m2 if basic else None,
            on_the_map(box_of(villages) or (), on),
        )
        for code, villages in sorted(land.items())
    ]


def _units(user: User, code: str, on: date, layer: str, digits: int) -> defaultdict[str, list[Village]]:
    """Villages by the unit they lie in."""
    found: defaultdict[str, list[Village]] = defaultdict(list)
    for village in villages_in(shares_on(user, on, layer), code):
        found[village.code[:digits]].append(village)
    return found


def _names(user: User, code: str, on: date) -> dict[str, str]:
    """What the layers call towns and villages, by code."""
    naming = shares_on(user, on, "DLTB", "CJDCQ", "XZQ")
    return {stem(row.code): row.name for row in villages_in(naming, code)}


def sums(found: list[Row]) -> dict[str, float | None]:
    """The totals row."""
    basics = [row.basic_m2 for row in found if row.basic_m2 is not None]
    return {
        "parcels": sum(row.land.parcels for row in found),
        "area_m2": sum(row.land.area_m2 for row in found),
        "farmland_m2": sum(row.land.farmland_m2 for row in found),
        "paddy_m2": sum(row.land.paddy_m2 for row in found),
        "basic_m2": sum(basics) if basics else None,
    }


def table(found: list[Row]) -> tuple[list[str], list[list[object]]]:
    """Headings and cells of the export, areas in m²."""
    heads = [gettext("代码"), gettext("名称"), gettext("图斑"), gettext("面积(m²)"), gettext("耕地(m²)"),
             gettext("水田(m²)"), gettext("永久基本农田(m²)")]  # fmt: skip
    cells: list[list[object]] = [
        [row.code, row.name, row.land.parcels, *(_m2(v) for v in (row.land.area_m2, row.land.farmland_m2, row.land.paddy_m2, row.basic_m2))]
        for row in found
    ]  # fmt: skip
    return heads, cells


def _m2(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.2f}")
