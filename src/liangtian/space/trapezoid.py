"""The national area formula, vertex by vertex: any projection, any length of edge.

An edge between two points (B1, L1), (B2, L2) stands for the trapezoid of the national formula
S = 2 b² dL [A sin(dB/2) cos(Bm) - B sin(3dB/2) cos(3Bm) + …]. As 2 sin((B2-B1)/2) cos((B1+B2)/2) = sin B2 - sin B1,
the bracket is a difference Q(B2) - Q(B1) with Q(B) = A sin B - B sin 3B + C sin 5B - D sin 7B + E sin 9B: one value a
vertex instead of ten an edge, and the same number. L is counted from the first vertex of each ring, which the sum over
a closed ring does not notice and which keeps the rounding error below 1e-6 m² for parcels.

Source: 国土调查办发〔2008〕32号 (formula); survey software's procedure of splitting edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Series:
    """Q of the national formula as an odd polynomial in sin B.

    Attributes
    ----------
    b2, e2 : squares of the semi-minor axis (m²) and of the first eccentricity
    coefficients : of sin B, sin³ B … sin⁹ B
    """

    b2: float
    e2: float
    coefficients: tuple[float, float, float, float, float]

    @classmethod
    def of(cls, a: float, b: float) -> Series:
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
        return cls(b * b, e2, powers)

    def q(self, sin_lat: Floats) -> Floats:
        """Q at latitudes; b² times a longitude times a difference of Q is an area, m²."""
        p1, p3, p5, p7, p9 = self.coefficients
        s2 = sin_lat * sin_lat
        return np.asarray(sin_lat * (p1 + s2 * (p3 + s2 * (p5 + s2 * (p7 + s2 * p9)))))

    def density(self, sin_lat: Floats) -> Floats:
        """b² times the derivative of Q by isometric latitude: m² a square radian of (isometric latitude, longitude)."""
        p1, p3, p5, p7, p9 = self.coefficients
        s2 = sin_lat * sin_lat
        slope = p1 + s2 * (3 * p3 + s2 * (5 * p5 + s2 * (7 * p7 + s2 * (9 * p9))))
        return np.asarray(self.b2 / (1 - self.e2) * slope * (1 - s2) * (1 - self.e2 * s2))

    def curvature(self, sin_lat: Floats) -> Floats:
        """Gaussian curvature of the ellipsoid, 1/m²."""
        return np.asarray((1 - self.e2 * sin_lat * sin_lat) ** 2 / self.b2)


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


def trapezoids(lon: Floats, q: Floats, starts: Ints) -> Floats:
    """Sum (mean longitude) x (difference of Q) over the edges of each closed ring; unsigned, shape (r,)."""
    lon = lon - np.repeat(lon[starts[:-1]], np.diff(starts))
    edge = np.zeros_like(lon)
    edge[:-1] = (lon[:-1] + lon[1:]) * (q[1:] - q[:-1])
    edge[starts[1:] - 1] = 0.0
    return np.asarray(np.abs(np.add.reduceat(edge, starts[:-1])) / 2)
