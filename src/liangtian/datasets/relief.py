"""Heights of the invented land as an elevation model: the relief the parcels were drawn on, cell by cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.datasets.parcels import ground
from liangtian.datasets.terrain import Channel, Terrain, Waves
from liangtian.formats.features import Features
from liangtian.space.crs import gauss_kruger
from liangtian.space.slope import Elevation

Floats = npt.NDArray[np.float64]

CELL_M = 30.0
_COARSE = 4  # cells between places whose plan position is worked out; between them it is interpolated
_ROUNDS = 60  # of the fixed point of a channel
_LEFT = 1e-6  # of a kilometre: how near the fixed point of a swirl is sought
_RIM_CELLS = 3


def relief(towns: Features, *, parcels: int, seed: int = 1) -> Elevation:
    """Heights over the towns of a municipality of one land, in EPSG:4549, cells of `CELL_M`.

    Slopes differ from the grades of the survey here and there: the plan, on which the grades were drawn, is bent into the
    plane.

    Parameters
    ----------
    towns : the layer XZQ
    parcels, seed : what `county.generate` was called with
    """
    west, south, east, north = shapely.total_bounds(towns.geometry) / CELL_M
    west, south = (np.floor([west, south]) - _RIM_CELLS) * CELL_M
    east, north = (np.ceil([east, north]) + _RIM_CELLS) * CELL_M
    x = np.arange(west, east, CELL_M) + CELL_M / 2
    y = np.arange(north, south, -CELL_M) - CELL_M / 2
    terrain, _ = ground(parcels, seed)
    heights = np.round(terrain.elevation_m(*_plan(terrain, x, y)), 1)
    return Elevation(heights, float(west), float(north), CELL_M, CELL_M, gauss_kruger(40), "relief")


def _plan(terrain: Terrain, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Plan positions of a grid of ground positions, shape (rows, columns) each."""
    coarse_x, coarse_y = _thinned(x), _thinned(y)
    u, v = _to_plan(terrain, *np.meshgrid(coarse_x, coarse_y))
    across = _weights(coarse_x, x)
    down = _weights(coarse_y[::-1], y[::-1])[::-1, ::-1]
    return down @ u @ across.T, down @ v @ across.T


def _thinned(values: Floats) -> Floats:
    """Every fourth value, and one beyond the last."""
    step = values[1] - values[0]
    return np.asarray(values[0] + step * _COARSE * np.arange(-(-len(values) // _COARSE) + 1))


def _weights(known: Floats, wanted: Floats) -> Floats:
    """Rows that interpolate linearly between known positions, ascending. Shape (wanted, known)."""
    left = np.clip(np.searchsorted(known, wanted, side="right") - 1, 0, len(known) - 2)
    share = (wanted - known[left]) / (known[left + 1] - known[left])
    weights = np.zeros((len(wanted), len(known)))
    rows = np.arange(len(wanted))
    weights[rows, left], weights[rows, left + 1] = 1 - share, share
    return weights


def _to_plan(terrain: Terrain, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """`Terrain.to_ground` undone, step by step from the last."""
    turn = np.radians(24.0)
    east, north = x - terrain.centre_m[0], y - terrain.centre_m[1]
    u = east * np.cos(turn) + north * np.sin(turn) + terrain.side_m / 2
    v = -east * np.sin(turn) + north * np.cos(turn) + terrain.side_m / 2
    for waves, bend in reversed(terrain.swirls):
        u, v = _unswirled(waves, bend, u, v)
    for channel in reversed(terrain.channels):
        u, v = _unbent(channel, u, v)
    return u, v


def _unswirled(waves: Waves, bend: float, u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Each round leaves `bend` of the error."""
    at_u, at_v = u, v
    for _ in range(int(np.ceil(np.log(_LEFT) / np.log(bend)))):
        du, dv = waves.curl(at_u, at_v, bend)
        at_u, at_v = u - du, v - dv
    return at_u, at_v


def _unbent(channel: Channel, u: Floats, v: Floats) -> tuple[Floats, Floats]:
    across, along = (u, v) if channel.axis == 0 else (v, u)
    at = across
    for _ in range(_ROUNDS):
        at = across - (channel.bend(at, along) - at)
    return (at, v) if channel.axis == 0 else (u, at)
