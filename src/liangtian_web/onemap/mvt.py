"""Mapbox Vector Tile 2.1 encoding of polygons, from flat coordinate arrays.

Command streams of all features of a tile are made in one go with numpy; only the joining of bytes goes feature by
feature. Every feature given is in the tile: a parcel smaller than the grid becomes the smallest triangle, not nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

EXTENT = 4096
Ints: TypeAlias = npt.NDArray[np.int64]
Value: TypeAlias = str | int | float
MOVE_TO, LINE_TO, CLOSE = 9, 2, 15  # move-to of one point; the id of line-to; close-path of one


def layer(name: str, geometry: npt.NDArray[np.object_], tags: Sequence[Mapping[str, Value]]) -> bytes:
    """Encode one layer.

    Parameters
    ----------
    name : of the layer
    geometry : shape (n,), multipolygons in tile units, y downwards, none empty
    tags : n mappings; None values are left out by the caller

    Returns
    -------
    The bytes of the layer field of a tile; layers of a tile are simply put one after the other.
    """
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    parts = [_field(15, b"", varint=2), _field(1, name.encode())]
    for commands, tag in zip(_commands(geometry), tags, strict=True):
        packed = bytearray()
        for key, value in tag.items():
            packed += _varint(keys.setdefault(key, len(keys)))
            packed += _varint(values.setdefault((type(value), value), len(values)))
        parts.append(_field(2, _field(2, bytes(packed)) + b"\x18\x03" + _field(4, commands)))
    parts += [_field(3, key.encode()) for key in keys]
    parts += [_field(4, _value(value)) for _, value in values]
    parts.append(_field(5, b"", varint=EXTENT))
    return _field(3, b"".join(parts))


def _commands(geometry: npt.NDArray[np.object_]) -> list[bytes]:
    """The geometry command stream of each feature."""
    if not len(geometry):
        return []
    kind, xy, offsets = shapely.to_ragged_array(geometry)
    if kind == shapely.GeometryType.POLYGON:
        ring_starts, polygon_rings = offsets
        feature_rings = polygon_rings
    else:
        ring_starts, polygon_rings, feature_polygons = offsets
        feature_rings = polygon_rings[feature_polygons]
    grid = np.rint(xy).astype(np.int64)
    points, starts = _clean_rings(grid, ring_starts.astype(np.int64))
    is_shell = np.zeros(len(starts) - 1, dtype=bool)
    is_shell[polygon_rings[:-1]] = True
    area = _signed_areas(points, starts)
    kept = is_shell | (area != 0)
    points, starts, area, is_shell = _keep(points, starts, kept, area, is_shell)
    feature_of_ring = np.repeat(np.arange(len(feature_rings) - 1), np.diff(feature_rings))[kept]
    points, starts = _thicken(points, starts, area)
    points = _wind(points, starts, (area < 0) == is_shell)
    return _streams(points, starts, feature_of_ring, len(geometry))


def _clean_rings(grid: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Drop the closing point of each ring and points equal to the one before."""
    last = np.zeros(len(grid), dtype=bool)
    last[starts[1:] - 1] = True
    same = np.zeros(len(grid), dtype=bool)
    same[1:] = (grid[1:] == grid[:-1]).all(axis=1)
    same[starts[:-1]] = False
    kept = ~(last | same)
    return grid[kept], np.concatenate([[0], np.cumsum(kept)])[starts]


def _signed_areas(points: Ints, starts: Ints) -> Ints:
    """Twice the surveyor's area of open rings; positive is clockwise on the screen, y downwards."""
    following = np.arange(1, len(points) + 1)
    following[starts[1:] - 1] = starts[:-1]
    cross = points[:, 0] * points[following, 1] - points[following, 0] * points[:, 1]
    return np.add.reduceat(cross, starts[:-1])


def _keep(
    points: Ints, starts: Ints, kept: npt.NDArray[np.bool_], area: Ints, is_shell: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.bool_]]:
    """Leave out holes that vanish on the grid."""
    sizes = np.diff(starts)
    return (
        points[np.repeat(kept, sizes)],
        np.concatenate([[0], np.cumsum(sizes[kept])]),
        area[kept],
        is_shell[kept],
    )


def _thicken(points: Ints, starts: Ints, area: Ints) -> tuple[Ints, Ints]:
    """Replace shells without area by the triangle of half a unit at their first point."""
    flat = area == 0
    if not flat.any():
        return points, starts
    sizes = np.diff(starts)
    new_sizes = np.where(flat, 3, sizes)
    new_starts = np.concatenate([[0], np.cumsum(new_sizes)])
    grown = np.empty((new_starts[-1], 2), dtype=np.int64)
    grown[np.repeat(~flat, new_sizes)] = points[np.repeat(~flat, sizes)]
    first = points[starts[:-1][flat]]
    for step, corner in enumerate(((0, 0), (1, 0), (0, 1))):
        grown[new_starts[:-1][flat] + step] = first + np.array(corner)
    area[flat] = 1
    return grown, new_starts


def _wind(points: Ints, starts: Ints, turn: npt.NDArray[np.bool_]) -> Ints:
    """Reverse the rings of `turn`: shells run clockwise on the screen, holes against."""
    sizes = np.diff(starts)
    position = np.arange(len(points))
    mirrored = np.repeat(starts[:-1] + starts[1:] - 1, sizes) - position
    return points[np.where(np.repeat(turn, sizes), mirrored, position)]


def _streams(points: Ints, starts: Ints, feature_of_ring: Ints, count: int) -> list[bytes]:
    """Zigzag deltas with their commands as varints, cut into features."""
    rings, sizes = len(starts) - 1, np.diff(starts)
    heads = 2 * starts[:-1] + 3 * np.arange(rings)  # words before ring r: its points' and three commands each
    words = np.empty(2 * len(points) + 3 * rings, dtype=np.uint64)
    ring_of_point = np.repeat(np.arange(rings), sizes)
    rank = np.arange(len(points)) - starts[:-1][ring_of_point]
    at = heads[ring_of_point] + 1 + 2 * rank + (rank > 0)
    first_ring = np.flatnonzero(np.diff(np.concatenate([[-1], feature_of_ring])))
    before = np.vstack([[0, 0], points[:-1]])
    before[starts[:-1][first_ring]] = 0
    delta = points - before
    zigzag = ((delta << 1) ^ (delta >> 63)).astype(np.uint64)
    words[at], words[at + 1] = zigzag[:, 0], zigzag[:, 1]
    words[heads], words[heads + 3] = MOVE_TO, (LINE_TO | ((sizes - 1) << 3)).astype(np.uint64)
    words[heads + 2 + 2 * sizes] = CLOSE
    data, ends = _varints(words)
    cuts = ends[np.append(heads[first_ring], len(words))]
    streams = [b""] * count
    for feature, start, end in zip(feature_of_ring[first_ring], cuts[:-1], cuts[1:], strict=True):
        streams[feature] = data[start:end]
    return streams


def _varints(words: npt.NDArray[np.uint64]) -> tuple[bytes, Ints]:
    """Base-128 varints of words below 2³⁵, and the byte at which each begins (one more at the end)."""
    shifts = np.array([0, 7, 14, 21, 28], dtype=np.uint64)
    pieces = (words[:, None] >> shifts) & np.uint64(127)
    length = np.maximum(1, 5 - np.argmax((pieces != 0)[:, ::-1], axis=1))
    length[words == 0] = 1
    used = np.arange(5) < length[:, None]
    more = np.arange(5) < (length - 1)[:, None]
    octets = (pieces.astype(np.uint8) | np.where(more, 128, 0).astype(np.uint8))[used]
    return octets.tobytes(), np.concatenate([[0], np.cumsum(length)])


def _varint(number: int) -> bytes:
    octets = bytearray()
    while number > 127:
        octets.append(number & 127 | 128)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def _field(number: int, payload: bytes, *, varint: int | None = None) -> bytes:
    if varint is not None:
        return _varint(number << 3) + _varint(varint)
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return _field(1, value.encode())
    if isinstance(value, float):
        return b"\x19" + np.float64(value).tobytes()
    return _field(6, b"", varint=(value << 1) ^ (value >> 63))
