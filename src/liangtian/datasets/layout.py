"""The plan of the county: great lines first, then blocks between ever smaller roads and ditches, then fields and lots.

Every step cuts cells in two, with or without a strip between the halves; nothing is ever moved afterwards.
Lengths are centimetres of the plan unless named otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from liangtian.datasets.landuse import ROW, Kind
from liangtian.datasets.mesh import CELL, Cells
from liangtian.datasets.terrain import HILL_ABOVE, PLAIN_BELOW, Terrain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_RIVER_HALF, _BROOK, _RAILWAY, _HIGHWAY, _CANAL = 4_200, 2_600, 1_700, 2_600, 1_500

_FINEST = {  # longest side of a lot or field, longest side across it
    Kind.FIELDS: (12_000, 5_200),
    Kind.SLOPE: (5_200, 5_200),
    Kind.HILL: (6_400, 6_400),
    Kind.VILLAGE: (6_000, 4_200),
    Kind.TOWN: (9_500, 7_500),
    Kind.INDUSTRY: (17_000, 12_000),
    Kind.FISHERY: (11_000, 7_000),
}
_STREETS = {  # longest side of a block between streets, width of the street
    Kind.VILLAGE: (11_000, 420),
    Kind.TOWN: (17_000, 1_000),
    Kind.INDUSTRY: (30_000, 1_000),
}


FACES_HIGH = 1
"""`kind` of a strip that belongs to the village on its higher side: the far half of a river."""


def middle_m(cells: Cells) -> tuple[Floats, Floats]:
    """Middles of the cells, metres of the plan."""
    return (cells["u0"] + cells["u1"]) / 200.0, (cells["v0"] + cells["v1"]) / 200.0


def lay_out_blocks(terrain: Terrain, rng: np.random.Generator) -> tuple[Cells, Cells]:
    """Cut the square plan by its great lines, then by roads, streams and ditches, down to blocks.

    Returns
    -------
    blocks : land, `block` numbered
    strips : roads and watercourses
    """
    side = round(terrain.side_m * 100)
    plan = np.zeros(1, dtype=CELL)
    plan["u1"] = plan["v1"] = side
    plan["strip"] = plan["block"] = -1
    builder = _Strips()
    land = plan
    for axis, at, width, code, halves in _great_lines(terrain, rng):
        land = _cut_through(land, builder, axis=axis, at=at, width=width, code=code, halves=halves)
    land = _cut_to_blocks(land, builder, terrain, rng)
    land["block"] = np.arange(len(land))
    return land, builder.all()


def lay_out_lots(blocks: Cells, first_strip: int, rng: np.random.Generator) -> tuple[Cells, Cells]:
    """Cut blocks of known kind into lots and fields, settlements with streets between."""
    builder = _Strips(first_strip)
    limits = np.array([_STREETS.get(kind, (2**31, 0)) for kind in Kind])
    finished = []
    while len(blocks):
        limit, width = limits[blocks["kind"]].T
        wide_u, wide_v = blocks["u1"] - blocks["u0"], blocks["v1"] - blocks["v0"]
        split = np.maximum(wide_u, wide_v) > limit
        finished.append(blocks[~split])
        blocks, axis = blocks[split], (wide_v > wide_u).astype(np.int64)[split]
        code = np.full(len(blocks), ROW["1004"])
        blocks = _halve(blocks, builder, axis=axis, width=width[split], code=code, rng=rng)
    return _cut_to_lots(np.concatenate(finished), rng), builder.all()


class _Strips:
    """Collects strips and numbers them."""

    def __init__(self, first: int = 0) -> None:
        self._next = first
        self._parts: list[Cells] = []

    def add(self, strips: Cells, *, shared: int = 1) -> None:
        """Take strips; `shared` consecutive runs of the array are one strip each (halves of a river)."""
        strips["strip"] = self._next + np.arange(len(strips)) // shared
        strips["block"] = -1
        self._next += len(strips)
        self._parts.append(strips)

    def all(self) -> Cells:
        return np.concatenate(self._parts) if self._parts else np.zeros(0, dtype=CELL)


def _great_lines(terrain: Terrain, rng: np.random.Generator) -> Iterator[tuple[int, int, int, str, bool]]:
    """Axis that is cut, where, how wide, what class, whether the strip has two halves."""
    side = terrain.side_m * 100
    small = terrain.side_m < 6_000
    yield 1, round(side * rng.uniform(0.40, 0.44)), _RAILWAY, "1001", False
    for share in (0.36,) if small else (0.18, 0.66, 0.86):
        yield 0, round(side * (share + rng.uniform(-0.03, 0.03))), _HIGHWAY, "1003", False
    for share in (0.62,) if small else (0.17, 0.60, 0.82):
        yield 1, round(side * (share + rng.uniform(-0.03, 0.03))), _HIGHWAY, "1003", False
    river, *brooks = terrain.channels
    yield 0, round(river.at * 100), _RIVER_HALF, "1101", True
    for brook in brooks[:: 2 if small else 1]:
        yield 1, round(brook.at * 100), _BROOK, "1101", False
    yield 0, round(side * rng.uniform(0.74, 0.78)), _CANAL, "1107A", False


def _cut_through(land: Cells, builder: _Strips, *, axis: int, at: int, width: int, code: str, halves: bool) -> Cells:
    """Cut all cells that the line `at` crosses; axis 0 cuts u (the strip runs along v)."""
    near, far = ("u0", "u1") if axis == 0 else ("v0", "v1")
    margin = width + 3_000
    hit = (land[near] + margin < at) & (land[far] - margin > at)
    low, high = land[hit].copy(), land[hit].copy()
    half = width if halves else width // 2
    low[far], high[near] = at - half, at + half
    strips = _between(low, high, axis, code, halves)
    builder.add(strips, shared=2 if halves else 1)
    return np.concatenate([land[~hit], low, high])


def _between(low: Cells, high: Cells, axis: int, code: str, halves: bool) -> Cells:
    near, far = ("u0", "u1") if axis == 0 else ("v0", "v1")
    strip = low.copy()
    strip[near], strip[far] = low[far], high[near]
    strip["axis"] = 1 - axis
    strip["code"] = ROW[code]
    if not halves:
        return strip
    pair = np.repeat(strip, 2)
    middle = (strip[near] + strip[far]) // 2
    pair[far][0::2], pair[near][1::2] = middle, middle
    pair["kind"][1::2] = FACES_HIGH
    return pair


def _cut_to_blocks(land: Cells, builder: _Strips, terrain: Terrain, rng: np.random.Generator) -> Cells:
    finished = []
    while len(land):
        rugged = terrain.ruggedness(*middle_m(land))
        longest = np.where(rugged > HILL_ABOVE, 60_000, np.where(rugged > PLAIN_BELOW, 34_000, 27_000))
        wide_u, wide_v = land["u1"] - land["u0"], land["v1"] - land["v0"]
        length = np.maximum(wide_u, wide_v)
        split = length > longest * rng.uniform(0.75, 1.35, len(land))
        finished.append(land[~split])
        land, rugged, wide_u, wide_v = land[split], rugged[split], wide_u[split], wide_v[split]
        axis = (wide_v * rng.uniform(0.8, 1.25, len(land)) > wide_u).astype(np.int64)
        code, width = _minor_line(length[split], rugged, rng)
        land = _halve(land, builder, axis=axis, width=width, code=code, rng=rng)
    return np.concatenate(finished)


def _minor_line(length: Ints, rugged: Floats, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Class and width of the line that cuts a cell of this length; width 0: no strip, a mere boundary."""
    chance, spread = rng.random(len(length)), rng.uniform(0.85, 1.15, len(length))
    zone = (rugged > PLAIN_BELOW).astype(np.int64) + (rugged > HILL_ABOVE)
    reach = (length > 60_000).astype(np.int64) + (length > 170_000)
    code, width = np.full(len(length), ROW["1006"]), np.zeros(len(length))
    for (z, r), choices in _MINOR.items():
        here = (zone == z) & (reach == r)
        edges = np.cumsum([share for share, _, _ in choices])
        pick = np.minimum(np.searchsorted(edges, chance[here], side="right"), len(choices) - 1)
        code[here] = np.array([ROW[name] for _, name, _ in choices])[pick]
        width[here] = np.array([wide for _, _, wide in choices])[pick]
    return code, np.round(width * spread / 2).astype(np.int64) * 2


_MINOR: dict[tuple[int, int], tuple[tuple[float, str, int], ...]] = {  # share, class, width
    (0, 2): ((0.30, "1003", 1_000), (0.35, "1006", 520), (0.35, "1101", 2_000)),
    (0, 1): ((0.48, "1006", 480), (0.32, "1101", 1_300), (0.20, "1107", 420)),
    (0, 0): ((0.30, "1006", 380), (0.55, "1107", 290), (0.15, "1006", 0)),
    (1, 2): ((0.35, "1003", 900), (0.65, "1006", 500)),
    (1, 1): ((0.70, "1006", 440), (0.12, "1101", 900), (0.18, "1006", 0)),
    (1, 0): ((0.40, "1006", 360), (0.12, "1107", 250), (0.48, "1006", 0)),
    (2, 2): ((0.55, "1006", 440), (0.10, "1101", 900), (0.35, "1006", 0)),
    (2, 1): ((0.25, "1006", 380), (0.75, "1006", 0)),
    (2, 0): ((1.0, "1006", 0),),
}


def _halve(
    cells: Cells, builder: _Strips | None, *, axis: Ints, width: Ints, code: Ints, rng: np.random.Generator
) -> Cells:
    """Cut all cells near their middle, across `axis`, with strips of the given width and class between."""
    share = rng.uniform(0.36, 0.64, len(cells))
    parts = []
    for line, (near, far) in enumerate((("u0", "u1"), ("v0", "v1"))):
        here = axis == line
        low, high, half = cells[here].copy(), cells[here].copy(), width[here] // 2
        at = np.round(low[near] + (low[far] - low[near]) * share[here]).astype(np.int64)
        low[far], high[near] = at - half, at + half
        parts += [low, high]
        wide = half > 0
        if builder is not None and wide.any():
            strip = low[wide]
            strip[near], strip[far] = (at - half)[wide], (at + half)[wide]
            strip["axis"], strip["code"] = 1 - line, code[here][wide]
            builder.add(strip)
    return np.concatenate(parts)


def _cut_to_lots(blocks: Cells, rng: np.random.Generator) -> Cells:
    """Rows first, then lots along each row; each block has one direction for all its rows and its own size of field."""
    count = int(blocks["block"].max(initial=-1)) + 1
    lengthwise, size = rng.random(count) < 0.5, rng.uniform(0.8, 1.35, count)
    finest = np.array([_FINEST[k] for k in Kind])
    finished = []
    while len(blocks):
        limits = finest[blocks["kind"]] * size[blocks["block"]][:, None]
        by_u = lengthwise[blocks["block"]]
        wide_u, wide_v = blocks["u1"] - blocks["u0"], blocks["v1"] - blocks["v0"]
        long_row = np.where(by_u, wide_u, wide_v) > limits[:, 0]
        split = long_row | (np.where(by_u, wide_v, wide_u) > limits[:, 1])
        finished.append(blocks[~split])
        blocks, axis = blocks[split], np.where(long_row == by_u, 0, 1)[split]
        none = np.zeros(len(blocks), dtype=np.int64)
        blocks = _halve(blocks, None, axis=axis, width=none, code=none, rng=rng)
    return np.concatenate(finished)
