"""Blocks tile by tile are those of the whole, whatever the tiles; only tiles that changed are computed again."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.formats import vector
from liangtian.planning.tiles import (
    BARRIER,
    CROSSABLE,
    FIELD,
    SHAPES,
    Ground,
    contiguous_by_tile,
    extents_of,
    links_of,
    merged,
    tiles_meeting,
    tiles_of,
)
from liangtian.space.contiguity import Between, contiguous
from liangtian.space.crs import to_measuring_plane
from liangtian.space.outlines import Outlines
from plain_union_find import union_find
from real_data import real_data


def scattered(seed: int, *, count: int = 90, limits: int = 1) -> Ground:
    """Fields, roads and canals of all sizes on negative and positive coordinates."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(-30, 30, (2, count)) * 10.0
    shapes = shapely.box(x, y, x + rng.integers(2, 30, count), y + rng.integers(2, 40, count))
    role = rng.choice([FIELD, CROSSABLE, BARRIER], count, p=[0.6, 0.3, 0.1])
    fields, crossable, barriers = (np.flatnonzero(role == each) for each in (FIELD, CROSSABLE, BARRIER))
    outlines = Outlines.of(shapes)
    limit = None if limits == 1 else rng.integers(0, limits, len(fields))
    return Ground(outlines, outlines.bounds, fields, crossable, barriers, 1.0, 16.0, limit)


def untiled(ground: Ground) -> list[int]:
    def shapes(at: np.ndarray) -> np.ndarray:
        return ground.outlines.polygons(at)

    barriers = np.concatenate([shapes(ground.barriers), ground.more_barriers])
    between = Between(ground.gap_m, ground.across_m, shapes(ground.crossable), barriers)
    return contiguous(ground.outlines.take(ground.fields), between, ground.limit).tolist()


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000), side_m=st.sampled_from([45.0, 111.0, 300.0, 5000.0]), limits=st.sampled_from([1, 3])
)
def test_groups_are_those_of_the_whole_whatever_the_side(seed: int, side_m: float, limits: int) -> None:
    ground = scattered(seed, limits=limits)
    assert contiguous_by_tile(ground, side_m=side_m).label.tolist() == untiled(ground)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), side_m=st.sampled_from([60.0, 150.0]))
def test_a_stranger_to_our_memory_finds_the_same(seed: int, side_m: float) -> None:
    """As an engine of many machines does it: rows of WKB by tile, in no order, links back, one union."""
    ground = scattered(seed)
    key = np.random.default_rng(seed).permutation(1000)[: len(ground.outlines)]
    at, tile = tiles_of(ground.bounds[ground.fields], ground.reach_m, side_m)
    extents = extents_of(tile, ground.bounds[ground.fields][at], ground.reach_m)
    rows = [(ground.fields[at], tile, FIELD)]
    for role, ones in ((CROSSABLE, ground.crossable), (BARRIER, ground.barriers)):
        met, where = tiles_meeting(extents, ground.bounds[ones], side_m)
        rows.append((ones[met], where, role))
    wkb = shapely.to_wkb(ground.outlines.polygons(np.arange(len(ground.outlines))))
    links = []
    for each in np.unique(tile)[::-1]:
        chosen = [(one, role) for ones, where, role in rows for one in ones[where == each][::-1]]
        table = {
            "key": [int(key[one]) for one, _ in chosen],
            "role": [role for _, role in chosen],
            "place": [None] * len(chosen),
            "geometry": [wkb[one] for one, _ in chosen],
        }
        links.append(links_of(pa.table(table, schema=SHAPES), gap_m=ground.gap_m, across_m=ground.across_m))
    together = pa.concat_tables(links)
    found = merged(key[ground.fields], together["one"].to_numpy(), together["other"].to_numpy())
    label = untiled(ground)
    lowest = {group: min(key[ground.fields][np.array(label) == group]) for group in set(label)}
    assert found.tolist() == [lowest[group] for group in label]


def test_limits_part_what_one_tile_finds() -> None:
    wkb = shapely.to_wkb(shapely.box([0, 10, 20], 0, [10, 20, 30], 10))
    table = pa.table([[1, 2, 3], [FIELD] * 3, [7, 7, None], wkb], schema=SHAPES)
    assert links_of(table, gap_m=0.0, across_m=0.0).to_pylist() == [{"one": 2, "other": 1}]


def test_only_tiles_that_changed_are_computed_again() -> None:
    ground, kept = rows_of_fields(), {}
    first = contiguous_by_tile(ground, side_m=100.0, kept=kept)
    again = contiguous_by_tile(ground, side_m=100.0, kept=kept)
    assert (first.tiles, first.computed, again.computed) == (13, 13, 0)
    moved = contiguous_by_tile(rows_of_fields(moved=150), side_m=100.0, kept=kept)
    assert (moved.tiles, moved.computed) == (13, 1)
    assert moved.label.tolist() == untiled(rows_of_fields(moved=150))
    assert again.label.tolist() == first.label.tolist()


@pytest.mark.parametrize("changed", ["gap", "limit", "barrier"])
def test_what_was_kept_under_another_rule_is_not_taken(changed: str) -> None:
    kept: dict[str, np.ndarray] = {}
    contiguous_by_tile(rows_of_fields(), side_m=100.0, kept=kept)
    other = rows_of_fields(**{changed: True})
    again = contiguous_by_tile(other, side_m=100.0, kept=kept)
    assert again.computed > 0
    assert again.label.tolist() == untiled(other)


def rows_of_fields(
    moved: int | None = None, *, gap: bool = False, limit: bool = False, barrier: bool = False
) -> Ground:
    """Fields of 18 m, 2 m apart, 60 in a row, 240 in all; one of them narrower than the others, if asked for."""
    place = np.arange(240)
    x, y = place % 60 * 20.0 + 11.0, place // 60 * 20.0 + 11.0
    shapes = shapely.box(x, y, x + 18.0, y + 18.0)
    if moved is not None:
        shapes[moved] = shapely.box(x[moved] + 4, y[moved] + 4, x[moved] + 14, y[moved] + 14)
    outlines, none = Outlines.of(shapes), np.empty(0, dtype=np.int64)
    fence = np.array([shapely.box(603, -5, 604, 400)]) if barrier else np.empty(0, dtype=object)
    return Ground(
        outlines, outlines.bounds, place, none, none, 3.0 if gap else 2.0, 0.0, place % 2 if limit else None, fence
    )


def test_work_can_be_ended_between_tiles() -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise Stop(total)

    with pytest.raises(Stop) as stopped:
        contiguous_by_tile(rows_of_fields(), side_m=100.0, progress=stop)
    assert stopped.value.args == (13,)


def test_no_fields_have_no_tiles() -> None:
    none = np.empty(0, dtype=np.int64)
    outlines = Outlines.of(np.array([shapely.box(0, 0, 1, 1)]))
    found = contiguous_by_tile(Ground(outlines, outlines.bounds, none, np.array([0]), none, 1.0, 16.0))
    assert (found.label.tolist(), found.tiles) == ([], 0)


@pytest.mark.parametrize(
    ("path", "gap_m", "side_m"),
    [
        (("clu_phillips_co", "clu_public_a_co095.shp"), 0.0, 2000.0),
        (("scotland_oa", "scotland_oa_partial.gpkg"), 3.0, 20_000.0),
    ],
)
def test_tiles_of_real_parcels_agree_with_a_union_find_over_what_touches(
    path: tuple[str, ...], gap_m: float, side_m: float
) -> None:
    features = vector.read(real_data(*path))
    plane, _ = to_measuring_plane(features.geometry, features.crs)
    parts = shapely.get_parts(plane)
    parts = parts[shapely.is_valid(parts)]
    outlines, none = Outlines.of(parts), np.empty(0, dtype=np.int64)
    fields = np.arange(len(parts))
    found = contiguous_by_tile(Ground(outlines, outlines.bounds, fields, none, none, gap_m, 0.0), side_m=side_m)
    assert found.tiles > 20
    assert found.label.tolist() == union_find(parts, gap_m)


@pytest.mark.parametrize("label", [[7, 7, 7], [-1, 0, 0], [1, 1, 1], [2, 1, 0]])
def test_what_no_tile_can_have_found_is_computed_anew(label: list[int]) -> None:
    """A file that was damaged where it is kept is not believed: it would join or part fields silently."""
    outlines, none = Outlines.of(shapely.box([100, 110, 140], 100, [110, 120, 150], 110)), np.empty(0, dtype=np.int64)
    ground = Ground(outlines, outlines.bounds, np.arange(3), none, none, 1.0, 0.0)
    kept: dict[str, np.ndarray] = {}
    right = contiguous_by_tile(ground, kept=kept)
    (digest,) = kept
    assert right.label.tolist() == [0, 0, 2]
    kept[digest] = np.array(label, dtype=np.int32)
    assert contiguous_by_tile(ground, kept=kept).label.tolist() == [0, 0, 2]
    assert kept[digest].tolist() == [0, 0, 2]
