"""The land seen from afar: the dominant class of the ground on a grid, drawn as PNG tiles below the parcel zooms.

The grid samples the class at the centre of each cell by one scan-line pass over all edges; each coarser level takes the
class that most of its four cells hold. It is a side file of the snapshot and can be deleted at any time.
"""

from __future__ import annotations

import json
import os
import struct
import uuid
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from liangtian.onemap.index import Index
from liangtian.space.crs import transformer
from liangtian_web.onemap.tiles import CLASS_COLUMNS, MERCATOR, plane_box, tile_bounds

FORM = 1
SIZE = 512  # pixels of a tile's side
CELL_M, CELLS_MAX = 20.0, 3000
PALETTE: dict[str, Any] = json.loads(
    resources.files("liangtian_web.onemap").joinpath("palette.json").read_text("utf-8")
)
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """Palette numbers on a grid, row 0 at the south; 0 is no land. `levels[k]` has cells of `cell_m * 2**k`."""

    x0: float
    y0: float
    cell_m: float
    levels: tuple[Bytes, ...]


def palette_numbers(codes: list[str | None], default: str) -> Bytes:
    """The palette entry of each class code: the longest code it begins with, else the layer's own colour."""
    entries = [*PALETTE["classes"], *PALETTE["layers"]]
    numbers = {code: i + 1 for i, code in enumerate(entries)}
    lengths = sorted({len(code) for code in PALETTE["classes"]}, reverse=True)

    def number(code: str | None) -> int:
        found = (numbers[code[:n]] for n in lengths if code and code[:n] in PALETTE["classes"])
        return next(found, numbers.get(default, len(entries)))

    known = {code: number(code) for code in set(codes)}
    return np.array([known[code] for code in codes], dtype=np.uint8)


def build(index: Index, layer: str) -> Overview:
    """Sample a snapshot on its grid."""
    x0, y0 = (float(v) for v in index.bounds[:, :2].min(axis=0))
    x1, y1 = (float(v) for v in index.bounds[:, 2:].max(axis=0))
    cell = max(CELL_M, (x1 - x0) / CELLS_MAX, (y1 - y0) / CELLS_MAX)
    shape = int((y1 - y0) / cell) + 1, int((x1 - x0) / cell) + 1
    column = next((c for c in CLASS_COLUMNS if c in index.attributes.column_names), None)
    codes = index.attributes[column].to_pylist() if column else [None] * len(index)
    grid = _scan(index, palette_numbers(codes, layer), (x0, y0, cell), shape)
    levels = [grid]
    while max(levels[-1].shape) > SIZE // 2:
        levels.append(_halved(levels[-1]))
    return Overview(x0, y0, cell, tuple(levels))


def _scan(index: Index, numbers: Bytes, origin: tuple[float, float, float], shape: tuple[int, int]) -> Bytes:
    """Fill cells whose centre lies in a parcel: crossings of edges with the rows' centre lines, paired along x."""
    x0, y0, cell = origin
    xy = np.asarray(index.xy)
    ring_row = np.repeat(np.arange(len(index)), np.diff(index.polygon_rings[index.row_polygons]))
    owner = np.repeat(ring_row, np.diff(index.ring_starts))[:-1]
    inner = np.ones(len(xy) - 1, dtype=bool)
    inner[index.ring_starts[1:-1] - 1] = False
    x, y = (xy[:, 0] - x0) / cell - 0.5, (xy[:, 1] - y0) / cell - 0.5
    low = np.ceil(np.minimum(y[:-1], y[1:])).astype(np.int64)
    high = np.ceil(np.maximum(y[:-1], y[1:])).astype(np.int64)  # half open: a vertex on the line counts once
    count = np.where(inner, high - low, 0)
    edge = np.repeat(np.arange(len(count)), count)
    line = low[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = (line - y[edge]) / (y[edge + 1] - y[edge])
    at = x[edge] + share * (x[edge + 1] - x[edge])
    order = np.lexsort((at, line, owner[edge]))
    start, end = np.ceil(at[order[0::2]]).astype(np.int64), np.ceil(at[order[1::2]]).astype(np.int64)
    start, end = np.clip(start, 0, shape[1]), np.clip(end, 0, shape[1])
    rows, width = line[order[0::2]], end - start
    flat = np.repeat(rows * shape[1] + start - (np.cumsum(width) - width), width) + np.arange(int(width.sum()))
    grid = np.zeros(shape[0] * shape[1], dtype=np.uint8)
    grid[flat] = np.repeat(numbers[owner[edge[order[0::2]]]], width)
    return grid.reshape(shape)


def _halved(grid: Bytes) -> Bytes:
    """The value most of each four cells hold; a tie goes to the first, no land only where all agree."""
    rows, columns = (n + n % 2 for n in grid.shape)
    even = np.zeros((rows, columns), dtype=np.uint8)
    even[: grid.shape[0], : grid.shape[1]] = grid
    four = np.stack([even[i::2, j::2] for i in (0, 1) for j in (0, 1)])
    votes = np.stack([(four == each).sum(axis=0) for each in four]) * (four > 0)
    return np.asarray(np.take_along_axis(four, votes.argmax(axis=0)[None], axis=0)[0], dtype=np.uint8)


def load(index: Index, layer: str, path: Path) -> Overview:
    """The overview from its side file, made first when it is absent or of an older form."""
    return _loaded(index, layer, path)


@lru_cache(maxsize=32)
def _loaded(index: Index, layer: str, path: Path) -> Overview:
    try:
        with np.load(path) as kept:
            if int(kept["form"]) == FORM:
                os.utime(path)  # still in use, says the sweep
                levels = tuple(kept[f"level{k}"] for k in range(int(kept["count"])))
                return Overview(float(kept["x0"]), float(kept["y0"]), float(kept["cell_m"]), levels)
    except (OSError, ValueError, KeyError):
        pass
    made = build(index, layer)
    _save(made, path)
    return made


def _save(made: Overview, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")  # threads may make it at once
    levels = {f"level{k}": grid for k, grid in enumerate(made.levels)}
    with partial.open("wb") as sink:
        np.savez_compressed(
            sink,
            form=FORM,
            count=len(levels),
            x0=made.x0,
            y0=made.y0,
            cell_m=made.cell_m,
            **levels,  # type: ignore[arg-type]
        )
    partial.replace(path)


def tile(views: list[tuple[Index, Overview]], z: int, x: int, y: int) -> bytes:
    """A PNG tile: the pixel's centre looked up in the level whose cells are about a pixel wide."""
    west, _, east, north = bounds = tile_bounds(z, x, y)
    step = (east - west) / SIZE
    picture = np.zeros((SIZE, SIZE), dtype=np.uint8)
    column = west + (np.arange(SIZE) + 0.5) * step
    line = north - (np.arange(SIZE) + 0.5) * step
    mx, my = np.meshgrid(column, line)
    for index, view in views:
        box = plane_box(bounds, index.crs)
        pixel_m = max((box[2] - box[0]) / SIZE, 1e-9)
        level = int(np.clip(round(np.log2(max(pixel_m / view.cell_m, 1.0))), 0, len(view.levels) - 1))
        px, py = transformer(MERCATOR, index.crs).transform(mx.ravel(), my.ravel())
        _paint(picture.ravel(), view, level, px, py)
    return png(picture, colours())


def _paint(
    picture: Bytes, view: Overview, level: int, px: npt.NDArray[np.float64], py: npt.NDArray[np.float64]
) -> None:
    grid, cell = view.levels[level], view.cell_m * 2**level
    column = np.floor((px - view.x0) / cell)
    line = np.floor((py - view.y0) / cell)
    inside = (column >= 0) & (line >= 0) & (column < grid.shape[1]) & (line < grid.shape[0])
    values = grid[line[inside].astype(np.int64), column[inside].astype(np.int64)]
    picture[inside] = np.where(values > 0, values, picture[inside])


@lru_cache
def colours() -> Bytes:
    """RGBA of each palette number; number 0 is clear."""
    entries = [*PALETTE["classes"].values(), *PALETTE["layers"].values(), {"colour": "#cccccc"}]
    rgb = [bytes.fromhex(entry["colour"][1:]) + b"\xff" for entry in entries]
    return np.frombuffer(b"\0\0\0\0" + b"".join(rgb), dtype=np.uint8).reshape(-1, 4)


def png(picture: Bytes, rgba: Bytes) -> bytes:
    """An indexed-colour PNG."""
    height, width = picture.shape
    scan = np.hstack([np.zeros((height, 1), dtype=np.uint8), picture]).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", rgba[:, :3].tobytes()),
        (b"tRNS", rgba[:, 3].tobytes()),
        (b"IDAT", zlib.compress(scan, 6)),
        (b"IEND", b""),
    )
    framed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)
