"""Groups of polygons found one after another, by GEOS's distances: slow and independent of everything tested by it."""

from __future__ import annotations

import numpy as np
import shapely


def union_find(shapes: np.ndarray, gap_m: float = 0.0) -> list[int]:
    """The position of the first polygon of each one's group; polygons no further apart than `gap_m` are together."""
    root = list(range(len(shapes)))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    predicate = {"predicate": "dwithin", "distance": gap_m} if gap_m else {"predicate": "intersects"}
    for one, other in zip(*shapely.STRtree(shapes).query(shapes, **predicate).tolist(), strict=True):
        low, high = sorted((find(one), find(other)))
        root[high] = low
    return [find(one) for one in range(len(shapes))]
