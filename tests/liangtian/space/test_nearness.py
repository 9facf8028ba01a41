"""What extents alone tell of polygons: no pair in reach is missed, whatever the sizes, and no bound exceeds a distance."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.space.contiguity import Between, contiguous
from liangtian.space.nearness import clearance, near_boxes
from liangtian.space.outlines import Outlines
from plain_union_find import union_find

MILLIMETRE = 0.001


def boxes_of(seed: int, *, count: int, sizes: str) -> np.ndarray:
    """Boxes in the coordinates of a zone, on a lattice of half metres so that many just touch the reach."""
    rng = np.random.default_rng(seed)
    low = np.array([40_512_000.0, 3_370_000.0]) + rng.integers(0, 200, (count, 2)) / 2
    size = {
        "alike": rng.integers(0, 20, (count, 2)) / 2,
        "flat": rng.integers(0, 400, (count, 2)) * np.array([0.5, 0.0]),
        "tall": rng.integers(0, 400, (count, 2)) * np.array([0.0, 0.5]),
        "one huge": np.where(np.arange(count)[:, None] == 0, 5000.0, rng.integers(0, 4, (count, 2)) / 2),
    }[sizes]
    return np.hstack([low, low + size])


def away(boxes: np.ndarray) -> np.ndarray:
    """Distance of all boxes from all in x or in y, whichever is greater."""
    a, b = boxes[:, None], boxes[None]
    distance: np.ndarray = np.maximum(a[..., :2] - b[..., 2:], b[..., :2] - a[..., 2:]).max(axis=2)
    return distance


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(0, 60),
    reach_m=st.sampled_from([0.0, 0.5, 5.0, 300.0]),
    sizes=st.sampled_from(["alike", "flat", "tall", "one huge"]),
)
def test_no_pair_of_boxes_in_reach_is_missed(seed: int, count: int, reach_m: float, sizes: str) -> None:
    boxes = boxes_of(seed, count=count, sizes=sizes)
    label = np.random.default_rng(seed + 1).integers(0, 9, count)
    one, other = near_boxes(boxes, reach_m, label)
    found = list(zip(one.tolist(), other.tolist(), strict=True))
    distance = away(boxes)
    wanted = {(a, b) for a in range(count) for b in range(a) if label[a] != label[b] and distance[a, b] <= reach_m}
    assert len(found) == len(set(found))
    assert {(b, a) for a, b in found} >= wanted
    assert all(a < b and label[a] != label[b] and distance[a, b] <= reach_m + MILLIMETRE for a, b in found)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_lies_between_at_least_is_no_more_than_the_distance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hubs = shapely.points(40_512_000 + rng.uniform(0, 90, 40), 3_370_000 + rng.uniform(0, 90, 40))
    shapes = shapely.buffer(hubs, rng.uniform(1, 20, 40), quad_segs=2)
    shapes[::3] = shapely.difference(shapes[::3], shapely.buffer(hubs[::3], 0.5))
    one, other = np.divmod(np.arange(1600), 40)
    bound = clearance(Outlines.of(shapes), one, other)
    assert (bound <= shapely.distance(shapes[one], shapes[other]) + 1e-7).all()
    assert (np.sign(bound[one == other]) == -1).all()


def test_diagonals_tell_apart_what_lies_in_one_box() -> None:
    slope = np.array([shapely.Polygon([(0, 0), (30, 30), (30, 36), (0, 6)])])
    below = np.array([shapely.Polygon([(10, 0), (30, 20), (30, 0)])])
    bound = clearance(Outlines.of(np.concatenate([slope, below])), np.array([0]), np.array([1]))
    assert bound[0] == pytest.approx(10 / np.sqrt(2))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), gap_m=st.sampled_from([0.0, 2.0, 5.0]))
def test_slanting_fields_hang_together_as_a_plain_union_find_says(seed: int, gap_m: float) -> None:
    """Parallelograms between slanting ditches, some overlapping, some in holes of others, in any order."""
    rng = np.random.default_rng(seed)
    x, y, lean = rng.integers(0, 120, 70), rng.integers(0, 120, 70), rng.integers(-15, 16, 70)
    wide, tall = rng.integers(3, 25, (2, 70))
    corners = np.stack([x, y, x + wide, y, x + wide + lean, y + tall, x + lean, y + tall], axis=1)
    fields = shapely.polygons(corners.reshape(70, 4, 2).astype(np.float64))
    rings = shapely.box(20, 20, 90, 90) - shapely.box(30, 30, 80, 80)
    fields = np.append(fields, rings)[rng.permutation(71)]
    assert contiguous(Outlines.of(fields), Between(gap_m=gap_m)).tolist() == union_find(fields, gap_m)
