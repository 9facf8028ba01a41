"""Ellipsoidal areas by the national formula, on any number of parcels at once.

An edge between two points (B1, L1), (B2, L2) stands for the trapezoid of the national formula
S = 2 b² dL [A sin(dB/2) cos(Bm) - B sin(3dB/2) cos(3Bm) + …]. As 2 sin((B2-B1)/2) cos((B1+B2)/2) = sin B2 - sin B1,
the bracket is a difference Q(B2) - Q(B1) with Q(B) = A sin B - B sin 3B + C sin 5B - D sin 7B + E sin 9B: one value a
vertex instead of ten an edge, and the same number. L is counted from the first vertex of each ring, which the sum over
a closed ring does not notice and which keeps the rounding error below 1e-6 m² for parcels.

Source: 国土调查办发〔2008〕32号 (formula); survey software's procedure of splitting edges; Karney (2011), Transverse
Mercator with an accuracy of a few nanometers (inverse series).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from liangtian.errors import CrsMismatch
from liangtian.space.crs import geographic, transformer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SPLIT_M = 70.0
"""Edges longer than this are split into equal pieces before they leave the plane (survey software's practice)."""

CHUNK = 1 << 14  # vertices worked on at once: some 20 temporaries of this length stay in the second-level cache


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings of polygons, flat.

    Attributes
    ----------
    xy : shape (n, 2), closed rings one after another
    starts : shape (r + 1,), first vertex of each ring, then n
    is_shell : shape (r,), False for holes
    owner : shape (r,), index of the geometry each ring belongs to, not decreasing
    """

    xy: Floats
    starts: Ints
    is_shell: npt.NDArray[np.bool_]
    owner: Ints


def rings_of(geometry: npt.NDArray[np.object_]) -> Rings:
    """Take polygons and multipolygons apart.

    Parameters
    ----------
    geometry : shape (n,), polygons, multipolygons or None; the area of anything else is 0
    """
    parts, owner_of_part = shapely.get_parts(geometry, return_index=True)
    polygon = shapely.get_type_id(parts) == 3
    parts, owner_of_part = parts[polygon], owner_of_part[polygon]
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(ring_of_vertex, np.arange(len(rings) + 1))
    is_shell = np.ones(len(rings), dtype=bool)
    is_shell[1:] = part_of_ring[1:] != part_of_ring[:-1]
    return Rings(xy, starts.astype(np.int64), is_shell, owner_of_part[part_of_ring].astype(np.int64))


def ellipsoidal_area(geometry: npt.NDArray[np.object_], crs: CRS, *, split_m: float | None = SPLIT_M) -> Floats:
    """Area on the ellipsoid of each geometry, holes out, parts added.

    Parameters
    ----------
    geometry : shape (n,), in a projected CRS, where edges are straight
    crs : that CRS; the area is measured on its own ellipsoid
    split_m : longest piece of an edge, metres; None leaves edges whole

    Returns
    -------
    ndarray : shape (n,), m², unrounded (`units.round_dm2` rounds); 0 for None and for anything without area

    Raises
    ------
    CrsMismatch (crs-mismatch): `crs` is not projected.

    Examples
    --------
    >>> square = shapely.box(40565259.975, 3379064.298, 40565359.975, 3379164.298)
    >>> ellipsoidal_area(np.array([square]), CRS.from_epsg(4528)).round(4).tolist()
    [9998.9481]
    """
    rings = rings_of(geometry)
    return area_of_rings(rings, len(geometry), crs, split_m=split_m)


def area_of_rings(rings: Rings, count: int, crs: CRS, *, split_m: float | None = SPLIT_M) -> Floats:
    """The same from flat coordinates, without geometry objects; shape (count,), m²."""
    signed = np.where(rings.is_shell, 1.0, -1.0) * ring_areas(rings.xy, rings.starts, crs, split_m=split_m)
    return np.bincount(rings.owner, weights=signed, minlength=count).astype(np.float64)


def ring_areas(xy: Floats, starts: Ints, crs: CRS, *, split_m: float | None = SPLIT_M) -> Floats:
    """Unsigned ellipsoidal area of closed rings, shape (r,), m².

    Raises
    ------
    CrsMismatch (crs-mismatch): `crs` is not projected.
    """
    if not crs.is_projected:
        raise CrsMismatch("crs-not-projected", crs=crs.name)
    inverse, ellipsoid = _inverse_of(crs), crs.ellipsoid
    if ellipsoid is None:
        raise CrsMismatch("crs-not-measurable", crs=crs.name)
    series = _Series.of(ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre)
    areas = np.empty(len(starts) - 1)
    for first, last in _chunks(starts):
        local = starts[first : last + 1] - starts[first]
        points = xy[starts[first] : starts[last]]
        if split_m is not None:
            points, local = split_edges(points, local, split_m)
        lon, sin_lat = inverse(points)
        areas[first:last] = _trapezoids(lon, series.q(sin_lat), local) * series.b2
    return areas


def _chunks(starts: Ints) -> Iterator[tuple[int, int]]:
    """Ring ranges of about CHUNK vertices each; a ring is never cut."""
    first, rings = 0, len(starts) - 1
    while first < rings:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + CHUNK, side="right")) - 1)
        yield first, min(last, rings)
        first = min(last, rings)


def split_edges(xy: Floats, starts: Ints, split_m: float) -> tuple[Floats, Ints]:
    """Cut every edge longer than `split_m` into floor(length / split_m) + 1 equal pieces.

    Examples
    --------
    >>> ring = np.array([[0.0, 0], [100, 0], [100, 50], [0, 50], [0, 0]])
    >>> points, starts = split_edges(ring, np.array([0, 5]), 70.0)
    >>> points.tolist(), starts.tolist()
    ([[0.0, 0.0], [50.0, 0.0], [100.0, 0.0], [100.0, 50.0], [50.0, 50.0], [0.0, 50.0], [0.0, 0.0]], [0, 7])
    """
    step = np.zeros_like(xy)
    np.subtract(xy[1:], xy[:-1], out=step[:-1])
    step[starts[1:] - 1] = 0.0  # the last vertex of a ring starts no edge
    length = np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2)
    if not (length > split_m).any():
        return xy, starts
    pieces = np.where(length > split_m, np.floor(length / split_m) + 1, 1).astype(np.int64)
    begin = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum(pieces, out=begin[1:])
    within = np.arange(begin[-1]) - np.repeat(begin[:-1], pieces)
    share = within / np.repeat(pieces, pieces)
    return np.repeat(xy, pieces, axis=0) + share[:, None] * np.repeat(step, pieces, axis=0), begin[starts]


def _trapezoids(lon: Floats, q: Floats, starts: Ints) -> Floats:
    """Sum (mean longitude) x (difference of Q) over the edges of each closed ring; unsigned, shape (r,)."""
    lon = lon - np.repeat(lon[starts[:-1]], np.diff(starts))
    edge = np.zeros_like(lon)
    edge[:-1] = (lon[:-1] + lon[1:]) * (q[1:] - q[:-1])
    edge[starts[1:] - 1] = 0.0
    return np.asarray(np.abs(np.add.reduceat(edge, starts[:-1])) / 2)


@dataclass(frozen=True, slots=True)
class _Series:
    """Q of the national formula as an odd polynomial in sin B, and b²."""

    b2: float
    coefficients: tuple[float, float, float, float, float]

    @classmethod
    def of(cls, a: float, b: float) -> _Series:
        e2 = (a * a - b * b) / (a * a)  # the first eccentricity; programs in the wild take the second by mistake
        c_a = 1 + 3 / 6 * e2 + 30 / 80 * e2**2 + 35 / 112 * e2**3 + 630 / 2304 * e2**4
        c_b = 1 / 6 * e2 + 15 / 80 * e2**2 + 21 / 112 * e2**3 + 420 / 2304 * e2**4
        c_c = 3 / 80 * e2**2 + 7 / 112 * e2**3 + 180 / 2304 * e2**4
        c_d = 1 / 112 * e2**3 + 45 / 2304 * e2**4
        c_e = 5 / 2304 * e2**4
        # sin kB as a polynomial in s = sin B, collected by powers of s
        powers = (
            c_a - 3 * c_b + 5 * c_c - 7 * c_d + 9 * c_e,
            4 * c_b - 20 * c_c + 56 * c_d - 120 * c_e,
            16 * c_c - 112 * c_d + 432 * c_e,
            64 * c_d - 576 * c_e,
            256 * c_e,
        )
        return cls(b * b, powers)

    def q(self, sin_lat: Floats) -> Floats:
        p1, p3, p5, p7, p9 = self.coefficients
        s2 = sin_lat * sin_lat
        return np.asarray(sin_lat * (p1 + s2 * (p3 + s2 * (p5 + s2 * (p7 + s2 * p9)))))


class _Pyproj:
    """Plane → (longitude in radians, sin of latitude) through PROJ, for any projection."""

    def __init__(self, crs: CRS) -> None:
        self._move = transformer(crs, geographic(crs))

    def __call__(self, xy: Floats) -> tuple[Floats, Floats]:
        lon, lat = self._move.transform(xy[:, 0], xy[:, 1], errcheck=True)
        return np.radians(lon), np.sin(np.radians(lat))


class _TransverseMercator:
    """Plane → (longitude from the central meridian, sin of latitude), radians, by the Krüger series to n⁶.

    Ten times faster than PROJ because it is vectorised; agrees with it to 1e-13 rad inside a 3-degree zone (tested).
    """

    def __init__(self, a: float, f: float, k0: float, false_easting: float, false_northing: float) -> None:
        n = f / (2 - f)
        rectifying = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64 + n**6 / 256)
        self._scale = 1.0 / (k0 * rectifying)
        self._fe, self._fn = false_easting, false_northing
        self._beta = (
            n / 2 - 2 / 3 * n**2 + 37 / 96 * n**3 - 1 / 360 * n**4 - 81 / 512 * n**5 + 96199 / 604800 * n**6,
            n**2 / 48 + n**3 / 15 - 437 / 1440 * n**4 + 46 / 105 * n**5 - 1118711 / 3870720 * n**6,
            17 / 480 * n**3 - 37 / 840 * n**4 - 209 / 4480 * n**5 + 5569 / 90720 * n**6,
            4397 / 161280 * n**4 - 11 / 504 * n**5 - 830251 / 7257600 * n**6,
        )
        self._delta = (
            2 * n - 2 / 3 * n**2 - 2 * n**3 + 116 / 45 * n**4 + 26 / 45 * n**5 - 2854 / 675 * n**6,
            7 / 3 * n**2 - 8 / 5 * n**3 - 227 / 45 * n**4 + 2704 / 315 * n**5 + 2323 / 945 * n**6,
            56 / 15 * n**3 - 136 / 35 * n**4 - 1262 / 105 * n**5 + 73814 / 2835 * n**6,
            4279 / 630 * n**4 - 332 / 35 * n**5 - 399572 / 14175 * n**6,
            4174 / 315 * n**5 - 144838 / 6237 * n**6,
        )

    def __call__(self, xy: Floats) -> tuple[Floats, Floats]:
        xi = (xy[:, 1] - self._fn) * self._scale
        eta = (xy[:, 0] - self._fe) * self._scale
        xi, eta = self._conformal(xi, eta)
        grow = np.exp(eta)
        shrink = 1.0 / grow
        sinh, sech = (grow - shrink) / 2, 2 / (grow + shrink)
        sin_xi, cos_xi = np.sin(xi), np.cos(xi)
        sin_conformal = sin_xi * sech
        cos_conformal = np.sqrt(sinh * sinh + cos_xi * cos_xi) * sech
        return np.arctan2(sinh, cos_xi), self._sin_latitude(sin_conformal, cos_conformal)

    def _conformal(self, xi: Floats, eta: Floats) -> tuple[Floats, Floats]:
        """Subtract sum of beta_j sin(2 j z), z = xi + i eta, by Clenshaw's recurrence in real arithmetic."""
        grow = np.exp(2 * eta)
        shrink = 1.0 / grow
        sinh, cosh = (grow - shrink) / 2, (grow + shrink) / 2
        sin, cos = np.sin(2 * xi), np.cos(2 * xi)
        c_re, c_im = 2 * cos * cosh, -2 * sin * sinh  # 2 cos 2z
        u_re: Floats | float = self._beta[3]
        u_im: Floats | float = 0.0
        v_re: Floats | float = 0.0
        v_im: Floats | float = 0.0
        for beta in self._beta[2::-1]:
            w_re = c_re * u_re - c_im * u_im - v_re + beta
            w_im = c_re * u_im + c_im * u_re - v_im
            u_re, u_im, v_re, v_im = w_re, w_im, u_re, u_im
        s_re, s_im = sin * cosh, cos * sinh  # sin 2z
        return xi - (s_re * u_re - s_im * u_im), eta - (s_re * u_im + s_im * u_re)

    def _sin_latitude(self, s: Floats, c: Floats) -> Floats:
        """Sine of the latitude from sine and cosine of the conformal latitude.

        The difference of the two, D = sum of delta_j sin 2jX, stays below 0.0034 rad: its sine and cosine are short
        polynomials, exact to the last bit.
        """
        sin2, cos2 = 2 * s * c, 2 * (1 - 2 * s * s)
        u: Floats | float = self._delta[-1]
        v: Floats | float = 0.0
        for delta in self._delta[-2::-1]:
            u, v = cos2 * u - v + delta, u
        d = u * sin2
        d2 = d * d
        return np.asarray(s * (1 - d2 / 2 * (1 - d2 / 12)) + c * d * (1 - d2 / 6 * (1 - d2 / 20)))


def _inverse_of(crs: CRS) -> _Pyproj | _TransverseMercator:
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    if operation is None or ellipsoid is None or operation.method_code != "9807":
        return _Pyproj(crs)
    given = {p.code: float(p.value) * p.unit_conversion_factor for p in operation.params}
    if given["8801"] != 0 or crs.axis_info[0].unit_conversion_factor != 1:
        return _Pyproj(crs)
    return _TransverseMercator(
        ellipsoid.semi_major_metre, 1 / ellipsoid.inverse_flattening, given["8805"], given["8806"], given["8807"]
    )
