"""Plan → parcels on the ground: settlements placed, cells merged, outline trimmed to the wanted number, rings traced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from liangtian.datasets.landuse import PATCHED, Kind, choose_codes
from liangtian.datasets.layout import FACES_HIGH, lay_out_blocks, lay_out_lots, middle_m
from liangtian.datasets.merging import settle_parcels
from liangtian.datasets.mesh import Cells, Mesh, build_mesh, group_cells, split_strips
from liangtian.datasets.places import Places, draw_seeds, found_places, nearest_seed, remoteness
from liangtian.datasets.terrain import CENTRE_M, HILL_ABOVE, PLAIN_BELOW, Terrain, draw_terrain, slope_grade

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PARCEL_M2 = 4_300.0  # mean area of a parcel, streets and streams included
_DENSITY = {  # expected m² of plan for each parcel, to know how many villages are wanted
    Kind.FIELDS: 3_050.0,
    Kind.SLOPE: 6_000.0,
    Kind.HILL: 17_000.0,
    Kind.VILLAGE: 1_250.0,
    Kind.TOWN: 3_300.0,
    Kind.INDUSTRY: 8_500.0,
    Kind.FISHERY: 3_700.0,
}
_SOFTNESS_M = {  # how far a vertex may stray from its place in the plan
    Kind.FIELDS: 1.6,
    Kind.SLOPE: 7.0,
    Kind.HILL: 9.0,
    Kind.VILLAGE: 1.2,
    Kind.TOWN: 0.8,
    Kind.INDUSTRY: 0.8,
    Kind.FISHERY: 1.2,
}
_SOFT_M = 5.0  # vertices softer than this are smoothed
_LAND_STEP = 1.3  # of the side of a plan: no land fills its plan, so none reaches its neighbour


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """The land before it is written down, parcels in the order of their villages.

    Attributes
    ----------
    geometry : shape (n,), polygons in EPSG:4549
    village : shape (n,), row of `places`
    code : shape (n,), row of `landuse.CODES`
    kind : shape (n,), `Kind` of the block, -1 for strips
    grade : shape (n,), slope grade 1–5
    plan_m : shape (n, 2), a point of the parcel in the plan
    """

    geometry: npt.NDArray[np.object_]
    village: Ints
    code: Ints
    kind: Ints
    grade: Ints
    plan_m: Floats
    places: Places
    terrain: Terrain

    def __len__(self) -> int:
        return len(self.geometry)


def draw_parcels(count: int, seed: int, *, land: int = 0, lands: int = 1) -> Parcels:
    """About `count` parcels (within a village's worth), the same for the same arguments; `land` is one of `lands`."""
    terrain, rng = ground(count, seed, land=land, lands=lands)
    side_m = terrain.side_m
    spacing_m = float(np.clip(np.sqrt(count * _PARCEL_M2 / 40), 450.0, 1_750.0))
    blocks, strips = lay_out_blocks(terrain, rng)
    seeds = draw_seeds(rng, side_m, spacing_m)
    blocks, places = _settle(blocks, terrain, seeds, spacing_m, count=count, land=land)
    blocks["kind"] = _kinds(blocks, terrain, places, rng)
    home_of_block = np.full(int(blocks["block"].max()) + 1, -1)
    home_of_block[blocks["block"]] = blocks["place"]
    lots, streets = lay_out_lots(blocks, int(strips["strip"].max()) + 1, rng)
    lots["code"] = choose_codes(lots["kind"].astype(np.int64), *middle_m(lots), terrain, rng)
    cells = split_strips(np.concatenate([lots, strips, streets]), longest_cm=4_500)
    mesh = build_mesh(cells)
    village = _villages(mesh, cells, home_of_block)
    group = group_cells(mesh, _merge_keys(cells, village))
    village = _trim(village, group, remoteness(terrain, places.seed), count)
    label = np.where(village >= 0, group, -1)
    cells["place"] = village
    return _trace(mesh, cells, label, places, terrain=terrain, rng=rng)


def ground(count: int, seed: int, *, land: int = 0, lands: int = 1) -> tuple[Terrain, np.random.Generator]:
    """The terrain that so many parcels are drawn on, and the generator that goes on drawing them."""
    rng = np.random.default_rng(seed if lands == 1 else [seed, land])
    side_m = float(np.sqrt(count * _PARCEL_M2 / 0.60))
    return draw_terrain(rng, side_m, _centre_m(land, lands, side_m)), rng


def _centre_m(land: int, lands: int, side_m: float) -> tuple[float, float]:
    """Middle of one of several lands: two columns of them, with open ground between."""
    if lands == 1:
        return CENTRE_M
    step = _LAND_STEP * side_m
    return CENTRE_M[0] + (land % 2 - 0.5) * step, CENTRE_M[1] + (land // 2 - (lands - 1) // 2 / 2) * step


def _settle(
    blocks: Cells, terrain: Terrain, seeds: Floats, spacing_m: float, *, count: int, land: int
) -> tuple[Cells, Places]:
    """Keep the villages nearest the middle that are expected to hold `count` parcels and a little more."""
    site = nearest_seed(seeds, *middle_m(blocks))
    rugged = terrain.ruggedness(*middle_m(blocks))
    kind = np.where(rugged > HILL_ABOVE, Kind.HILL, np.where(rugged > PLAIN_BELOW, Kind.SLOPE, Kind.FIELDS))
    area_m2 = (blocks["u1"] - blocks["u0"]) * (blocks["v1"] - blocks["v0"]) / 1e4
    expected = np.bincount(site, area_m2 / np.array(list(_DENSITY.values()))[kind], len(seeds))
    order = np.argsort(remoteness(terrain, seeds), kind="stable")
    wanted = int(np.searchsorted(np.cumsum(expected[order]), count * 1.02)) + 3
    kept = order[:wanted]
    places, rows = found_places(seeds[kept], terrain, spacing_m, land=land)
    number = np.full(len(seeds), -1)
    number[kept[rows]] = np.arange(len(kept))
    inside = number[site] >= 0
    blocks["place"] = number[site]
    return blocks[inside], places


def _kinds(blocks: Cells, terrain: Terrain, places: Places, rng: np.random.Generator) -> Ints:
    """What each block is: settlements around their sites, hamlets by chance, else what the relief allows."""
    u, v = middle_m(blocks)
    village = blocks["place"]
    rugged = terrain.ruggedness(u, v)
    kind = np.where(rugged > HILL_ABOVE, Kind.HILL, np.where(rugged > PLAIN_BELOW, Kind.SLOPE, Kind.FIELDS)).astype(
        np.int64
    )
    ragged = 1.0 + 0.35 * np.clip(terrain.patches.height(u, v), -1.6, 1.6)
    flat = kind == Kind.FIELDS
    kind[flat & (rng.random(len(u)) < 0.030)] = Kind.FISHERY
    kind[(kind != Kind.HILL) & (rng.random(len(u)) < 0.045)] = Kind.VILLAGE
    away = np.hypot(u - places.seed[village, 0], v - places.seed[village, 1])
    kind[(away < 0.135 * places.spacing_m * ragged) & (kind != Kind.HILL)] = Kind.VILLAGE
    kind[away < 0.07 * places.spacing_m] = Kind.VILLAGE
    reach = town_reach_m(places)
    seat = nearest_seed(places.seed[places.seat], u, v)
    away = np.hypot(u - places.seed[places.seat[seat], 0], v - places.seed[places.seat[seat], 1]) / (
        reach[seat] * ragged
    )
    angle = np.arctan2(v - places.seed[places.seat[seat], 1], u - places.seed[places.seat[seat], 0])
    works = (away > 0.9) & (away < 1.55) & (np.cos(angle - seat * 2.4) > 0.55)
    kind[works & (kind != Kind.HILL)] = Kind.INDUSTRY
    kind[(away < 1.0) & (kind != Kind.HILL)] = Kind.TOWN
    return kind


def town_reach_m(places: Places) -> Floats:
    """Radius of each town's built-up area in the plan; the first town of a county is its seat and larger."""
    first = np.r_[True, places.county[1:] != places.county[:-1]]
    return places.spacing_m * np.where(first, 0.62, 0.34)


def _villages(mesh: Mesh, cells: Cells, home_of_block: Ints) -> Ints:
    """Village of each cell: its block's; a strip goes with the land on its lower side, else the higher; -1: none."""
    low, high = np.full(len(cells), -1), np.full(len(cells), -1)
    axis = np.append(np.where(cells["strip"] >= 0, cells["axis"], -1), -1)
    flat = np.arange(len(mesh.start)) < mesh.flat
    for runs, lower, upper in ((0, mesh.right, mesh.left), (1, mesh.left, mesh.right)):
        along = flat == (runs == 0)
        here = along & (axis[upper] == runs)
        low[upper[here]] = lower[here]
        here = along & (axis[lower] == runs)
        high[lower[here]] = upper[here]
    turned = (cells["strip"] >= 0) & (cells["kind"] == FACES_HIGH)
    low[turned], high[turned] = high[turned], low[turned].copy()
    village = np.where(cells["block"] >= 0, home_of_block[cells["block"]], -1)
    for side in (low, high, low, high):
        for _ in range(12):
            open_ = np.flatnonzero((village < 0) & (side >= 0))
            found = village[side[open_]]
            if (found < 0).all():
                break
            village[open_] = found
    return village


def _merge_keys(cells: Cells, village: Ints) -> Ints:
    """Cells of one key that touch make one parcel: strips within a village, patches of one class within a block."""
    key = np.full(len(cells), -1)
    strip = (cells["strip"] >= 0) & (village >= 0)
    key[strip] = cells["strip"][strip].astype(np.int64) * (int(village.max()) + 1) + village[strip]
    patch = (cells["block"] >= 0) & np.isin(cells["kind"], PATCHED)
    base = int(key.max()) + 1
    key[patch] = base + cells["block"][patch].astype(np.int64) * 100 + cells["code"][patch]
    return key


def _trim(village: Ints, group: Ints, remote: Floats, count: int) -> Ints:
    """Give up the outermost villages until the number of parcels is nearest to `count`."""
    head = np.flatnonzero((group == np.arange(len(group))) & (village >= 0))
    held = np.bincount(village[head], minlength=len(remote))
    order = np.argsort(remote, kind="stable")
    sums = np.cumsum(held[order])
    keep = int(np.argmin(np.abs(sums - count))) + 1
    dropped = np.zeros(len(remote), dtype=bool)
    dropped[order[keep:]] = True
    return np.where((village >= 0) & ~dropped[village], village, -1)


def _trace(
    mesh: Mesh, cells: Cells, label: Ints, places: Places, *, terrain: Terrain, rng: np.random.Generator
) -> Parcels:
    plain = _ground(mesh, terrain)
    soft = _softened(mesh, cells, label, plain, rng)
    geometry, heads = settle_parcels(mesh, cells, label, (soft, plain), rng)
    order = np.argsort(cells["place"][heads], kind="stable")
    heads = heads[order]
    head = cells[heads]
    strip = head["strip"] >= 0
    u, v = middle_m(head)
    return Parcels(
        geometry[order],
        head["place"].astype(np.int64),
        head["code"].astype(np.int64),
        np.where(strip, -1, head["kind"]).astype(np.int64),
        np.where(strip | (head["kind"] == Kind.FIELDS), 1, slope_grade(terrain.slope_deg(u, v))),
        np.stack([u, v], axis=1),
        places,
        terrain,
    )


def _ground(mesh: Mesh, terrain: Terrain) -> Floats:
    xy = np.stack(terrain.to_ground(mesh.u / 100.0, mesh.v / 100.0), axis=1)
    return np.asarray(np.round(xy, 4), dtype=np.float64)


def _softened(mesh: Mesh, cells: Cells, label: Ints, xy: Floats, rng: np.random.Generator) -> Floats:
    """Move vertices a little by chance, and smooth the boundaries between patches on slopes and hills."""
    limit = np.array([_SOFTNESS_M[kind] for kind in Kind])[cells["kind"]]
    limit = np.append(np.where(cells["strip"] >= 0, 0.12, limit), 9.0)
    softness = np.full(len(xy), 9.0)
    beside = np.minimum(limit[mesh.left], limit[mesh.right])
    np.minimum.at(softness, mesh.start, beside)
    np.minimum.at(softness, mesh.end, beside)
    moved = xy + rng.uniform(-1.0, 1.0, xy.shape) * softness[:, None]
    padded = np.append(label, -1)
    edge = padded[mesh.left] != padded[mesh.right]
    a, b = mesh.start[edge], mesh.end[edge]
    degree = np.bincount(a, minlength=len(xy)) + np.bincount(b, minlength=len(xy))
    free = (softness > _SOFT_M) & (degree > 1)
    for _ in range(3):
        around = np.stack(
            [np.bincount(a, moved[b, k], len(xy)) + np.bincount(b, moved[a, k], len(xy)) for k in (0, 1)],
            axis=1,
        )
        moved[free] = 0.4 * moved[free] + 0.6 * around[free] / degree[free, None]
    return np.asarray(np.round(moved, 4))
