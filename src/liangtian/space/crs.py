"""Coordinate reference systems: which plane a layer is measured in, and the moves between planes.

All transformations here use x = east/longitude, y = north/latitude (`always_xy`), whatever order the authority states.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import UTMConversion

from liangtian.errors import CrsMismatch
from liangtian.space.packed import bounds_of, mapped

CGCS2000 = CRS.from_epsg(4490)


def is_cgcs2000(crs: CRS) -> bool:
    """True for CGCS2000 itself and every projection of it."""
    geodetic = crs.geodetic_crs
    return geodetic is not None and geodetic.datum is not None and geodetic.datum.name == "China 2000"


@cache
def gauss_kruger(zone: int, *, prefixed: bool = False) -> CRS:
    """The 3-degree CGCS2000 Gauss-Krüger zone 25…45, in central-meridian or zone-prefixed form.

    Source
    ------
    domain.md §4: EPSG = 4509 + zone (central meridian), 4488 + zone (prefixed).

    Examples
    --------
    >>> gauss_kruger(40).to_epsg(), gauss_kruger(40, prefixed=True).to_epsg()
    (4549, 4528)
    """
    if not 25 <= zone <= 45:
        raise CrsMismatch("crs-zone-unknown", zone=zone)
    return CRS.from_epsg((4488 if prefixed else 4509) + zone)


def measuring_plane(crs: CRS, lon: float, lat: float) -> CRS:
    """The plane in which the edges of a layer are straight and all overlays run.

    In China the survey's own Gauss-Krüger zone in central-meridian form; a layer in EPSG:4490 gets the 3-degree zone
    of its middle. Elsewhere the layer's own projected CRS, or UTM on the layer's own datum for geographic data.

    Parameters
    ----------
    crs : the CRS of the layer
    lon, lat : degrees, the middle of the layer in the geographic CRS underlying `crs`

    Raises
    ------
    CrsMismatch (crs-mismatch): neither geographic nor projected, or degrees that are none.

    Examples
    --------
    >>> [measuring_plane(CRS.from_epsg(code), 120.7, 30.5).to_epsg() for code in (4528, 4549, 4490)]
    [4549, 4549, 4549]
    """
    if crs.is_projected:
        epsg = _epsg(crs.srs)
        if epsg is not None and 4513 <= epsg <= 4533:
            return CRS.from_epsg(epsg + 21)
        if epsg is not None and 4491 <= epsg <= 4501:
            return CRS.from_epsg(epsg + 11)
        return crs
    if not crs.is_geographic or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise CrsMismatch("crs-not-measurable", crs=crs.name)
    if is_cgcs2000(crs):
        return gauss_kruger(int(np.floor(lon / 3 + 0.5)))
    zone = int(np.floor((lon + 180) / 6)) % 60 + 1
    hemisphere = "N" if lat >= 0 else "S"
    if crs.to_epsg() == 4326:
        return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)
    return ProjectedCRS(UTMConversion(str(zone), hemisphere), f"{crs.name} / UTM {zone}{hemisphere}", geodetic_crs=crs)


@cache
def _epsg(definition: str) -> int | None:
    return CRS.from_user_input(definition).to_epsg()


@cache
def transformer(source: CRS, target: CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def geographic(crs: CRS) -> CRS:
    """The 2D geographic CRS underlying a projected one, or the CRS itself.

    Raises
    ------
    CrsMismatch (crs-mismatch): a local or engineering system without an earth.
    """
    geodetic = crs.geodetic_crs
    if geodetic is None:
        raise CrsMismatch("crs-not-measurable", crs=crs.name)
    return geodetic.to_2d()


def reproject(geometry: npt.NDArray[np.object_], source: CRS, target: CRS) -> npt.NDArray[np.object_]:
    """Move vertices from one CRS to another; edges stay straight between moved vertices.

    Zone-prefixed and central-meridian forms of one zone differ by a false easting: that move is an exact subtraction.
    """
    if source is target or source == target:  # comparing takes longer than looking
        return geometry
    shift = false_easting_shift(source, target)
    if shift is not None:
        return mapped(geometry, lambda part: shapely.transform(part, lambda xy: xy + np.array([shift, 0.0])))
    move = transformer(source, target).transform
    return mapped(
        geometry,
        lambda part: shapely.transform(part, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1], errcheck=True))),
    )


def false_easting_shift(source: CRS, target: CRS) -> float | None:
    """Metres to add to the easting when two CGCS2000 planes differ only in the zone prefix, else None."""
    a, b = _epsg(source.srs), _epsg(target.srs)
    if a is None or b is None:
        return None
    for low, high, offset, first_zone in ((4513, 4533, 21, 25), (4491, 4501, 11, 13)):
        if low <= a <= high and b == a + offset:
            return -1e6 * (a - low + first_zone)
        if low <= b <= high and a == b + offset:
            return 1e6 * (b - low + first_zone)
    return None


def middle(geometry: npt.NDArray[np.object_], crs: CRS) -> tuple[float, float]:
    """Longitude and latitude, in degrees, of the middle of the bounds."""
    bounds = bounds_of(geometry)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return np.nan, np.nan
    x, y = (bounds[:, :2].min(axis=0) + bounds[:, 2:].max(axis=0)) / 2
    if crs.is_geographic:
        return float(x), float(y)
    lon, lat = transformer(crs, geographic(crs)).transform(x, y)
    return float(lon), float(lat)


def to_measuring_plane(geometry: npt.NDArray[np.object_], crs: CRS) -> tuple[npt.NDArray[np.object_], CRS]:
    """Project a layer once into the plane it is measured in."""
    plane = measuring_plane(crs, *((0.0, 0.0) if crs.is_projected else middle(geometry, crs)))
    return reproject(geometry, crs, plane), plane
