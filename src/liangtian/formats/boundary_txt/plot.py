"""The point lines of one plot: parsed in one call, ringed, closed; every defect with its line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from liangtian.formats.boundary_txt.heading import PlotHeading
from liangtian.formats.defects import DefectLog

Coordinates = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LEAST_POINTS = {"面": 3, "线": 2, "点": 1}
_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot as read: third and fourth columns in the file's order, `ring` 0 … k - 1, rings of a 面 closed.

    `notes` : what stands behind the fourth column of each point line, `;` between lines; "" where nothing does
    """

    heading: PlotHeading
    kind: str
    coordinates: Coordinates
    ring: Integers
    notes: str = ""


def read_plot(heading: PlotHeading, lines: list[str], numbers: list[int], log: DefectLog) -> Plot | None:
    """Parse the point lines below `heading`; None if the plot cannot be used (the log says why).

    Parameters
    ----------
    lines, numbers : the point lines without outer spaces and their line numbers
    """
    kind = heading.kind or "面"
    if not heading.kind:
        log.add("txt-header-no-type", heading.line, plot=heading.plot_no)
    elif not heading.complete:
        log.add("txt-header-realigned", heading.line, plot=heading.plot_no)
    table = _parse(heading, lines, numbers, log)
    if table is None:
        return None

    row = np.asarray(numbers, dtype=np.int64)
    ring = np.concatenate([[0], np.cumsum(np.diff(table[:, 0]) != 0)]).astype(np.int64)
    coordinates = table[:, 1:]
    if kind == "面":
        _check_closing(lines, row, ring, coordinates, log)
    coordinates, ring, row = _drop_repeated(coordinates, ring, row, heading, log)
    closing = _closing_points(coordinates, ring) if kind == "面" else np.zeros(len(ring), dtype=bool)
    _check_count(heading, len(lines), int(closing.sum()), log)
    coordinates, ring, row = coordinates[~closing], ring[~closing], row[~closing]
    if not _enough_points(coordinates, ring, row, LEAST_POINTS[kind], log):
        return None
    notes = _notes(lines, numbers, log)
    return Plot(heading, kind, *(_close(coordinates, ring) if kind == "面" else (coordinates, ring)), notes)


def _notes(lines: list[str], numbers: list[int], log: DefectLog) -> str:
    """Further columns of the point lines; they are kept as they stand, as no text read says what they mean."""
    wider = next((at for at, line in enumerate(lines) if line.rstrip(",").count(",") >= _COLUMNS), None)
    if wider is None:
        return ""
    log.add("txt-extra-columns", numbers[wider], columns=lines[wider].rstrip(",").count(",") + 1)
    return ";".join(",".join(part.strip() for part in line.split(",")[_COLUMNS:]) for line in lines)


def _parse(
    heading: PlotHeading, lines: list[str], numbers: list[int], log: DefectLog
) -> npt.NDArray[np.float64] | None:
    """Ring, third and fourth column, shape (m, 3)."""
    if not lines:
        log.add("txt-too-few-points", heading.line, found=0, ring=1, least=LEAST_POINTS[heading.kind or "面"])
        return None
    try:
        table = np.loadtxt(lines, delimiter=",", usecols=(1, 2, 3), comments=None, ndmin=2, dtype=np.float64)
    except ValueError:
        return _parse_singly(lines, numbers, log)
    sound = len(table) == len(lines) and np.isfinite(table).all() and (table[:, 0] % 1 == 0).all()
    return table if sound else _parse_singly(lines, numbers, log)


def _parse_singly(lines: list[str], numbers: list[int], log: DefectLog) -> npt.NDArray[np.float64] | None:
    """The slow way, to name every bad line."""
    points: list[tuple[float, float, float]] = []
    for line, number in zip(lines, numbers, strict=True):
        try:
            ring, first, second = (float(part) for part in line.split(",")[1:4])
        except ValueError:
            ring = first = second = np.nan
        if ring % 1 == 0 and np.isfinite([first, second]).all():
            points.append((ring, first, second))
        else:
            log.add("txt-bad-point", number, text=line[:60])
    return np.array(points) if len(points) == len(lines) else None


def _check_closing(lines: list[str], row: Integers, ring: Integers, coordinates: Coordinates, log: DefectLog) -> None:
    """A last point that carries the first one's name must lie on it."""
    for first, last in zip(*_ends(ring), strict=True):
        same_name = lines[first].split(",", 1)[0].strip() == lines[last].split(",", 1)[0].strip()
        apart = float(np.hypot(*(coordinates[last] - coordinates[first])))
        if last > first and same_name and apart > 0:
            log.add("txt-closing-differs", row[last], ring=int(ring[last]) + 1, distance_m=round(apart, 4))


def _drop_repeated(
    coordinates: Coordinates, ring: Integers, row: Integers, heading: PlotHeading, log: DefectLog
) -> tuple[Coordinates, Integers, Integers]:
    repeated = np.zeros(len(ring), dtype=bool)
    repeated[1:] = (np.diff(ring) == 0) & (np.diff(coordinates, axis=0) == 0).all(axis=1)
    if repeated.any():
        log.add("txt-duplicate-points", row[repeated][0], plot=heading.plot_no, points=int(repeated.sum()))
    return coordinates[~repeated], ring[~repeated], row[~repeated]


def _closing_points(coordinates: Coordinates, ring: Integers) -> npt.NDArray[np.bool_]:
    """True at the last point of each ring that lies on its first."""
    first, last = _ends(ring)
    closing = np.zeros(len(ring), dtype=np.bool_)
    closing[last] = (coordinates[first] == coordinates[last]).all(axis=1) & (last > first)
    return closing


def _check_count(heading: PlotHeading, lines: int, closing: int, log: DefectLog) -> None:
    """The declared count may include the closing points or not; writers differ."""
    if heading.count is not None and heading.count not in (lines, lines - closing):
        log.add("txt-count-mismatch", heading.line, plot=heading.plot_no, declared=heading.count, found=lines)


def _enough_points(coordinates: Coordinates, ring: Integers, row: Integers, least: int, log: DefectLog) -> bool:
    distinct = np.unique(np.column_stack([ring, coordinates]), axis=0)[:, 0].astype(np.int64)
    found = np.bincount(distinct)
    short = np.flatnonzero(found < least)
    for index in short.tolist():
        log.add("txt-too-few-points", row[_ends(ring)[0][index]], ring=index + 1, found=int(found[index]), least=least)
    return not len(short)


def _close(coordinates: Coordinates, ring: Integers) -> tuple[Coordinates, Integers]:
    """Repeat the first point of each ring at its end."""
    first, last = _ends(ring)
    return np.insert(coordinates, last + 1, coordinates[first], axis=0), np.insert(ring, last + 1, ring[last])


def _ends(ring: Integers) -> tuple[Integers, Integers]:
    """First and last index of each run of one ring."""
    change = np.flatnonzero(np.diff(ring))
    return np.concatenate([[0], change + 1]), np.append(change, len(ring) - 1)
