"""GCJ-02, the shifted coordinates of Chinese web maps: a boundary traced there lies hundreds of metres off.

The shift has no official text; its formula has been public knowledge since 2009 and is a sum of sines over the
offset from 105° E, 35° N, turned into degrees on the Krassovsky ellipsoid.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

_RADIUS_M = 6_378_245.0
_ECCENTRICITY2 = 0.006_693_421_622_965_943
_ORIGIN = np.array([105.0, 35.0])
NEAR_M = 2.0
SHARE_UNDONE = 0.9
SHARE_AS_GIVEN = 0.1


def suspect_gcj02(vertices: Floats, published: Floats) -> bool:
    """Whether undoing the GCJ-02 shift, and nothing less, brings a boundary onto published vertices.

    Parameters
    ----------
    vertices : shape (n, 2), longitude and latitude of the boundary's vertices, degrees
    published : shape (m, 2), longitude and latitude of published parcel vertices around it, degrees; they must reach
        at least 1 km beyond the boundary, or its true place is not among them

    Returns
    -------
    True when at least 90 % of the vertices lie within 2 m of a published vertex with the shift undone and fewer than
    10 % as given; always False without vertices on either side.

    Examples
    --------
    >>> fields = np.array([[120.7, 30.5], [120.701, 30.5], [120.701, 30.501]])
    >>> suspect_gcj02(shift(fields), fields), suspect_gcj02(fields, fields)
    (True, False)
    """
    if len(vertices) == 0 or len(published) == 0:
        return False
    return (
        _share_near(unshift(vertices), published) >= SHARE_UNDONE and _share_near(vertices, published) < SHARE_AS_GIVEN
    )


def shift(lonlat: Floats) -> Floats:
    """True longitude and latitude → GCJ-02, degrees, shape (n, 2). Meaningful in China only."""
    lat = np.radians(lonlat[:, 1])
    curvature = 1.0 - _ECCENTRICITY2 * np.sin(lat) ** 2
    meridian_m = _RADIUS_M * (1.0 - _ECCENTRICITY2) / curvature**1.5
    parallel_m = _RADIUS_M / np.sqrt(curvature) * np.cos(lat)
    east_m, north_m = _offsets_m(lonlat - _ORIGIN)
    return lonlat + np.degrees(np.column_stack((east_m / parallel_m, north_m / meridian_m)))


def unshift(lonlat: Floats) -> Floats:
    """GCJ-02 → true longitude and latitude, degrees, shape (n, 2), to a micrometre.

    Examples
    --------
    >>> bool(np.allclose(unshift(shift(np.array([[120.7, 30.5]]))), [[120.7, 30.5]], atol=1e-11, rtol=0))
    True
    """
    true = lonlat.copy()
    # The shift changes by less than 1 % of a step, so each round gains two decimal places and more.
    for _ in range(8):
        true = true + (lonlat - shift(true))
    return true


def _offsets_m(offset: Floats) -> tuple[Floats, Floats]:
    """East and north shift in metres for an offset from the origin in degrees."""
    x, y = offset[:, 0], offset[:, 1]
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    root = np.sqrt(np.abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root
    east += (ripple + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root
    north += (ripple + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    return east, north


def _share_near(vertices: Floats, published: Floats) -> float:
    """Share of vertices within `NEAR_M` of a published one, on a plane of metres around the published ones."""
    middle = np.radians(np.mean(published[:, 1]))
    metres = np.radians(1.0) * _RADIUS_M * np.array([np.cos(middle), 1.0])
    tree = shapely.STRtree(shapely.points(published * metres))
    found = tree.query_nearest(shapely.points(vertices * metres), max_distance=NEAR_M, all_matches=False)
    return len(found[0]) / len(vertices)
