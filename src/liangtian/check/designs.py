"""Designs of blocks for whoever asks: the land that may not be touched and why, and the document of a design."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np

from liangtian.finding import Finding, Outcome
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.places import lies_in
from liangtian.planning import exclusion
from liangtian.planning.design import Design
from liangtian.planning.parcels import Parcels
from liangtian.space.crs import reproject
from liangtian.units import m2_from_dm2

FORBIDDEN = ("STBHHX", "CZKFBJ")  # ground inside the ecological red line and the urban boundary
Reasons = tuple[str, Sequence[str]]


def control_lines(
    land: Parcels, catalogue: Catalogue, on: date, place: str | None, *, layers: Sequence[str] = FORBIDDEN
) -> list[Reasons]:
    """Parcels that reach into a published control line in force on a day, a reason for each line and version."""
    versions = catalogue.all_valid_on(on)
    found: list[Reasons] = []
    for name in layers:
        used = [
            v for v in versions.get(name, ()) if place is None or lies_in(place, v.place) or lies_in(v.place, place)
        ]
        for index in catalogue.indexes(name, used):
            shapes = reproject(index.geometry(np.arange(len(index))), index.crs, land.crs)
            found.append((name, exclusion.reaching_into(land, shapes)))
    return found


def lines_missing(
    catalogue: Catalogue, on: date, place: str | None, *, layers: Sequence[str] = FORBIDDEN
) -> list[Finding]:
    """Control lines that nobody has published for the whole place: what lies inside them is not left alone there."""
    versions = catalogue.all_valid_on(on)
    return [
        Finding("DES-01", Outcome.UNKNOWN, "design-no-layer", {"layer": name, "place": place or "—"})
        for name in layers
        if not any(place is None or lies_in(place, version.place) for version in versions.get(name, ()))
    ]


def first_reasons(found: Iterable[Reasons]) -> dict[str, str]:
    """Reasons by parcel; the first that holds."""
    reasons: dict[str, str] = {}
    for reason, names in found:
        for name in names:
            reasons.setdefault(name, reason)
    return reasons


def data(made: Design) -> dict[str, Any]:
    """A design as the JSON document has it; areas are Decimal m², money whole fen."""
    short = made.shortfall
    return {
        "block_m2": m2_from_dm2(made.need.block_dm2),
        "count": made.need.count,
        "cost_fen": made.cost_fen,
        "bound_fen": made.bound_fen,
        "gap": float(made.gap),
        "proven": made.proven,
        "greedy_fen": made.greedy_fen,
        "blocks_m2": [m2_from_dm2(each) for each in made.outcome.blocks_dm2],
        "largest_m2": m2_from_dm2(made.outcome.largest_dm2),
        "gain_m2": m2_from_dm2(made.outcome.gain_dm2),
        "conversions": [
            {name: getattr(row, name) for name in row.__slots__}  # one row a piece, as the dataclass names it
            for row in made.conversions
        ],
        "shortfall": None
        if short is None
        else {
            "cause": short.cause,
            "reach_m2": short.reach_m2,
            "reaching": short.reaching,
            "cheapest_fen": short.cheapest_fen,
            "exclusions": [{name: getattr(each, name) for name in each.__slots__} for each in short.exclusions],
        },
    }
