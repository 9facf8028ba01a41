"""What stands on the invented land: classes with their names, kinds of blocks, and the mix of classes in each.

Class codes and names: the three-survey working classification (domain.md §2.1). The mixes are invented.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from liangtian.datasets.terrain import Terrain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NAMES = {
    "0101": "水田",
    "0102": "水浇地",
    "0103": "旱地",
    "0201": "果园",
    "0202": "茶园",
    "0204": "其他园地",
    "0301": "乔木林地",
    "0302": "竹林地",
    "0305": "灌木林地",
    "0307": "其他林地",
    "0404": "其他草地",
    "05H1": "商业服务业设施用地",
    "0508": "物流仓储用地",
    "0601": "工业用地",
    "0701": "城镇住宅用地",
    "0702": "农村宅基地",
    "08H1": "机关团体新闻出版用地",
    "08H2": "科教文卫用地",
    "0809": "公用设施用地",
    "0810": "公园与绿地",
    "09": "特殊用地",
    "1001": "铁路用地",
    "1003": "公路用地",
    "1004": "城镇村道路用地",
    "1005": "交通服务场站用地",
    "1006": "农村道路",
    "1101": "河流水面",
    "1103": "水库水面",
    "1104": "坑塘水面",
    "1104A": "养殖坑塘",
    "1107": "沟渠",
    "1107A": "干渠",
    "1201": "空闲地",
    "1202": "设施农用地",
    "1206": "裸土地",
    "0602": "采矿用地",
}
CODES = tuple(NAMES)
ROW = {code: row for row, code in enumerate(CODES)}

FARMLAND = ("0101", "0102", "0103")
CONSTRUCTION = tuple(
    c for c in CODES if c[:2] in ("05", "06", "07", "08", "09") or c in ("1001", "1003", "1004", "1005", "1201")
)
LINEAR = ("1001", "1003", "1004", "1006", "1101", "1107", "1107A")
STATE_OWNED = ("1001", "1003", "1101", "1103", "1107A")


class Kind(IntEnum):
    """What a block of the plan is."""

    FIELDS = 0
    SLOPE = 1
    HILL = 2
    VILLAGE = 3
    TOWN = 4
    INDUSTRY = 5
    FISHERY = 6


MIX: dict[Kind, dict[str, float]] = {
    Kind.FIELDS: {
        "0101": 0.835,
        "0102": 0.022,
        "0103": 0.03,
        "0201": 0.02,
        "0204": 0.028,
        "0307": 0.016,
        "1104": 0.03,
        "1202": 0.009,
        "0404": 0.005,
        "0702": 0.005,
    },
    Kind.SLOPE: {"0103": 0.34, "0201": 0.22, "0202": 0.12, "0302": 0.12, "0301": 0.16, "0204": 0.04},
    Kind.HILL: {"0103": 0.03, "0202": 0.09, "0302": 0.15, "0301": 0.66, "0305": 0.05, "0404": 0.02},
    Kind.VILLAGE: {
        "0702": 0.775,
        "0103": 0.06,
        "0204": 0.04,
        "1104": 0.03,
        "0601": 0.025,
        "05H1": 0.02,
        "08H1": 0.015,
        "08H2": 0.012,
        "1201": 0.012,
        "0809": 0.006,
        "1005": 0.005,
    },
    Kind.TOWN: {
        "0701": 0.5,
        "05H1": 0.15,
        "0702": 0.04,
        "08H1": 0.05,
        "08H2": 0.08,
        "0809": 0.02,
        "0810": 0.08,
        "0601": 0.05,
        "1005": 0.01,
        "1201": 0.02,
    },
    Kind.INDUSTRY: {"0601": 0.79, "0508": 0.08, "05H1": 0.03, "1201": 0.05, "0809": 0.02, "0103": 0.03},
    Kind.FISHERY: {"1104A": 0.62, "1104": 0.26, "1202": 0.05, "0101": 0.07},
}
"""Share of the cells of each kind of block."""

PATCHED = (Kind.SLOPE, Kind.HILL)
"""Kinds whose classes come in patches that cells are merged into."""

_HORTICULTURE = {"0201": 0.3, "0204": 0.3, "0307": 0.2, "0102": 0.15, "1202": 0.05}


def choose_codes(kind: Ints, u: Floats, v: Floats, terrain: Terrain, rng: np.random.Generator) -> Ints:
    """Class rows for cells of the given kinds at the plan positions u, v (metres)."""
    chance = rng.random(len(kind))
    patch = _rank(terrain.patches.height(u, v))
    rugged = terrain.ruggedness(u, v)
    code = np.empty(len(kind), dtype=np.int64)
    for block, mix in MIX.items():
        here = kind == block
        if block == Kind.HILL:
            # Tea and dry fields keep to the lower, forest to the upper hills.
            draw = np.clip(0.80 * patch[here] + 0.45 * np.clip((rugged[here] - 0.60) / 0.3, 0, 1) - 0.08, 0, 0.999)
        elif block == Kind.SLOPE:
            draw = 0.9 * patch[here] + 0.1 * chance[here]
        else:
            draw = chance[here]
        code[here] = _draw(mix, draw)
    garden = (kind == Kind.FIELDS) & (patch > 0.93) & (chance > 0.25)
    code[garden] = _draw(_HORTICULTURE, rng.random(int(garden.sum())))
    return code


def _draw(mix: dict[str, float], chance: Floats) -> Ints:
    shares = np.cumsum(list(mix.values()))
    rows = np.array([ROW[code] for code in mix])
    return np.asarray(rows[np.minimum(np.searchsorted(shares, chance * shares[-1], side="right"), len(rows) - 1)])


def _rank(height: Floats) -> Floats:
    """Noise of unit variance → 0 … 1, about evenly spread (a logistic stands for the normal distribution)."""
    return 1.0 / (1.0 + np.exp(-1.702 * height))
