"""The Gauss-Krüger grids of China: datum, zone width, zone and false easting ↔ CRS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from pyproj import CRS

Datum = Literal["cgcs2000", "xian80", "beijing54", "wgs84"]
Width = Literal[3, 6]

ZONES: dict[Width, range] = {3: range(25, 46), 6: range(13, 24)}
# EPSG code = base + zone, by datum, zone width and whether the easting carries the zone number.
_EPSG_BASE: dict[tuple[Datum, Width, bool], int] = {
    ("cgcs2000", 3, True): 4488,
    ("cgcs2000", 3, False): 4509,
    ("cgcs2000", 6, True): 4478,
    ("cgcs2000", 6, False): 4489,
    ("xian80", 3, True): 2324,
    ("xian80", 3, False): 2345,
    ("xian80", 6, True): 2314,
    ("xian80", 6, False): 2325,
    ("beijing54", 3, True): 2376,
    ("beijing54", 3, False): 2397,
    ("beijing54", 6, True): 21400,
    ("beijing54", 6, False): 21440,
}
_DATUM_WORDS: tuple[tuple[str, Datum], ...] = (
    ("cgcs2000", "cgcs2000"),
    ("china2000", "cgcs2000"),
    ("2000国家", "cgcs2000"),
    ("国家2000", "cgcs2000"),
    ("wgs", "wgs84"),
    ("worldgeodeticsystem1984", "wgs84"),
    ("xian", "xian80"),
    ("西安", "xian80"),
    ("80国家", "xian80"),
    ("iag", "xian80"),
    ("beijing", "beijing54"),
    ("北京", "beijing54"),
    ("krasovsky", "beijing54"),
    ("krassovsky", "beijing54"),
    ("克拉索夫斯基", "beijing54"),
)


@dataclass(frozen=True, slots=True)
class Grid:
    """One zone of one grid. `prefixed`: eastings have 8 digits and begin with the zone number."""

    datum: Datum
    width: Width
    zone: int
    prefixed: bool

    @property
    def central_meridian(self) -> int:
        """Degrees east."""
        return self.zone * 3 if self.width == 3 else self.zone * 6 - 3

    @property
    def false_easting(self) -> int:
        """Metres."""
        return 500_000 + (self.zone * 1_000_000 if self.prefixed else 0)

    def crs(self) -> CRS:
        """The grid's CRS: by EPSG code, or built from its parameters for WGS 84, which EPSG does not list.

        Examples
        --------
        >>> Grid("cgcs2000", 3, 40, prefixed=True).crs().to_epsg()
        4528
        >>> Grid("xian80", 6, 20, prefixed=False).crs().to_epsg()
        2345
        """
        if self.datum != "wgs84":
            return CRS.from_epsg(_EPSG_BASE[self.datum, self.width, self.prefixed] + self.zone)
        return CRS.from_proj4(
            f"+proj=tmerc +lat_0=0 +lon_0={self.central_meridian} +k=1 +x_0={self.false_easting} +y_0=0 "
            "+datum=WGS84 +units=m +type=crs"
        )


def datum_named(name: str) -> Datum | None:
    """The datum meant by the wording of a survey file, None if it is not one of the four.

    Examples
    --------
    >>> [datum_named(name) for name in ("2000国家大地坐标系", "1980西安坐标系", "WGS84坐标系", "地方坐标系")]
    ['cgcs2000', 'xian80', 'wgs84', None]
    """
    plain = name.casefold().replace(" ", "").replace("_", "").replace("-", "")
    return next((datum for word, datum in _DATUM_WORDS if word in plain), None)


def width_of(zone: int) -> Width | None:
    """Zone numbers of China do not overlap: 13–23 are 6-degree zones, 25–45 3-degree zones."""
    return next((width for width, zones in ZONES.items() if zone in zones), None)


def is_prefixed(easting: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """True where a value can only be an easting that begins with its zone number (8 digits, zone 13 to 45)."""
    return np.asarray((easting >= 13_000_000.0) & (easting < 46_000_000.0), dtype=np.bool_)


def identify(crs: CRS) -> Grid | None:
    """The Chinese Gauss-Krüger grid that `crs` is, None if it is something else.

    Examples
    --------
    >>> identify(CRS(4549))
    Grid(datum='cgcs2000', width=3, zone=40, prefixed=False)
    """
    operation, datum = crs.coordinate_operation, crs.datum
    if operation is None or datum is None or (known := datum_named(datum.name)) is None:
        return None
    value: dict[str, object] = {p.name.casefold(): p.value for p in operation.params}
    meridian, easting = value.get("longitude of natural origin"), value.get("false easting")
    scale, northing = value.get("scale factor at natural origin"), value.get("false northing")
    if operation.method_name != "Transverse Mercator" or scale != 1 or northing != 0:
        return None
    for width, zones in ZONES.items():
        for zone in zones:
            for prefixed in (False, True):
                grid = Grid(known, width, zone, prefixed)
                if grid.central_meridian == meridian and grid.false_easting == easting and _fits(crs, grid):
                    return grid
    return None


def _fits(crs: CRS, grid: Grid) -> bool:
    # Where a 3-degree and a 6-degree zone share meridian and false easting only the name tells them apart.
    named_three = "3-degree" in crs.name or "3_degree" in crs.name.casefold()
    shared = not grid.prefixed and grid.central_meridian % 6 == 3 and grid.datum != "wgs84"
    return not shared or named_three == (grid.width == 3)
