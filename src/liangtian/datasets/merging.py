"""Valid parcels none of which is smaller than the survey maps: small ones join a neighbour, folds are taken back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.datasets.landuse import CODES
from liangtian.datasets.mesh import Cells, Mesh, components, group_cells, trace_polygons
from liangtian.onemap.landclass import min_mapped_m2

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LIKE_TO_LIKE = 4.0
"""How much more a road or stream is drawn to another, and land to land, than their common boundary says."""


def settle_parcels(
    mesh: Mesh, cells: Cells, label: Ints, ground: tuple[Floats, Floats], rng: np.random.Generator
) -> tuple[npt.NDArray[np.object_], Ints]:
    """Polygons that are all valid and none below the survey's smallest area, and their head cells.

    `ground` is where the vertices lie, softened and as bent; `cells` take the class of the parcel they join.
    """
    soft, plain = ground
    smallest = min_mapped_m2(list(CODES)) * 1.02
    for attempt in range(12):
        geometry, heads = trace_polygons(mesh, label, soft)
        area = shapely.area(geometry)
        folded = ~shapely.is_valid(geometry) | (area < 1.0) | ~shapely.is_ccw(shapely.get_exterior_ring(geometry))
        bad = heads[folded]
        small = area < smallest[cells["code"][heads]]
        if attempt > 1:
            small |= folded  # crossed even as bent: the crossing goes when the neighbours become one
        if len(bad):
            # Where bending and smoothing together fold a boundary, keep it as it was bent.
            sides = np.isin(label[mesh.left], bad) | np.isin(label[mesh.right], bad)
            corners = np.unique(np.concatenate([mesh.start[sides], mesh.end[sides]]))
            soft[corners] = plain[corners]
        if small.any():
            # A union that would touch itself in a point falls apart again: then chance finds another neighbour.
            wilful = np.ones(len(heads)) if attempt < 2 else rng.uniform(0.05, 1.0, len(heads))
            one, other = _best_neighbours(mesh, cells, label, soft, heads=heads, small=small, weight=wilful)
            label = _joined(mesh, cells, label, components(len(heads), one, other), heads=heads, area=area)
        elif not len(bad):
            # Faces that are each simple tile the ground unless the outline itself is crossed.
            whole, _ = trace_polygons(mesh, np.where(label < 0, -1, 0), soft)
            if shapely.is_valid(whole).all():
                break
            outside = np.append(label, -1) < 0
            edge = outside[mesh.left] != outside[mesh.right]
            corners = np.unique(np.concatenate([mesh.start[edge], mesh.end[edge]]))
            soft[corners] = plain[corners]
    return geometry, heads


def _best_neighbours(
    mesh: Mesh, cells: Cells, label: Ints, xy: Floats, *, heads: Ints, small: Bools, weight: Floats
) -> tuple[Ints, Ints]:
    """For every small parcel the neighbour in its village with the longest common boundary, as rows of `heads`."""
    inner = (mesh.left >= 0) & (mesh.right >= 0)
    left, right = label[mesh.left[inner]], label[mesh.right[inner]]
    length = np.hypot(*(xy[mesh.end[inner]] - xy[mesh.start[inner]]).T)
    between = (left != right) & (left >= 0) & (right >= 0)
    between[between] = cells["place"][left[between]] == cells["place"][right[between]]
    a, b = np.searchsorted(heads, left[between]), np.searchsorted(heads, right[between])
    one, other, length = np.r_[a, b], np.r_[b, a], np.r_[length[between], length[between]]
    use = small[one]
    pair, at = np.unique(one[use] * len(heads) + other[use], return_inverse=True)
    common = np.bincount(at, length[use]).astype(np.float64)
    one, other = pair // len(heads), pair % len(heads)
    strip = cells["strip"][heads] >= 0
    common *= np.where(strip[one] == strip[other], _LIKE_TO_LIKE, 1.0) * weight[other]
    order = np.lexsort((-common, one))
    first = order[np.r_[True, one[order][1:] != one[order][:-1]]]
    return one[first], other[first]


def _joined(mesh: Mesh, cells: Cells, label: Ints, group: Ints, *, heads: Ints, area: Floats) -> Ints:
    """Labels after the parcels of each group became one, of the class of the largest."""
    by_size = np.lexsort((-area, group))
    largest = by_size[np.searchsorted(group[by_size], group)]
    row = np.searchsorted(heads, label)
    row[label < 0] = 0
    changed = (label >= 0) & (largest[row] != row)
    model = cells[heads[largest[row[changed]]]]
    for name in ("code", "kind", "strip", "block"):
        cells[name][changed] = model[name]
    merged = np.where(label >= 0, heads[group[row]], -1)
    return np.where(label >= 0, group_cells(mesh, merged), -1)
