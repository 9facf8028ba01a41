"""Blocks of a place: figures of each, composition, outlines."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.check.blocks import TILES, doubts, inclusions, plain_rule, rows_of
from liangtian.finding import Finding
from liangtian.formats import vector
from liangtian.messages import render
from liangtian.onemap.snapshot import ID
from liangtian.planning.blocks import Blocks, blocks_of
from liangtian.planning.layer import as_features, outlines_of
from liangtian.planning.parcels import Ints
from liangtian.units import m2_from_dm2
from liangtian_web.planning.workshop.bench import Bench, collection, degrees

OUTLINE_M = 0.5  # what the outlines of the map are thinned out by


def make(bench: Bench) -> dict[str, Any]:
    """The document of the answer; outlines go to `shapes.json` (for the map) and `layer.gpkg` (exact)."""
    bench.say(5, "read")
    found, land = bench.land()
    rule = bench.rule()
    bench.say(20, "join")
    made = blocks_of(land, rule, digits=bench.digits, kept=bench.catalogue.kept(TILES))
    bench.say(60, "measure")
    shown = made.at_least(bench.number("least_mu") or Fraction(0))
    rows = rows_of(made, shown, bench.on)
    bench.say(70, "draw")
    features = as_features(made, outlines_of(made, rule, shown))
    vector.write(features, bench.folder / "layer.gpkg")
    bench.say(85, "compose")
    _compose(made, rows, features.geometry)
    drawn = degrees(features.geometry, land.crs, tolerance_m=OUTLINE_M)
    for row, box in zip(rows, shapely.bounds(drawn).round(7).tolist(), strict=True):
        row["box"] = box
    marks = [{"n": n, "id": row["id"], "size": row["size_class"] or ""} for n, row in enumerate(rows, start=1)]
    (bench.folder / "shapes.json").write_text(collection(drawn, marks), "utf-8")
    return {
        "blocks": rows,
        "count": len(made),
        "net_m2": m2_from_dm2(int(made.net_dm2.sum())),
        "area_m2": m2_from_dm2(int(made.area_dm2.sum())),
        "sizes": _sizes(made),
        "rule": plain_rule(rule),
        "notes": said([*found.notes, *doubts(made)]),
    }


def said(notes: list[Finding]) -> list[dict[str, Any]]:
    """What is doubtful about the land, in both languages."""
    return [{"rule": note.rule, "zh": render(note), "en": render(note, lang="en")} for note in notes]


def _sizes(made: Blocks) -> list[dict[str, Any]]:
    """How many blocks of all reach each size, and their ground together."""
    counts = [(size, made.at_least(Fraction(size))) for size in (10_000, 1_000, 100)]
    return [
        {"mu": size, "count": count, "net_m2": m2_from_dm2(int(made.net_dm2[:count].sum()))} for size, count in counts
    ]


def _compose(made: Blocks, rows: list[dict[str, Any]], outlines: Any) -> None:
    """Add classes, towns, enclosed other land and parcels to the rows."""
    first = len(rows)
    if not first:
        return
    classes = _by_text(made, made.parcels.text("DLBM"), first)
    towns = _by_text(made, pc.utf8_slice_codeunits(pc.fill_null(made.parcels.text("ZLDWDM"), ""), 0, 9), first)
    others = inclusions(made, outlines)
    ids = _ids(made, first)
    for row, code, town, other, names in zip(rows, classes, towns, others, ids, strict=True):
        row["classes"], row["towns"], row["others"], row["ids"] = code, town, other, names


def _by_text(made: Blocks, column: pa.ChunkedArray, first: int) -> list[list[dict[str, Any]]]:
    """Net area of each of the first blocks by the value of a column, largest part first."""
    encoded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    code = np.asarray(encoded.indices)[made.parcels.owner[made.parts]]
    at = made.block < first
    sums = np.bincount(
        made.block[at] * len(names) + code[at], weights=made.part_net_dm2[at], minlength=first * len(names)
    ).astype(np.int64).reshape(first, len(names))  # fmt: skip
    return [_largest(row, names) for row in sums]


def _largest(sums_dm2: Ints, names: list[str]) -> list[dict[str, Any]]:
    order = [n for n in np.lexsort((np.arange(len(names)), -sums_dm2)).tolist() if sums_dm2[n]]
    return [{"code": names[n], "net_m2": m2_from_dm2(int(sums_dm2[n]))} for n in order]


def _ids(made: Blocks, first: int) -> list[list[str]]:
    """Parcels of each of the first blocks."""
    at = np.flatnonzero(made.block < first)
    order = at[np.argsort(made.block[at], kind="stable")]
    rows = made.parcels.owner[made.parts[order]]
    names = np.array(made.parcels.attributes[ID].take(pa.array(rows)).to_pylist(), dtype=object)
    ends = np.searchsorted(made.block[order], np.arange(1, first))
    return [sorted(set(part.tolist())) for part in np.split(names, ends)]
