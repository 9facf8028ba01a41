"""The head of a VCT file: separator, offset, and the CRS from Spheroid and Parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from liangtian.formats.defects import DefectLog
from liangtian.formats.gauss_kruger import ZONES, Datum, Grid, Width, datum_named, is_prefixed, width_of

_AXES: dict[tuple[float, float], Datum] = {
    (6378137.0, 298.257222101): "cgcs2000",
    (6378137.0, 298.257223563): "wgs84",
    (6378140.0, 298.257): "xian80",
    (6378245.0, 298.3): "beijing54",
}
_GEOGRAPHIC: dict[Datum, int] = {"cgcs2000": 4490, "wgs84": 4326, "xian80": 4610, "beijing54": 4214}


@dataclass(frozen=True, slots=True)
class Head:
    """Key → value and key → line of the head section."""

    values: dict[str, str]
    lines: dict[str, int]
    first_line: int

    @property
    def separator(self) -> str:
        """Between the parts of a line; a comma unless the head says otherwise."""
        return self.values.get("Separator") or ","

    @property
    def offset(self) -> tuple[float, float]:
        """To be added to every coordinate."""
        numbers = _numbers(self.values.get("Offset", ""))
        return (numbers[0], numbers[1]) if len(numbers) == 2 else (0.0, 0.0)

    @property
    def swapped(self) -> bool:
        """True where the first coordinate is the northing."""
        return self.values.get("XAxisDirection", "E").upper().startswith("N")

    def crs(self, sample: npt.NDArray[np.float64], log: DefectLog) -> CRS | None:
        """The CRS, compared with the eastings in `sample`; None, with a finding, where the head does not tell it."""
        datum = self._datum()
        if datum is None:
            self._say(log, "vct-crs-unknown", "Spheroid")
            return None
        if self.values.get("CoordinateSystemType", "P").upper() != "P":
            return CRS.from_epsg(_GEOGRAPHIC[datum])
        grid = self._grid(datum)
        if grid is None or self.values.get("XYUnit", "M").upper() not in ("M", "米", "METER", "METRE"):
            self._say(log, "vct-crs-unknown", "Parameters" if grid is None else "XYUnit")
            return None
        return self._as_the_coordinates_say(grid, sample, log).crs()

    def _datum(self) -> Datum | None:
        spheroid = self.values.get("Spheroid", "")
        name, *numbers = spheroid.split(self.separator)
        axes = _numbers(",".join(numbers))
        return datum_named(name) or (_AXES.get((axes[0], axes[1])) if len(axes) > 1 else None)

    def _grid(self, datum: Datum) -> Grid | None:
        """`Parameters:<central meridian>,1,<false easting>,<false northing>,<zone width>,<zone>`."""
        numbers = _numbers(self.values.get("Parameters", "").replace(self.separator, ","))
        if len(numbers) < 3 or (len(numbers) > 4 and numbers[4] not in (3.0, 6.0)):
            return None
        meridian, false_easting = numbers[0], numbers[2]
        width: Width = 6 if len(numbers) > 4 and numbers[4] == 6.0 else 3
        zone = int(meridian // 3) if width == 3 else int((meridian + 3) // 6)
        grid = Grid(datum, width, zone, prefixed=false_easting > 1_000_000)
        fits = zone in ZONES[width] and (grid.central_meridian, grid.false_easting) == (meridian, false_easting)
        return grid if fits else None

    def _as_the_coordinates_say(self, grid: Grid, sample: npt.NDArray[np.float64], log: DefectLog) -> Grid:
        """Eastings show whether they carry the zone number and which; they win over the head."""
        if not len(sample):
            return grid
        typical = np.array([np.median(sample)])
        prefix = int(typical[0] // 1_000_000) if is_prefixed(typical)[0] else 0
        if prefix == (grid.zone if grid.prefixed else 0):
            return grid
        self._say(log, "vct-zone-contradiction", "Parameters", found=prefix or "-")
        if not prefix:
            return Grid(grid.datum, grid.width, grid.zone, prefixed=False)
        return Grid(grid.datum, width_of(prefix) or grid.width, prefix, prefixed=True)

    def _say(self, log: DefectLog, message_id: str, key: str, **params: object) -> None:
        line = self.lines.get(key, self.first_line)
        log.add(message_id, line, key=key, value=self.values.get(key, ""), **params)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        return ()
