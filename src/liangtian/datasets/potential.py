"""What a survey of potential needs of the invented land: protection zones, forests, earlier classes, sites, persons.

Sites are planted with an answer known beforehand: it stands in the remark (BZ) of each, with the parcel it lies on (DKBH).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.datasets.landuse import NAMES, ROW, Kind
from liangtian.datasets.parcels import Parcels
from liangtian.datasets.places import COUNTIES
from liangtian.datasets.planting import Planted
from liangtian.datasets.records import DATA_YEAR, Column, identifiers, layer_of, measured_dm2, spread, unions
from liangtian.formats.features import Features

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

FIRST_YEAR = 2009
MINE, IDLE_MINE = "演示：采矿用地", "演示：废弃矿山"
_FOREST = ("0301", "0302", "0305")


@dataclass(frozen=True, slots=True)
class _Site:
    """A site to plant: on a parcel of a class, of which it takes a share from the west."""

    name: str
    kind: str
    code: str
    expected: str
    suited: str | None = None
    marine: str | None = None
    managed: str | None = None
    share: float = 1.0


_SITES = (
    _Site("搬迁点", "移民安居搬迁点", "0702", "reclaim qualifies"),
    _Site("旧矿", "废弃矿山", "0602", "mining qualifies"),
    _Site("旧山塘", "废弃山塘", "1104", "reclaim qualifies"),
    _Site("围滩甲", "已围滩涂", "1104A", "reclaim qualifies", marine="是", managed="是"),
    _Site("围滩乙", "已围滩涂", "1104A", "reclaim excluded", marine="是", managed="否"),
    _Site("围滩丙", "已围滩涂", "1104A", "reclaim unknown", marine="是"),
    _Site("缓坡甲", "低丘缓坡", "0204", "reclaim qualifies", suited="农业"),
    _Site("缓坡乙", "低丘缓坡", "0204", "reclaim excluded", suited="林业"),
    _Site("缓坡丙", "低丘缓坡", "0204", "reclaim unknown"),
    _Site("荒地半块", "荒地", "0307", "reclaim qualifies", share=0.5),
    _Site("旧大棚", "停用设施农用地", "1202", "facility qualifies"),
)


def plant_mines(planted: Planted) -> Planted:
    """Two works become mines: the larger one is abandoned."""
    land = planted.parcels
    works = np.flatnonzero((land.code == ROW["0601"]) & (planted.remarks == None))  # noqa: E711  (elementwise)
    chosen = works[np.argsort(-shapely.area(land.geometry[works]), kind="stable")][:2]
    code, remarks = land.code.copy(), planted.remarks.copy()
    code[chosen] = ROW["0602"]
    remarks[chosen] = [IDLE_MINE, MINE][: len(chosen)]
    return replace(planted, parcels=replace(land, code=code), remarks=remarks)


def potential_layers(planted: Planted, ids: Column) -> dict[str, Features]:
    """Layers that the survey of potential reads besides the survey's own.

    Parameters
    ----------
    ids : BSM of each parcel
    """
    land = planted.parcels
    noise = spread(land)
    forest = np.isin(land.code, [ROW[code] for code in _FOREST])
    waste = land.code == ROW["0404"]
    water = _reach(land)
    old, certified = forest | (waste & (noise < 0.15)), (forest & (noise < 0.5)) | (waste & (noise > 0.9))
    made = {
        "SYBHQ": _by_village(land, water, "SYBHQ", {"BHQMC": "示范市饮用水水源保护区", "BHQJB": "二级"}),
        "EDLD": _by_village(land, old, "EDLD", {"DLBM": "0301", "DLMC": "乔木林地"}),
        "FZLD": _by_village(land, certified, "FZLD", {"LQZH": "示范林证字（2008）"}),
        "LNDL": _earlier(land, noise),
        "ZZDK": _sites(planted, ids, barred=water | old | certified),
    }
    return {code: features for code, features in made.items() if len(features)}


def populations(layers: Mapping[str, Features]) -> dict[str, int]:
    """Registered persons by village: from 60 to 130 m² of village construction land each; the last village is not told."""
    parcels = layers["DLTB"].attributes
    built = np.asarray(pc.fill_null(pc.is_in(parcels["CZCSXM"], pa.array(["203", "203A"])), False))
    code = np.array([text[:12] for text in parcels["ZLDWDM"].to_pylist()])
    villages, at = np.unique(code, return_inverse=True)
    area = np.bincount(at[built], np.asarray(parcels["TBMJ"])[built], len(villages))
    each = 60 + 7 * (np.arange(len(villages)) * 5 % 11)
    persons = np.maximum(area / each, 1).astype(np.int64)
    return {str(village): int(count) for village, count in zip(villages[:-1], persons[:-1], strict=True)}


def _county(land: Parcels, village: Ints) -> Ints:
    return land.places.county[land.places.town[village]]


def _reach(land: Parcels) -> Bools:
    """The lower reach of the main river and its banks: the red line takes the upper one."""
    beside = np.abs(land.plan_m[:, 0] - land.terrain.channels[0].at) < 140.0
    return np.asarray(beside & (land.plan_m[:, 1] < 0.35 * land.terrain.side_m))


def _by_village(land: Parcels, chosen: Bools, code: str, words: Mapping[str, str]) -> Features:
    """One record a village: the ground of the chosen parcels in it."""
    rows = np.flatnonzero(chosen)
    villages, group = np.unique(land.village[rows], return_inverse=True)
    shapes = unions(land.geometry[rows], group) if len(rows) else np.empty(0, dtype=object)
    county = _county(land, villages)
    columns: dict[str, Column] = {"BSM": identifiers(county, code), "MJ": measured_dm2(shapes) / 100.0}
    columns |= {name: [word] * len(shapes) for name, word in words.items()}
    if "ZLDWDM" not in words and code != "EDLD":
        columns |= {"XZQDM": [COUNTIES[n][0] for n in county], "XZQMC": [COUNTIES[n][1] for n in county]}
    return layer_of(code, shapes, columns)


def _earlier(land: Parcels, noise: npt.NDArray[np.float64]) -> Features:
    """Classes since 2009 of what is dry land now: most of it always was, some was orchard for years, one year is lacking."""
    dry = np.flatnonzero(land.code == ROW["0103"])
    orchard, gap = dry[noise[dry] > 0.88], dry[(noise[dry] > 0.80) & (noise[dry] <= 0.88)]
    always = dry[noise[dry] <= 0.80]
    last = DATA_YEAR - 1
    spans = (
        (always, "0103", FIRST_YEAR, last),
        (orchard, "0103", FIRST_YEAR, 2012),
        (orchard, "0201", 2013, 2015),
        (orchard, "0103", 2016, last),
        (gap, "0103", FIRST_YEAR, 2016),
        (gap, "0103", 2018, last),
    )
    rows = np.concatenate([at for at, *_ in spans])
    count = [len(at) for at, *_ in spans]
    code, first, final = (np.repeat(values, count) for values in zip(*((c, a, b) for _, c, a, b in spans), strict=True))
    villages = land.places.village_codes()[land.village[rows]]
    columns: dict[str, Column] = {
        "BSM": identifiers(_county(land, land.village[rows]), "LNDL"),
        "DLBM": code,
        "DLMC": [NAMES[each] for each in code],
        "QSNF": first,
        "ZZNF": final,
        "ZLDWDM": [each.ljust(19, "0") for each in villages.tolist()],
    }
    return layer_of("LNDL", land.geometry[rows], columns)


def _sites(planted: Planted, ids: Column, *, barred: Bools) -> Features:
    """Each site on a parcel of its class, the largest still free of those on gentle ground outside every exclusion."""
    land = planted.parcels
    ids = pa.array(ids) if not isinstance(ids, (pa.Array, pa.ChunkedArray)) else ids
    free = ~barred & (land.grade <= 2) & _is_plain(planted)
    area = shapely.area(land.geometry)
    placed: list[tuple[_Site, int]] = []
    for site in _SITES:
        rows = np.flatnonzero(free & (land.code == ROW[site.code]))
        if site.code == "0602":
            rows = np.flatnonzero(planted.remarks == IDLE_MINE)
        if len(rows):
            row = int(rows[np.argmax(area[rows])])
            free[row] = False
            placed.append((site, row))
    rows = np.array([row for _, row in placed], dtype=np.int64)
    shapes = np.array([_western(land.geometry[row], site.share) for site, row in placed], dtype=object)
    county = _county(land, land.village[rows])
    columns: dict[str, Column] = {
        "BSM": identifiers(county, "ZZDK"),
        "XZQDM": [COUNTIES[n][0] for n in county],
        "XZQMC": [COUNTIES[n][1] for n in county],
        "DKBH": ids.take(pa.array(rows)),
        "DKMC": [site.name for site, _ in placed],
        "DKLX": [site.kind for site, _ in placed],
        "SYFX": [site.suited for site, _ in placed],
        "HYGH": [site.marine for site, _ in placed],
        "LDGL": [site.managed for site, _ in placed],
        "MJ": measured_dm2(shapes) / 100.0,
        "BZ": [f"演示：{site.expected}" for site, _ in placed],
    }
    return layer_of("ZZDK", shapes, columns)


def _is_plain(planted: Planted) -> Bools:
    """Parcels of the plain without another planted fact and without a mark of restoration, inside no red line."""
    land = planted.parcels
    river = np.abs(land.plan_m[:, 0] - land.terrain.channels[0].at) < 140.0
    return np.asarray((planted.remarks == None) & (land.kind != Kind.HILL) & ~river & (spread(land) > 0.25))  # noqa: E711


def _western(shape: shapely.Geometry, share: float) -> shapely.Geometry:
    """The western part of a parcel up to a share of its width."""
    if share == 1.0:
        return shape
    west, south, east, north = shape.bounds
    return shapely.intersection(shape, shapely.box(west, south, west + share * (east - west), north), grid_size=1e-4)
