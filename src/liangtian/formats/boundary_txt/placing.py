"""Which column is the easting, and in which CRS: decided from the coordinates, compared with what the file declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from liangtian.formats.defects import DefectLog
from liangtian.formats.gauss_kruger import Datum, Grid, Width, datum_named, is_prefixed, width_of

_METRES = ("", "米", "m", "metre", "meter")
_SOUTHERNMOST_M, _NORTHERNMOST_M = 1_000_000.0, 10_000_000.0
_CM_EASTING_M = (100_000.0, 900_000.0)


@dataclass(frozen=True, slots=True)
class Placing:
    """`usable`: plot lies in the file's zone; `swapped`: its third column is the easting, shapes (plots,)."""

    crs: CRS | None
    usable: npt.NDArray[np.bool_]
    swapped: npt.NDArray[np.bool_]


def place(
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
    lines: npt.NDArray[np.int64],
    declared: Mapping[str, tuple[str, int]],
    log: DefectLog,
) -> Placing:
    """Decide axes and CRS.

    Parameters
    ----------
    first, second : shape (plots,), a typical third and fourth column of each plot; the format wants north, east
    lines : shape (plots,), header line of each plot
    declared : key of [属性描述] → (value, line)
    """
    swapped = _swapped(first, second, lines, log)
    east, north = np.where(swapped, first, second), np.where(swapped, second, first)
    in_grid = is_prefixed(east) | ((east >= _CM_EASTING_M[0]) & (east < _CM_EASTING_M[1]))
    if not (in_grid & (north < _NORTHERNMOST_M)).all():
        _say(log, "txt-crs-unknown", declared, "坐标系", int(lines[0]))
        return Placing(None, np.ones(len(east), dtype=bool), swapped)

    prefix = np.where(is_prefixed(east), east // 1_000_000, 0).astype(np.int64)
    usable = prefix == prefix[0]
    for line, zone in zip(lines[~usable].tolist(), prefix[~usable].tolist(), strict=True):
        log.add("txt-zone-mixed", line, zone=zone or "-", first=int(prefix[0]) or "-")
    return Placing(_crs(int(prefix[0]), int(lines[0]), declared, log), usable, swapped)


def _swapped(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], lines: npt.NDArray[np.int64], log: DefectLog
) -> npt.NDArray[np.bool_]:
    """True where the easting stands before the northing: 8 digits, or 6 digits before 7."""
    zone_first, zone_second = is_prefixed(first), is_prefixed(second)
    far_first, far_second = first >= _SOUTHERNMOST_M, second >= _SOUTHERNMOST_M
    swapped = (zone_first & ~zone_second) | (~zone_first & ~zone_second & far_second & ~far_first)
    undecided = (zone_first == zone_second) & (far_first == far_second)
    if swapped.any():
        log.add("txt-axes-swapped", int(lines[swapped][0]), plots=int(swapped.sum()))
    if undecided.any():
        log.add("txt-axes-undecided", int(lines[undecided][0]), plots=int(undecided.sum()))
    return np.asarray(swapped, dtype=np.bool_)


def _crs(prefix: int, line: int, declared: Mapping[str, tuple[str, int]], log: DefectLog) -> CRS | None:
    """The CRS of eastings that begin with `prefix` (0: no zone number)."""
    if declared.get("计量单位", ("", 0))[0].casefold() not in _METRES:
        _say(log, "txt-unit-unknown", declared, "计量单位", line)
        return None
    datum, zone = _datum(declared, line, log), _zone(prefix, line, declared, log)
    if datum is None or zone is None:
        if datum is not None:
            _say(log, "txt-crs-unknown", declared, "带号", line)
        return None
    return Grid(datum, zone[1], zone[0], prefixed=prefix > 0).crs()


def _datum(declared: Mapping[str, tuple[str, int]], line: int, log: DefectLog) -> Datum | None:
    name = declared.get("坐标系", ("", 0))[0]
    if not name:
        _say(log, "txt-datum-assumed", declared, "坐标系", line)
        return "cgcs2000"
    datum = datum_named(name)
    if datum is None:
        _say(log, "txt-crs-unknown", declared, "坐标系", line)
    return datum


def _zone(prefix: int, line: int, declared: Mapping[str, tuple[str, int]], log: DefectLog) -> tuple[int, Width] | None:
    """Zone and its width; where the header contradicts the coordinates, the coordinates are followed."""
    said = declared.get("带号", ("", 0))[0]
    zone = prefix or (int(said) if said.isdecimal() else 0)
    width = width_of(zone)
    if prefix and said not in ("", str(prefix)):
        _say(log, "txt-zone-contradiction", declared, "带号", line, found=prefix)
    said_width = declared.get("几度分带", ("", 0))[0].removesuffix("带").removesuffix("度")
    if width is not None and said_width not in ("", str(width)):
        _say(log, "txt-zone-contradiction", declared, "几度分带", line, found=width)
    return None if width is None else (zone, width)


def _say(
    log: DefectLog, message_id: str, declared: Mapping[str, tuple[str, int]], key: str, line: int, **params: object
) -> None:
    value, at = declared.get(key, ("", line))
    log.add(message_id, at, key=key, value=value, **params)
