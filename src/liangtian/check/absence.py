"""What a check could not measure, each fact with the one cause; absence of a layer is never absence of an overlap.

The causes stand with the facts as `unmeasured` (`policy/dictionary/project.toml`), and are worded by
`policy.unmeasured` in every finding that lacks the fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.places import lies_in

LAND_FACTS = (
    "contiguous_farmland_max_m2",
    "farmland_m2",
    "farmland_quantity_m2",
    "paddy_m2",
    "capacity_kg",
    "new_construction_m2",
    "required_by_place",
    "farmland_parcels",
)
VILLAGE_FACTS = ("villages", "whole_villages", "villages_adjacent")
ON_LINE = {"YJJBNTTB": "basic_farmland", "YJJBNTSFQ": "demonstration_zone", "STBHHX": "red_line"}
OUTSIDE_LINE = {"CZKFBJ": "outside_urban_boundary_m2", "KZBJ": "outside_expansion_boundary_m2"}
NEW_OUTSIDE = "new_construction_outside_expansion_m2"
_SUMS = tuple(name for name in LAND_FACTS if name != "farmland_parcels")  # ids that were found stay found

Facts = dict[str, Any]
Cause = Mapping[str, object]  # a row of `unmeasured` without its fact
Versions = Mapping[str, Sequence[LayerVersion]]


def miss(facts: Facts, names: Iterable[str], cause: str | Cause) -> None:
    """Make facts unknown; a fact keeps the first cause it was given."""
    names, cause = tuple(names), {"cause": cause} if isinstance(cause, str) else cause
    told = {row["fact"] for row in facts["unmeasured"]}
    rows = tuple({"fact": name, **cause} for name in names if name not in told)
    facts.update(dict.fromkeys(names), unmeasured=(*facts["unmeasured"], *rows))


@dataclass(frozen=True, slots=True)
class Published:
    """What was published for the ground asked about.

    Attributes
    ----------
    versions : those the check uses
    counties : codes of the places the ground lies in; none where neither parcels nor the question tell
    zone : the functional zone asked for, whose layers speak for its ground, if it is one
    """

    catalogue: Catalogue
    versions: Versions
    counties: tuple[str, ...]
    on: date
    zone: str = ""

    def lacking(self, layer: str) -> tuple[str, ...]:
        """The counties no version of a layer was published for."""
        places = [version.place for version in self.versions.get(layer, ())]
        if self.zone in places:
            return ()
        return tuple(county for county in self.counties if not any(lies_in(county, place) for place in places))

    def cause(self, layer: str) -> Cause:
        """Why a layer says nothing here: never published, for others only, from later on only, or not chosen."""
        entries = [version for version in self.catalogue.entries() if version.layer == layer]
        lacking = self.lacking(layer)
        own = [v for v in entries if any(lies_in(county, v.place) for county in lacking)] if lacking else entries
        if not entries:
            return {"cause": "layer-never", "layer": layer}
        if not own:
            return {
                "cause": "layer-elsewhere",
                "layer": layer,
                "places": _listed(lacking),
                "elsewhere": _places(entries),
            }
        since = min(date.fromisoformat(version.on) for version in own)
        if since <= self.on:
            return {"cause": "layer-not-chosen", "layer": layer, "places": _places(own)}
        return {"cause": "layer-later", "layer": layer, "places": _places(own), "since": since}


def _listed(places: Iterable[str]) -> str:
    return "、".join(sorted(set(places)))


def _places(versions: Iterable[LayerVersion]) -> str:
    return _listed(version.place for version in versions)


def doubt_unpublished(facts: Facts, tables: dict[str, Any], published: Published, tolerance_m2: Fraction) -> None:
    """What a layer was not published for, here and on the day, is unknown: nowhere, or not for some of the counties.

    An overlap that was found stays found, and so does ground outside a line beyond the counties that lack it.
    """
    for layer, name in ON_LINE.items():
        if not published.versions.get(layer) or (published.lacking(layer) and not facts[f"{name}_overlap_m2"]):
            parts = (f"{name}_{part}" for part in ("overlap_m2", "touching_m2", "parcels"))
            miss(facts, parts, published.cause(layer))
            tables[name] = dict.fromkeys(("overlap_m2", "net_m2", "touching_m2"))
    for layer, name in OUTSIDE_LINE.items():
        lacking = published.lacking(layer)
        ground = Fraction(sum(row["area_m2"] for row in tables["places"] if row["code"] in lacking))
        if not published.versions.get(layer) or (lacking and 0 < facts[name] <= ground + tolerance_m2):
            names = (name, NEW_OUTSIDE) if layer == "KZBJ" else (name,)
            miss(facts, names, published.cause(layer))
            tables[name] = None
    if not published.versions.get("CJDCQ") or published.lacking("CJDCQ"):
        miss(facts, VILLAGE_FACTS, published.cause("CJDCQ"))


def doubt_land(facts: Facts, tables: Mapping[str, Any], published: Published, tolerance_m2: Fraction) -> None:
    """Ground that no parcel covers may be anything: what was measured to be nothing there is unknown, not zero.

    An overlap that was found stays found; the tables keep what was measured.
    """
    uncovered: Decimal | None = tables["uncovered_m2"]
    if uncovered is None or (not tables["classes"] and published.lacking("DLTB")):
        miss(facts, (*LAND_FACTS, NEW_OUTSIDE), published.cause("DLTB"))
    elif uncovered >= tolerance_m2:
        nothing = (f"{name}_overlap_m2" for name in ON_LINE.values())
        doubtful = [name for name in nothing if facts[name] is not None and not facts[name]]
        miss(facts, (*_SUMS, NEW_OUTSIDE, *doubtful), {"cause": "ground-uncovered", "area_m2": uncovered})


def doubt_unread(facts: Facts) -> None:
    """Plots that could not be read may be any ground: sums and what was found to be nothing are unknown.

    An overlap that was found stays found; the tables, and `boundary_m2`, keep what was measured of the plots read.
    """
    lines = (*(f"{name}_overlap_m2" for name in ON_LINE.values()), *OUTSIDE_LINE.values())
    nothing = [name for name in lines if not facts[name]]
    miss(facts, (*_SUMS, NEW_OUTSIDE, *VILLAGE_FACTS, *nothing), "plots-unread")
