"""The shape of the invented land: smooth noise, relief, and the bending that turns a plan into a landscape.

A county is laid out in a flat plan (u, v), where every boundary is parallel to an axis, and then bent into the
plane by a map without folds: vertices that are one vertex in the plan stay one vertex on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

CENTRE_M = (567_200.0, 3_364_700.0)
"""Middle of the demonstration municipality in EPSG:4549, about 120.70°E 30.40°N."""

PLAIN_BELOW, HILL_ABOVE = 0.50, 0.64
"""Ruggedness below which land is plain, and above which it is hill; between them lie the slopes."""

SLOPE_LIMITS_DEG = (2.0, 6.0, 15.0, 25.0)
"""Upper limits of slope grades 1 to 4, inclusive (domain.md §3.5)."""


@dataclass(frozen=True, slots=True)
class Waves:
    """Smooth noise: a sum of plane waves.

    Attributes
    ----------
    east, north : shape (k,), wave numbers, radians per metre
    phase : shape (k,), radians
    weight : shape (k,), amplitudes
    """

    east: Array
    north: Array
    phase: Array
    weight: Array

    @classmethod
    def drawn(cls, rng: np.random.Generator, wavelength_m: float, count: int = 7) -> Waves:
        """Waves in all directions around one wavelength, amplitudes such that the sum has unit variance."""
        angle = np.pi * (np.arange(count) + rng.random(count)) / count
        number = 2 * np.pi / (wavelength_m * rng.uniform(0.7, 1.45, count))
        weight = np.full(count, np.sqrt(2.0 / count))
        return cls(number * np.cos(angle), number * np.sin(angle), rng.uniform(0, 2 * np.pi, count), weight)

    def height(self, u: Array, v: Array) -> Array:
        total = np.zeros(np.broadcast(u, v).shape)
        for east, north, phase, weight in zip(self.east, self.north, self.phase, self.weight, strict=True):
            total += weight * np.cos(east * u + north * v + phase)
        return total

    def curl(self, u: Array, v: Array, bend: float) -> tuple[Array, Array]:
        """Displacement along the contour lines, whose gradient nowhere exceeds `bend` (< 1: the map has no fold)."""
        du, dv = np.zeros_like(u), np.zeros_like(v)
        number2 = self.east**2 + self.north**2
        for east, north, phase, k2 in zip(self.east, self.north, self.phase, number2, strict=True):
            wave = np.sin(east * u + north * v + phase) * (bend / (len(number2) * k2))
            du += north * wave
            dv -= east * wave
        return du, dv


@dataclass(frozen=True, slots=True)
class Channel:
    """A watercourse of the plan: the line `at` across axis `axis`, and how far it meanders (shape (k,) waves)."""

    axis: int
    at: float
    reach_m: float
    amplitude_m: float
    wavelengths_m: Array
    phases: Array

    def bend(self, across: Array, along: Array) -> Array:
        """Shift across the channel; fades with the distance, so a shear without folds."""
        wave = np.zeros_like(along)
        for wavelength, phase in zip(self.wavelengths_m, self.phases, strict=True):
            wave += np.sin(2 * np.pi * along / wavelength + phase)
        fade = np.exp(-(((across - self.at) / self.reach_m) ** 2))
        return across + self.amplitude_m / len(self.phases) * wave * fade


@dataclass(frozen=True, slots=True)
class Terrain:
    """Relief and bending of a plan that is a square of `side_m` metres with its corner at the origin.

    Its middle comes to lie at `centre_m` of EPSG:4549.
    """

    side_m: float
    channels: tuple[Channel, ...]
    swirls: tuple[tuple[Waves, float], ...]
    broad: Waves
    fine: Waves
    patches: Waves
    outline: Waves
    centre_m: tuple[float, float] = CENTRE_M

    def ruggedness(self, u: Array, v: Array) -> Array:
        """0 on the plain to 1 in the hills; rises to the south-west, low along the main river."""
        side = self.side_m
        tilt = 0.36 - 0.52 * (0.75 * u + 0.35 * v - 0.5 * side) / side
        river = np.exp(-(((u - self.channels[0].at) / (0.14 * side)) ** 2))
        return np.clip(tilt + 0.17 * self.broad.height(u, v) - 0.22 * river, 0.0, 1.0)

    def elevation_m(self, u: Array, v: Array) -> Array:
        rise = np.clip((self.ruggedness(u, v) - PLAIN_BELOW + 0.04) / 0.45, 0.0, 1.0)
        return 3.0 + rise**1.3 * (230.0 + 26.0 * self.fine.height(u, v))

    def slope_deg(self, u: Array, v: Array) -> Array:
        step = 30.0
        east = self.elevation_m(u + step, v) - self.elevation_m(u - step, v)
        north = self.elevation_m(u, v + step) - self.elevation_m(u, v - step)
        return np.degrees(np.arctan(np.hypot(east, north) / (2 * step)))

    def to_ground(self, u: Array, v: Array) -> tuple[Array, Array]:
        """Plan metres → EPSG:4549 metres, shape kept."""
        for channel in self.channels:
            if channel.axis == 0:
                u = channel.bend(u, v)
            else:
                v = channel.bend(v, u)
        for waves, bend in self.swirls:
            du, dv = waves.curl(u, v, bend)
            u, v = u + du, v + dv
        turn = np.radians(24.0)
        u, v = u - self.side_m / 2, v - self.side_m / 2
        return (
            self.centre_m[0] + u * np.cos(turn) - v * np.sin(turn),
            self.centre_m[1] + u * np.sin(turn) + v * np.cos(turn),
        )


def draw_terrain(rng: np.random.Generator, side_m: float, centre_m: tuple[float, float] = CENTRE_M) -> Terrain:
    """Terrain for a plan of the given side, lengths shortened where the plan is small."""
    river = _channel(rng, axis=0, at=side_m * rng.uniform(0.44, 0.52), size_m=min(1.0, side_m / 16_000) * 520)
    brooks = [
        _channel(rng, axis=1, at=side_m * (k + rng.uniform(0.35, 0.65)) / 4, size_m=min(1.0, side_m / 16_000) * 210)
        for k in range(4)
    ]
    swirls = tuple(
        (Waves.drawn(rng, wavelength), bend)
        for wavelength, bend in ((min(11_000.0, side_m * 0.9), 0.80), (3_900.0, 0.66), (1_500.0, 0.50))
    )
    return Terrain(
        side_m=side_m,
        channels=(river, *brooks),
        swirls=swirls,
        broad=Waves.drawn(rng, min(6_500.0, side_m * 0.5)),
        fine=Waves.drawn(rng, 800.0),
        patches=Waves.drawn(rng, 620.0),
        outline=Waves.drawn(rng, side_m * 0.55),
        centre_m=centre_m,
    )


def slope_grade(slope_deg: Array) -> npt.NDArray[np.int64]:
    """Slope grade 1–5, upper limit included.

    Examples
    --------
    >>> slope_grade(np.array([0.0, 2.0, 2.1, 15.0, 25.1])).tolist()
    [1, 1, 2, 3, 5]
    """
    return 1 + np.searchsorted(SLOPE_LIMITS_DEG, slope_deg, side="left")


def _channel(rng: np.random.Generator, *, axis: int, at: float, size_m: float) -> Channel:
    wavelengths = size_m * rng.uniform(7.0, 17.0, 3)
    return Channel(axis, at, size_m * 3.4, size_m * 2.4, wavelengths, rng.uniform(0, 2 * np.pi, 3))
