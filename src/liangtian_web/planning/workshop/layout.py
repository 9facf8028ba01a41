"""Another layout of permanent basic farmland: what moves out and in, measured before and after."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Any

import numpy as np

from liangtian.check.blocks import plain_rule
from liangtian.check.library import layout_limits_on
from liangtian.errors import LayerInvalid
from liangtian.formats import vector
from liangtian.onemap.snapshot import ID
from liangtian.planning.exclusion import mostly_inside
from liangtian.planning.layer import layout_features, moves_of
from liangtian.planning.layout import Layout, adjusted
from liangtian.planning.parcels import Mask, Parcels
from liangtian.planning.program import Effort
from liangtian.space.crs import reproject
from liangtian_web.planning.workshop.bench import Bench, Shapes, collection, degrees
from liangtian_web.planning.workshop.blocks import said

BASIC = "YJJBNTTB"


def make(bench: Bench) -> dict[str, Any]:
    """The document of the answer, the moves parcel by parcel; shapes of what moves stand beside it."""
    bench.say(5, "read")
    found, land = bench.land()
    protected = mostly_inside(land, _basic(bench, land))
    limits = layout_limits_on(
        bench.on, bench.place, bench.values, grown_share=bench.number("grown_share") or Fraction(0)
    )
    named = {name: tuple(bench.asked.get(name, ())) for name in ("leaving", "kept", "barred")}
    bench.say(25, "solve")
    effort = Effort(float(bench.number("seconds") or 60), progress=lambda used, allowed: bench.say(25, "solve"))
    made = adjusted(land, protected, bench.rule(), limits, effort=effort, **named)
    bench.say(90, "draw")
    moves = moves_of(land, made)
    _draw(bench, land, (protected, made), moves)
    shares = {name: float(getattr(limits, name)) for name in ("added_share", "moved_share", "grown_share")}
    return asdict(made) | {
        "moves": moves,
        "limits": shares,
        "rule": plain_rule(bench.rule()),
        "notes": said(found.notes),
    }


def _basic(bench: Bench, land: Parcels) -> Shapes:
    versions = bench.catalogue.all_valid_on(bench.on).get(BASIC, ())
    indexes = bench.catalogue.indexes(BASIC, versions)
    if not indexes:
        raise LayerInvalid("layout-no-basic", on=bench.on.isoformat())
    return np.concatenate([reproject(each.geometry(np.arange(len(each))), each.crs, land.crs) for each in indexes])


def _draw(bench: Bench, land: Parcels, layout: tuple[Mask, Layout], moves: list[dict[str, Any]]) -> None:
    """What stays, what leaves and what comes, for the map; what moves as a layer."""
    protected, made = layout
    ids = np.array(land.attributes[ID].to_pylist(), dtype=object)
    way = np.where(protected, "stays", "")
    way = np.where(np.isin(ids, list(made.removed)), "out", np.where(np.isin(ids, list(made.added)), "in", way))
    parts = np.flatnonzero(way[land.owner] != "")
    shapes, owner = land.outlines.polygons(parts), land.owner[parts]
    marks = [{"role": role, "id": name} for role, name in zip(way[owner].tolist(), ids[owner].tolist(), strict=True)]
    drawn = degrees(shapes, land.crs, tolerance_m=0.3)
    (bench.folder / "shapes.json").write_text(collection(drawn, marks), "utf-8")
    if moves:  # no file holds a layer of nothing
        vector.write(layout_features(land, made), bench.folder / "layer.gpkg")
