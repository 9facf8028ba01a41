"""Shapes of a layer too large to be objects all at once: kept as WKB, made when they are asked for.

A shape takes 700 bytes as an object and 170 as WKB. `Packed` gives shapes by position, slice or mask as an array does; what
asks for all of them at once still gets them, in the memory they take. Work on whole layers goes through `batches`, which
takes arrays and packed shapes alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Kind = TypeVar("Kind", bound=np.generic)

BATCH = 1 << 15
"""Shapes in hand at once."""


class Packed:
    """Shapes as WKB.

    Parameters
    ----------
    wkb : shape (n,), null where there is no shape; what cannot be parsed counts as none
    """

    dtype = np.dtype(object)
    ndim = 1

    def __init__(self, wkb: pa.LargeBinaryArray) -> None:
        self.wkb = wkb
        self.shape = (len(wkb),)

    def __len__(self) -> int:
        return len(self.wkb)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return _parsed(self.wkb[at])
        at = np.asarray(at)
        if at.dtype == bool:
            at = np.flatnonzero(at)
        found = _parsed(self.wkb.take(pa.array(np.atleast_1d(at) % max(len(self), 1))))
        return found if at.ndim else found[0]

    def __iter__(self) -> Iterator[Any]:
        for _, part in batches(cast("Geometries", self)):
            yield from part

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Geometries:
        return _parsed(self.wkb)

    def copy(self) -> Geometries:
        return _parsed(self.wkb)


def packed(parts: list[pa.Array]) -> Geometries:
    """WKB columns as one array of shapes, made when asked for.

    Examples
    --------
    >>> some = packed([pa.array(shapely.to_wkb([shapely.box(0, 0, 1, 1), None, shapely.box(2, 2, 3, 3)]), pa.binary())])
    >>> len(some), some[1], some[-1].bounds, shapely.area(some[np.array([2, 0])]).tolist(), shapely.area(some[:2]).tolist()
    (3, None, (2.0, 2.0, 3.0, 3.0), [1.0, 1.0], [1.0, nan])
    """
    wide = [part.cast(pa.large_binary()) for part in parts]
    return cast("Geometries", Packed(pa.concat_arrays(wide) if wide else pa.array([], pa.large_binary())))


def _parsed(wkb: pa.Array) -> Geometries:
    return np.asarray(shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore"), dtype=object)


def batches(geometry: Geometries, size: int = BATCH) -> Iterator[tuple[int, Geometries]]:
    """First position and shapes of one batch after another; an empty array is one empty batch."""
    for start in range(0, max(len(geometry), 1), size):
        yield start, geometry[start : start + size]


def measured(geometry: Geometries, measure: Callable[[Geometries], npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    """A measure that looks at each shape alone, batch by batch.

    Examples
    --------
    >>> measured(np.array([shapely.box(0, 0, 1, 2)]), shapely.area).tolist()
    [2.0]
    """
    return np.concatenate([measure(part) for _, part in batches(geometry)])


def bounds_of(geometry: Geometries) -> Floats:
    """xmin ymin xmax ymax of each shape, shape (n, 4); nan for None."""
    return measured(geometry, shapely.bounds)


def mapped(geometry: Geometries, change: Callable[[Geometries], Geometries]) -> Geometries:
    """The shapes changed one by one, packed again where they were packed."""
    if not isinstance(geometry, Packed):
        return change(geometry)
    return packed([wkb_of(change(part)) for _, part in batches(geometry)])


def wkb_of(geometry: Geometries) -> pa.Array:
    """WKB column, little-endian, None kept; packed shapes as they are."""
    if isinstance(geometry, Packed):
        return geometry.wkb
    return pa.array(np.asarray(shapely.to_wkb(geometry, byte_order=1), dtype=object), pa.binary())


def replaced(geometry: Geometries, at: npt.NDArray[np.int64], shapes: Geometries) -> Geometries:
    """The shapes with some of them exchanged; the very input where none is."""
    if not len(at):
        return geometry
    if not isinstance(geometry, Packed):
        changed = geometry.copy()
        changed[at] = shapes
        return changed
    order = np.argsort(at, kind="stable")
    mask = np.zeros(len(geometry), dtype=bool)
    mask[at] = True
    fresh = wkb_of(shapes[order]).cast(pa.large_binary())
    return packed([pc.replace_with_mask(geometry.wkb, pa.array(mask), fresh)])


def taken(geometry: Geometries, at: npt.NDArray[np.int64]) -> Geometries:
    """Some of the shapes, packed again where they were packed."""
    return packed([geometry.wkb.take(pa.array(at))]) if isinstance(geometry, Packed) else geometry[at]
