"""How far farmland is broken up: indices of landscape ecology over fields and blocks, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isqrt

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.planning.blocks import Blocks
from liangtian.planning.parcels import Ints
from liangtian.planning.shape import regularity

Floats = npt.NDArray[np.float64]
CELL_M = 30.0
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Fragmentation:
    """Indices of the farmland of some land. Areas are gross and ellipsoidal, m²; lengths are of the measuring plane.

    Attributes
    ----------
    fields, blocks : how many
    area_m2 : of all farmland
    field_m2 : size of the smallest field, of those a quarter, half and three quarters up, and of the largest
    mean_field_m2 : mean size of a field
    largest_share : of the largest block in all farmland
    mesh_m2 : effective mesh size: how large a block a random piece of farmland lies in on average
    edge_m_per_ha : edge between farmland and other land by area
    shape_index : edge of all farmland by that of one square of its area; 1 or more
    aggregation : 0–1, share of the neighbouring cells of farmland there could be at most; None: too little for a cell
    rectangularity, elongation, length_m, convexity, corners : means of fields weighted by area (`shape.regularity`)
    """

    fields: int
    blocks: int
    area_m2: float
    field_m2: tuple[float, ...]
    mean_field_m2: float
    largest_share: float
    mesh_m2: float
    edge_m_per_ha: float
    shape_index: float
    aggregation: float | None
    rectangularity: float
    elongation: float
    length_m: float
    convexity: float
    corners: float


@dataclass(frozen=True, slots=True)
class Change:
    """One index before and after; `better`: whether the change is to the good, None: it says nothing or there is none."""

    name: str
    before: float | None
    after: float | None
    better: bool | None


BETTER: Mapping[str, int] = {
    "fields": -1,
    "blocks": -1,
    "mean_field_m2": 1,
    "largest_share": 1,
    "mesh_m2": 1,
    "edge_m_per_ha": -1,
    "shape_index": -1,
    "aggregation": 1,
    "rectangularity": 1,
    "elongation": 0,
    "length_m": 1,
    "convexity": 1,
    "corners": -1,
    "area_m2": 1,
}
"""Which way is good for field work: 1 up, -1 down, 0 neither."""
UNITS: Mapping[str, str] = {
    "area_m2": "m²",
    "mean_field_m2": "m²",
    "mesh_m2": "m²",
    "edge_m_per_ha": "m/ha",
    "length_m": "m",
}
"""What an index is measured in; the others are bare numbers."""


def fragmentation_of(blocks: Blocks, *, cell_m: float = CELL_M) -> Fragmentation | None:
    """Measure how far the farmland of some blocks is broken up; None where there is no farmland.

    Parameters
    ----------
    cell_m : side of the cells that the aggregation index counts

    Source
    ------
    Edge density, largest patch index, landscape shape index: McGarigal, Marks (1995), FRAGSTATS, USDA PNW-GTR-351.
    """
    if not len(blocks):
        return None
    parcels = blocks.parcels
    shapes = parcels.outlines.polygons(blocks.parts)
    size = parcels.area_dm2[blocks.parts] / 100.0
    block = blocks.area_dm2 / 100.0
    area = float(size.sum())
    edge = float(shapely.length(shapely.boundary(shapely.union_all(shapes))))
    shape = regularity(shapes)
    weighted = {
        name: float(np.average(getattr(shape, name), weights=size))
        for name in ("rectangularity", "elongation", "length_m", "convexity", "corners")
    }
    return Fragmentation(
        fields=len(size),
        blocks=len(block),
        area_m2=area,
        field_m2=tuple(np.quantile(size, QUANTILES).tolist()),
        mean_field_m2=area / len(size),
        largest_share=float(block.max()) / area,
        mesh_m2=effective_mesh_size(block),
        edge_m_per_ha=edge / (area / 10_000.0),
        shape_index=0.25 * edge / float(np.sqrt(area)),
        aggregation=aggregation_index(cells_of(shapes, cell_m)),
        **weighted,
    )


def effective_mesh_size(area: Floats) -> float:
    """`Σ Aᵢ² / Σ Aᵢ`: the size of the patch that a random point of all patches lies in, on average.

    The total is that of the patches themselves, not of the ground around them.

    Source
    ------
    Jaeger (2000), Landscape division, splitting index, and effective mesh size, Landscape Ecology 15.

    Examples
    --------
    >>> effective_mesh_size(np.array([12.0])), effective_mesh_size(np.array([6.0, 6.0]))
    (12.0, 6.0)
    """
    return float((area**2).sum() / area.sum())


def aggregation_index(cells: Ints) -> float | None:
    """Pairs of cells side by side, by the most there could be among so many cells; None for fewer than two cells.

    Parameters
    ----------
    cells : shape (n, 2), column and row of each cell, none twice

    Source
    ------
    He, DeZonia, Mladenoff (2000), An aggregation index (AI) to quantify spatial patterns of landscapes, Landscape
    Ecology 15.

    Examples
    --------
    >>> aggregation_index(np.array([[0, 0], [1, 0], [0, 1], [1, 1]])), aggregation_index(np.array([[0, 0], [5, 5]]))
    (1.0, 0.0)
    """
    count = len(cells)
    if count < 2:
        return None
    key = cells[:, 0] * (np.int64(1) << 32) + cells[:, 1]
    known = np.sort(key)
    beside = int(np.isin(key + 1, known).sum() + np.isin(key + (np.int64(1) << 32), known).sum())
    side = isqrt(count)
    rest = count - side * side
    most = 2 * side * (side - 1) + (0 if not rest else 2 * rest - 1 if rest <= side else 2 * rest - 2)
    return beside / most


def cells_of(shapes: npt.NDArray[np.object_], cell_m: float) -> Ints:
    """Cells of a grid, at multiples of its side, whose centre lies in any of the polygons; shape (n, 2)."""
    low = np.floor(shapely.bounds(shapes)[:, :2] / cell_m).astype(np.int64)
    high = np.floor(shapely.bounds(shapes)[:, 2:] / cell_m).astype(np.int64)
    wide, tall = (high - low + 1).T
    owner = np.repeat(np.arange(len(shapes)), wide * tall)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(wide * tall) - wide * tall, wide * tall)
    cells = np.stack([low[owner, 0] + place % wide[owner], low[owner, 1] + place // wide[owner]], axis=1)
    inside = shapely.contains_xy(shapes[owner], *((cells + 0.5) * cell_m).T)
    return np.unique(cells[inside], axis=0)


def compared(before: Fragmentation, after: Fragmentation) -> tuple[Change, ...]:
    """Every index before and after, with whether field work gained."""
    return tuple(_change(each.name, before, after) for each in fields(Fragmentation) if each.name in BETTER)


def _change(name: str, before: Fragmentation, after: Fragmentation) -> Change:
    old, new = getattr(before, name), getattr(after, name)
    silent = old is None or new is None or old == new or not BETTER[name]
    return Change(name, old, new, None if silent else (new > old) == (BETTER[name] > 0))
