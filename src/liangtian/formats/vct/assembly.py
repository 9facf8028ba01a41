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


def assemble(
    polygons: PolygonStore, chosen: Integers, lines: LineStore, coordinates: Coordinates, log: DefectLog
) -> tuple[npt.NDArray[np.object_], Integers]:
    """Build the polygons `chosen` (indices); those that cannot be built are logged and left out.

    Returns
    -------
    geometry : shape (m,), object
    kept : shape (m,), indices of the polygons built, a subset of `chosen` in its order
    """
    number = np.asarray(polygons.numbers, dtype=np.int64)
    counts = np.asarray(lines.counts, dtype=np.int64)
    starts = np.cumsum(counts) - counts
    uses, good = _uses(polygons, chosen, lines, _readable(coordinates, starts, counts), log)
    uses = _only(uses, good)

    first = np.where(uses.reverse, starts[uses.line] + counts[uses.line] - 1, starts[uses.line])
    last = np.where(uses.reverse, starts[uses.line], starts[uses.line] + counts[uses.line] - 1)
    opens = np.flatnonzero(np.diff(uses.ring, prepend=-1))
    following = np.arange(1, len(uses.ring) + 1)
    following[np.append(opens[1:], len(uses.ring))[: len(opens)] - 1] = opens
    gap = np.hypot(*(coordinates[first[following]] - coordinates[last]).T) if len(first) else np.empty(0)
    for at in np.flatnonzero(gap > JOIN_TOLERANCE_M).tolist():
        polygon = int(uses.polygon[at])
        line_id, apart = lines.ids[uses.line[at]], round(float(gap[at]), 4)
        log.add("vct-ring-open", number[polygon], id=polygons.ids[polygon], line_id=line_id, gap_m=apart)
        good[polygon] = False

    vertex, ring, owner = _vertices(uses, starts, counts)
    length = np.bincount(ring, minlength=len(owner))
    for at in np.flatnonzero((length < _LEAST_RING) & good[owner]).tolist():
        polygon = int(owner[at])
        log.add("vct-ring-short", number[polygon], id=polygons.ids[polygon], points=int(length[at]) - 1)
        good[polygon] = False
    keep = good[owner]
    kept = chosen[good[chosen]]
    position = np.full(len(number), -1, dtype=np.int64)
    position[kept] = np.arange(len(kept))
    renumbered = np.cumsum(keep) - 1
    use = keep[ring]
    geometry = polygons_from_rings(
        coordinates[vertex[use]], renumbered[ring[use]], position[owner[keep]], size=len(kept)
    )
    return geometry, kept


def _readable(coordinates: Coordinates, starts: Integers, counts: Integers) -> Booleans:
    """True for lines with two or more vertices, all of them read."""
    bad = np.concatenate([[0], np.cumsum(np.isnan(coordinates).any(axis=1))])
    return np.asarray((bad[starts + counts] == bad[starts]) & (counts >= 2), dtype=np.bool_)


def _uses(
    polygons: PolygonStore, chosen: Integers, lines: LineStore, readable: Booleans, log: DefectLog
) -> tuple[_Uses, Booleans]:
    """Resolve line ids; the second result is True for chosen polygons whose lines all exist."""
    good = np.zeros(len(polygons.ids), dtype=np.bool_)
    good[chosen] = True
    refs = np.frombuffer(polygons.refs, dtype=np.int64) if polygons.refs else np.empty(0, dtype=np.int64)
    polygon = np.repeat(np.arange(len(polygons.ids)), polygons.counts)
    first_of_polygon = np.diff(polygon, prepend=-1) != 0
    ring = np.cumsum((refs == 0) | first_of_polygon) - 1
    real = (refs != 0) & good[polygon]
    refs, polygon, ring = refs[real], polygon[real], ring[real]

    ids = np.asarray(lines.ids, dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    place = np.searchsorted(ids, np.abs(refs), sorter=order)
    line = order[np.minimum(place, len(ids) - 1)] if len(ids) else np.zeros(len(refs), dtype=np.int64)
    found = (ids[line] == np.abs(refs)) & readable[line] if len(ids) else np.zeros(len(refs), dtype=np.bool_)
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
