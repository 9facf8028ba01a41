"""Join lines to rings and rings to polygons, all polygons at once."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from liangtian.formats.defects import DefectLog
from liangtian.formats.rings import polygons_from_rings, ranges
from liangtian.formats.vct.scanning import LineStore

Coordinates = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

JOIN_TOLERANCE_M = 0.001
"""Ends of consecutive lines may lie so far apart: the rounding of writers, not a gap."""
_LEAST_RING = 4
_PIECE = 20_000


@dataclass(slots=True)
class PolygonStore:
    """Polygons as records: id, feature code, line number and signed line ids, 0 between rings."""

    ids: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    refs: array[int] = field(default_factory=lambda: array("q"))

    def add(self, polygon_id: int, code: str, number: int, refs: list[int]) -> None:
        self.ids.append(polygon_id)
        self.codes.append(code)
        self.numbers.append(number)
        self.counts.append(len(refs))
        self.refs.extend(refs)


@dataclass(frozen=True, slots=True)
class _Uses:
    """Each use of a line by a ring: polygon, ring (global), line index, reversed; in ring order."""

    polygon: Integers
    ring: Integers
    line: Integers
    reverse: Booleans


@dataclass(frozen=True, slots=True)
class _LineIndex:
    """All lines: ids, the order that sorts them, first vertex, vertex count, and whether the line can be used."""

    ids: Integers
    order: Integers
    starts: Integers
    counts: Integers
    readable: Booleans


def assemble(
    polygons: PolygonStore, chosen: Integers, lines: LineStore, coordinates: Coordinates, log: DefectLog
) -> tuple[npt.NDArray[np.object_], Integers]:
    """Build the polygons `chosen` (ascending indices), a piece at a time; unusable ones are logged and left out.

    Returns
    -------
    geometry : shape (m,), object
    kept : shape (m,), indices of the polygons built, a subset of `chosen` in its order
    """
    index = _line_index(lines, coordinates)
    pieces = [
        _assemble_piece(polygons, chosen[at : at + _PIECE], index, coordinates, log)
        for at in range(0, len(chosen), _PIECE)
    ]
    geometry = np.concatenate([np.empty(0, dtype=np.object_), *(piece[0] for piece in pieces)])
    return geometry, np.concatenate([np.empty(0, dtype=np.int64), *(piece[1] for piece in pieces)])


def _line_index(lines: LineStore, coordinates: Coordinates) -> _LineIndex:
    """A line is usable if it has two or more vertices, all of them read."""
    ids, counts = np.asarray(lines.ids, dtype=np.int64), np.asarray(lines.counts, dtype=np.int64)
    starts = np.cumsum(counts) - counts
    bad = np.concatenate([[0], np.cumsum(np.isnan(coordinates).any(axis=1))])
    readable = (bad[starts + counts] == bad[starts]) & (counts >= 2)
    return _LineIndex(ids, np.argsort(ids, kind="stable"), starts, counts, readable)


def _assemble_piece(
    polygons: PolygonStore, chosen: Integers, index: _LineIndex, coordinates: Coordinates, log: DefectLog
) -> tuple[npt.NDArray[np.object_], Integers]:
    uses, good = _uses(polygons, chosen, index, log)
    uses = _only(uses, good)
    _log_open_rings(polygons, uses, good, index, coordinates, log=log)
    vertex, ring, owner = _vertices(uses, index.starts, index.counts)
    length = np.bincount(ring, minlength=len(owner))
    for at in np.flatnonzero((length < _LEAST_RING) & good[owner]).tolist():
        polygon = int(owner[at])
        log.add("vct-ring-short", polygons.numbers[polygon], id=polygons.ids[polygon], points=int(length[at]) - 1)
        good[polygon] = False
    keep = good[owner]
    kept = chosen[good[chosen]]
    renumbered = np.cumsum(keep) - 1
    use = keep[ring]
    geometry = polygons_from_rings(
        coordinates[vertex[use]], renumbered[ring[use]], np.searchsorted(kept, owner[keep]), size=len(kept)
    )
    return geometry, kept


def _log_open_rings(
    polygons: PolygonStore, uses: _Uses, good: Booleans, index: _LineIndex, coordinates: Coordinates, *, log: DefectLog
) -> None:
    """Each line must end where the next of its ring begins; polygons with a gap are no longer `good`."""
    if not len(uses.line):
        return
    begin, end = index.starts[uses.line], index.starts[uses.line] + index.counts[uses.line] - 1
    first, last = np.where(uses.reverse, end, begin), np.where(uses.reverse, begin, end)
    opens = np.flatnonzero(np.diff(uses.ring, prepend=-1))
    following = np.arange(1, len(uses.ring) + 1)
    following[np.append(opens[1:], len(uses.ring)) - 1] = opens
    gap = np.hypot(*(coordinates[first[following]] - coordinates[last]).T)
    for at in np.flatnonzero(gap > JOIN_TOLERANCE_M).tolist():
        polygon, line_id = int(uses.polygon[at]), int(index.ids[uses.line[at]])
        stated = {"id": polygons.ids[polygon], "line_id": line_id, "gap_m": round(float(gap[at]), 4)}
        log.add("vct-ring-open", polygons.numbers[polygon], **stated)
        good[polygon] = False


def _uses(polygons: PolygonStore, chosen: Integers, index: _LineIndex, log: DefectLog) -> tuple[_Uses, Booleans]:
    """Resolve line ids; the second result is True for chosen polygons whose lines all exist."""
    good = np.zeros(len(polygons.ids), dtype=np.bool_)
    good[chosen] = True
    low, high = int(chosen[0]), int(chosen[-1]) + 1
    counts = polygons.counts[low:high]
    begin = sum(polygons.counts[:low])
    refs = np.array(polygons.refs[begin : begin + sum(counts)], dtype=np.int64)
    polygon = np.repeat(np.arange(low, high), counts)
    ring = np.cumsum((refs == 0) | (np.diff(polygon, prepend=-1) != 0)) - 1
    real = (refs != 0) & good[polygon]
    refs, polygon, ring = refs[real], polygon[real], ring[real]

    line = np.zeros(len(refs), dtype=np.int64)
    found = np.zeros(len(refs), dtype=np.bool_)
    if len(index.ids):
        place = np.searchsorted(index.ids, np.abs(refs), sorter=index.order)
        line = index.order[np.minimum(place, len(index.ids) - 1)]
        found = (index.ids[line] == np.abs(refs)) & index.readable[line]
    for at in np.flatnonzero(~found).tolist():
        owner = int(polygon[at])
        log.add("vct-line-missing", polygons.numbers[owner], id=polygons.ids[owner], line_id=int(abs(refs[at])))
    good[polygon[~found]] = False
    good &= np.bincount(polygon, minlength=len(good)) > 0
    return _Uses(polygon, ring, line, refs < 0), good


def _only(uses: _Uses, good: Booleans) -> _Uses:
    keep = good[uses.polygon]
    return _Uses(uses.polygon[keep], uses.ring[keep], uses.line[keep], uses.reverse[keep])


def _vertices(uses: _Uses, starts: Integers, counts: Integers) -> tuple[Integers, Integers, Integers]:
    """Vertex index and ring of every ring vertex, closed, and the polygon of each ring.

    Every line gives all its vertices but the last, which is the next line's first; the ring's own first closes it.
    """
    if not len(uses.line):
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty
    length = counts[uses.line] - 1
    step = np.where(uses.reverse, -1, 1)
    begin = np.where(uses.reverse, starts[uses.line] + counts[uses.line] - 1, starts[uses.line])
    within = ranges(np.zeros(len(length), dtype=np.int64), length)
    vertex = np.repeat(begin, length) + np.repeat(step, length) * within
    opens = np.diff(uses.ring, prepend=-1) != 0
    ring = np.repeat(np.cumsum(opens) - 1, length)
    ends = np.append(np.flatnonzero(np.diff(ring)), len(ring) - 1) + 1
    firsts = np.concatenate([[0], ends[:-1]])
    closed = np.insert(vertex, ends, vertex[firsts])
    return closed, np.insert(ring, ends, ring[firsts]), uses.polygon[opens]
