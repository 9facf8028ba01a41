"""Villages, towns and counties of the invented municipality: which block belongs where, codes and names.

示范市 (339900) has two counties, 示范县 (339901) and 示范二县 (339902), and two more for each further land: codes that no
real place bears.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.datasets.terrain import HILL_ABOVE, Terrain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TENS = ("", "十", *(f"{digit}十" for digit in "二三四五六七八九"))
_ORDINALS = [f"{ten}{one}" for ten in _TENS for one in ("", *"一二三四五六七八九")]
COUNTIES = tuple((f"3399{n:02}", f"示范{_ORDINALS[n] if n > 1 else ''}县") for n in range(1, 99))
"""Code and name of every county there may be: two on each land (`lands.py`)."""

_FIRST_COUNTY_SHARE = 0.6
_VILLAGES_A_TOWN = 15
_HEADS = "云清石梅柳禾桑菱荷莲蒲芦枫桂兰松竹鹤鹭雁星月晴霞沙泉晓远宁和"
_TAILS = "桥浜埭港庄塘溪坞湾荡渡田圩墩汇浦"
_SIDES = ("", "东", "西", "南", "北", "上", "下", "新", "大", "小")
_TOWN_HEADS = "稻麦粟棉茶桑橘菱藕荻"
_TOWN_TAILS = ("溪", "塘", "浦", "汀", "洲", "陂", "湖", "岭", "泽", "渚", "堰", "滩")


@dataclass(frozen=True, slots=True)
class Places:
    """Administrative units, villages in the order of their codes.

    Attributes
    ----------
    seed : shape (villages, 2), metres of the plan
    town : shape (villages,), index of the town
    county : shape (towns,), index into `COUNTIES`
    seat : shape (towns,), village where the town government stands
    spacing_m : mean distance of neighbouring villages
    """

    seed: Floats
    town: Ints
    county: Ints
    seat: Ints
    spacing_m: float

    def town_codes(self) -> npt.NDArray[np.str_]:
        """Nine digits for each town."""
        serial = _serial(self.county)
        return np.array([f"{COUNTIES[c][0]}{101 + s}" for c, s in zip(self.county, serial, strict=True)])

    def village_codes(self) -> npt.NDArray[np.str_]:
        """Twelve digits for each village."""
        serial = _serial(self.town)
        towns = self.town_codes()
        return np.array([f"{towns[t]}{201 + s}" for t, s in zip(self.town, serial, strict=True)])

    def town_names(self) -> npt.NDArray[np.str_]:
        count = len(_TOWN_HEADS) * len(_TOWN_TAILS)
        order = np.arange(len(self.county)) * 47 % count
        rounds = np.arange(len(self.county)) // count
        return np.array(
            [
                f"{_TOWN_HEADS[k % len(_TOWN_HEADS)]}{_TOWN_TAILS[k // len(_TOWN_HEADS)]}{'' if r == 0 else r + 1}镇"
                for k, r in zip(order, rounds, strict=True)
            ]
        )

    def village_names(self) -> npt.NDArray[np.str_]:
        pairs = len(_HEADS) * len(_TAILS)
        order = np.arange(len(self.town)) * 191 % (pairs * len(_SIDES))
        return np.array(
            [
                f"{_SIDES[(k // pairs) % len(_SIDES)]}{_HEADS[k % len(_HEADS)]}{_TAILS[k // len(_HEADS) % len(_TAILS)]}村"
                for k in order
            ]
        )


def draw_seeds(rng: np.random.Generator, side_m: float, spacing_m: float) -> Floats:
    """Village sites over the plan: a grid, every second row shifted, each site moved by chance."""
    count = max(4, round(side_m / spacing_m))
    step = side_m / count
    column, row = np.meshgrid(np.arange(count), np.arange(count))
    site = np.stack([column + 0.5 + 0.25 * (row % 2 * 2 - 1), row + 0.5], axis=-1).reshape(-1, 2) * step
    return site + rng.uniform(-0.27, 0.27, site.shape) * step


def nearest_seed(seeds: Floats, u: Floats, v: Floats) -> Ints:
    """Index of the nearest village site for each point."""
    nearest = shapely.STRtree(shapely.points(seeds)).nearest(shapely.points(u, v))
    return np.asarray(nearest, dtype=np.int64)


def remoteness(terrain: Terrain, seeds: Floats) -> Floats:
    """How far out a village lies, on a scale on which the municipality's outline is a circle."""
    u, v = (seeds - terrain.side_m / 2).T
    bulge = 1.0 + 0.13 * terrain.outline.height(seeds[:, 0], seeds[:, 1])
    return np.asarray(np.hypot(u, v) / np.clip(bulge, 0.7, 1.35))


def found_places(seeds: Floats, terrain: Terrain, spacing_m: float, *, land: int = 0) -> tuple[Places, Ints]:
    """Divide the villages among the two counties of a land, and among towns.

    Returns
    -------
    places, order : `order[k]` is the row of `seeds` that became village k
    """
    ranked = np.argsort(seeds[:, 0], kind="stable")
    first = round(len(seeds) * _FIRST_COUNTY_SHARE)
    towns = [
        (county, members)
        for county, half in enumerate((ranked[:first], ranked[first:]), 2 * land)
        for members in _bisect(seeds, half)
    ]
    order = np.concatenate([members for _, members in towns])
    town = np.repeat(np.arange(len(towns)), [len(members) for _, members in towns])
    seat = np.array([_seat(seeds[order], np.flatnonzero(town == k), terrain) for k in range(len(towns))])
    return Places(seeds[order], town, np.array([county for county, _ in towns]), seat, spacing_m), order


def _bisect(seeds: Floats, members: Ints) -> list[Ints]:
    """Halve a group of villages along its longer side until each part is a town."""
    if len(members) <= 1.35 * _VILLAGES_A_TOWN:
        return [members]
    axis = int(np.argmax(np.ptp(seeds[members], axis=0)))
    ranked = members[np.argsort(seeds[members, axis], kind="stable")]
    half = len(ranked) // 2
    return _bisect(seeds, ranked[:half]) + _bisect(seeds, ranked[half:])


def _seat(seeds: Floats, members: Ints, terrain: Terrain) -> int:
    middle = seeds[members].mean(axis=0)
    away = np.hypot(*(seeds[members] - middle).T)
    rugged = terrain.ruggedness(*seeds[members].T)
    return int(members[np.argmin(away * np.where(rugged > HILL_ABOVE, 9.0, 1.0 + rugged))])


def _serial(group: Ints) -> Ints:
    """Position of each element within its group; groups are consecutive."""
    first = np.searchsorted(group, group)
    return np.arange(len(group)) - first
