"""A lot: the ground whose improvement earned credits, or the document that stands in its place at the opening."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from liangtian.errors import BookRefused
from liangtian.ledger.bounds import DAY_FIRST, DAY_LAST, is_sane, is_within, shown
from liangtian.ledger.kinds import credit_kinds
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import geographic, is_cgcs2000, transformer
from liangtian.units import round_dm2

Box = tuple[float, float, float, float]

SIDE_MAX_M = 30_000.0
"""Largest extent of a lot, our own bound: the works of one project lie in one or two townships. What is wider is a slip, or an
attempt to exhaust whoever compares it, cell by cell, with its neighbours."""

MARGIN_DEG = 2.0
"""How far a survey may reach beyond the zone its plane is made for."""

_EPSG = re.compile(r"EPSG:[0-9]{4,6}")


@dataclass(frozen=True, slots=True, order=True)
class Ground:
    """One boundary in its measuring plane.

    Attributes
    ----------
    wkb : polygon or multipolygon, ISO WKB, little-endian, two-dimensional, valid, not empty
    crs : the plane, `EPSG:4549`

    Raises
    ------
    BookRefused (ground-unreadable, ground-invalid, ground-not-canonical, ground-crs, ground-outside) at construction

    Examples
    --------
    >>> field = Ground.of(shapely.box(500_000, 3_375_000, 500_100, 3_375_100), "EPSG:4549")
    >>> field.box, field.area_dm2
    ((500000.0, 3375000.0, 500100.0, 3375100.0), 1000000)
    """

    wkb: bytes
    crs: str

    def __post_init__(self) -> None:
        plane(self.crs)
        try:
            shape = shapely.from_wkb(self.wkb)
        except (shapely.GEOSException, TypeError) as error:
            raise BookRefused("ground-unreadable", reason=str(error)) from error
        if (
            shape.geom_type not in ("Polygon", "MultiPolygon")
            or shape.is_empty
            or not shape.is_valid
            or shape.area <= 0
        ):
            raise BookRefused("ground-invalid", type=shape.geom_type, reason=shapely.is_valid_reason(shape))
        if _wkb(shape) != self.wkb:
            raise BookRefused("ground-not-canonical")
        if not _fits(self):
            box = ", ".join(f"{value:.6g}" for value in self.box)
            raise BookRefused("ground-outside", crs=self.crs, box=box, side_km=int(SIDE_MAX_M / 1000))

    @classmethod
    def of(cls, shape: shapely.Geometry, crs: str) -> Ground:
        """Take a polygon as a shapely geometry; heights are dropped."""
        return cls(_wkb(shape), crs)

    @property
    def shape(self) -> shapely.Geometry:
        return shapely.from_wkb(self.wkb)

    @property
    def box(self) -> Box:
        """Bounds in the plane: x and y from, x and y to."""
        x_min, y_min, x_max, y_max = shapely.bounds(self.shape).tolist()
        return x_min, y_min, x_max, y_max

    @property
    def degrees(self) -> Box:
        """Bounds in longitude and latitude of the plane's own datum: west, south, east, north."""
        west, south, east, north = _to_degrees(self.crs).transform_bounds(*self.box)
        return west, south, east, north

    @property
    def area_dm2(self) -> int:
        """Ellipsoidal area, hundredths of m²."""
        shapes = np.array([self.shape], dtype=object)
        return int(round_dm2(ellipsoidal_area(shapes, plane(self.crs)))[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What one acceptance earned on one piece of ground; amounts of its credits are legs that name its serial.

    A project whose works are of several kinds makes several lots. A lot is never cut: when a part of its credits moves,
    the part keeps the serial, so every amount in any account still names its ground.

    Attributes
    ----------
    serial : unique in the book
    place : the place that earned it
    project : id of the project
    on : day of acceptance, not after the business date of the entry that opens the lot
    credit : kind of credit, a name of `kinds.toml`
    ground : None only for a lot of an opening balance whose ground is not known
    document : what proves the credit; needed where the ground is not known

    Raises
    ------
    BookRefused (lot-text, lot-serial, lot-out-of-time, lot-credit-unknown, lot-no-document) at construction
    """

    serial: str
    place: str
    project: str
    on: date
    credit: str
    ground: Ground | None
    document: str = ""

    def __post_init__(self) -> None:
        for name in ("serial", "place", "project"):
            if not str(getattr(self, name)).strip():
                raise BookRefused("lot-text", serial=self.serial, name=name)
        if not is_sane(self.serial):
            raise BookRefused("lot-serial", serial=shown(self.serial))
        if not is_within(self.on):
            raise BookRefused("lot-out-of-time", serial=self.serial, on=self.on, first=DAY_FIRST, last=DAY_LAST)
        if self.credit not in credit_kinds():
            raise BookRefused(
                "lot-credit-unknown", serial=self.serial, credit=self.credit, known=", ".join(credit_kinds())
            )
        if self.ground is None and not self.document.strip():
            raise BookRefused("lot-no-document", serial=self.serial)


@cache
def plane(crs: str) -> CRS:
    """The measuring plane a lot names.

    Raises
    ------
    BookRefused (ground-crs): not of the form EPSG:4549, unknown, not projected, or not of CGCS2000: coordinates of Xian 1980
        or Beijing 1954 say where they are only through a local transformation, tens of metres off without it
    """
    try:
        found = CRS.from_user_input(crs) if _EPSG.fullmatch(crs) else None
    except CRSError:
        found = None
    if found is None or not found.is_projected or not is_cgcs2000(found):
        raise BookRefused("ground-crs", crs=crs)
    return found


def is_within_use(degrees: Box, crs: str) -> bool:
    """Whether bounds in longitude and latitude lie where a plane is meant to be used, or a little beyond."""
    zone = plane(crs).area_of_use
    west, south, east, north = degrees
    return (
        zone is not None
        and zone.west - MARGIN_DEG <= west <= east <= zone.east + MARGIN_DEG
        and zone.south - MARGIN_DEG <= south <= north <= zone.north + MARGIN_DEG
    )


def _fits(ground: Ground) -> bool:
    """Whether a boundary is no wider than a lot may be and lies where its plane is meant to be used."""
    x_min, y_min, x_max, y_max = ground.box
    is_narrow = x_max - x_min <= SIDE_MAX_M and y_max - y_min <= SIDE_MAX_M
    return is_narrow and is_within_use(ground.degrees, ground.crs)


@cache
def _to_degrees(crs: str) -> Transformer:
    return transformer(plane(crs), geographic(plane(crs)))


def _wkb(shape: shapely.Geometry) -> bytes:
    return bytes(shapely.to_wkb(shape, output_dimension=2, byte_order=1, flavor="iso"))
