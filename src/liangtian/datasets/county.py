"""The demonstration county: the layers of an invented municipality of any size, the same for the same seed.

示范市 (339900) with 示范县 (339901) and 示范二县 (339902), zone 40, near 120.7°E 30.4°N. Nothing in it is real. A larger
municipality is several lands (`lands.py`); this module draws one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.datasets import zoning
from liangtian.datasets.parcels import Parcels, draw_parcels
from liangtian.datasets.places import COUNTIES
from liangtian.datasets.planting import Planted, plant
from liangtian.datasets.potential import plant_mines, potential_layers
from liangtian.datasets.records import (
    Column,
    basic_farmland_columns,
    grade_records,
    identifiers,
    layer_of,
    measured_dm2,
    parcel_columns,
    unions,
)
from liangtian.formats.features import Features

Geometries = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]

FEWEST_PARCELS = 2_000
"""Below this the two near-1,000-mu blocks would be most of the land."""


def generate(*, parcels: int, seed: int = 1, land: int = 0, lands: int = 1) -> dict[str, Features]:
    """The layers of the municipality, or of one of its lands.

    Parameters
    ----------
    parcels : how many land-use parcels; the result is within 10 % of it, villages being whole
    seed : another seed, another land
    land, lands : which of how many lands side by side, of that many parcels each

    Returns
    -------
    layer code → features in EPSG:4549, coordinates in steps of 0.1 mm, columns as `onemap/layers.toml` lists them

    Raises
    ------
    ValueError : fewer than `FEWEST_PARCELS` parcels
    """
    if parcels < FEWEST_PARCELS:
        raise ValueError(f"parcels must be at least {FEWEST_PARCELS}, not {parcels}")
    planted = plant_mines(plant(draw_parcels(parcels, seed, land=land, lands=lands)))
    drawn = planted.parcels
    columns = parcel_columns(planted)
    layers = {"DLTB": layer_of("DLTB", drawn.geometry, columns)} | _places(drawn)
    rows = np.flatnonzero(planted.protected)
    shielded = basic_farmland_columns(planted, columns, rows)
    layers["YJJBNTTB"] = layer_of("YJJBNTTB", drawn.geometry[rows], shielded)
    layers |= _lines(planted, layers["XZQ"], land) | {"GDDB": layer_of("GDDB", *grade_records(drawn))}
    return layers | potential_layers(planted, columns["BSM"])


def _places(land: Parcels) -> dict[str, Features]:
    """Villages are unions of parcels, towns unions of villages: every boundary keeps all its vertices."""
    places = land.places
    held, at = np.unique(land.village, return_inverse=True)
    villages = unions(land.geometry, at)
    towns_held, at = np.unique(places.town[held], return_inverse=True)
    towns = unions(villages, at)
    village = {"ZLDWDM": _padded(places.village_codes()[held], 19), "ZLDWMC": places.village_names()[held]}
    town = {"XZQDM": places.town_codes()[towns_held], "XZQMC": places.town_names()[towns_held]}
    return {
        "XZQ": layer_of("XZQ", towns, _place_columns(towns, places.county[towns_held], "XZQ", town)),
        "CJDCQ": layer_of(
            "CJDCQ", villages, _place_columns(villages, places.county[places.town[held]], "CJDCQ", village)
        ),
    }


def _place_columns(geometry: Geometries, county: Ints, layer: str, names: Mapping[str, Column]) -> dict[str, Column]:
    area = measured_dm2(geometry) / 100.0
    return {"BSM": identifiers(county, layer), **names, "DCMJ": area, "JSMJ": area, "MSSM": ["00"] * len(geometry)}


def _padded(codes: npt.NDArray[np.str_], width: int) -> list[str]:
    return [code.ljust(width, "0") for code in codes.tolist()]


def _lines(planted: Planted, towns: Features, number: int) -> dict[str, Features]:
    land = planted.parcels
    urban = zoning.urban(land)
    hills, river = zoning.red_line(land, urban)
    reds = np.concatenate([hills, river])
    kinds = np.repeat(["生物多样性维护", "水源涵养"], [len(hills), len(river)])
    zones = zoning.demonstration(land, planted.protected)
    growth = zoning.expansion(land, urban)
    red = {
        "HXBM": [f"3399{number:02}-{k + 1:03}" for k in range(len(reds))],
        "HXMC": [f"示范市{kind}生态保护红线" for kind in kinds],
        "HXLX": kinds.tolist(),
        "GKCS": ["除国家规定的有限人为活动外，禁止开发性、生产性建设"] * len(reds),
    }
    zone = {
        "SFQBH": [f"SFQ{1000 * number + k + 1:03}" for k in range(len(zones))],
        "SFQMC": [f"示范区第{k + 1}片" for k in range(len(zones))],
    }
    plan = {"GHFQDM": ["510"] * len(urban), "GHFQMC": ["城镇集中建设区"] * len(urban)}
    return {
        code: layer_of(code, pieces, _line_columns(code, pieces, towns) | own)
        for code, pieces, own in (
            ("YJJBNTSFQ", zones, zone),
            ("STBHHX", reds, red),
            ("CZKFBJ", urban, plan),
            ("KZBJ", growth, {}),
        )
    }


def _line_columns(code: str, pieces: Geometries, towns: Features) -> dict[str, Column]:
    """A piece that lies in both counties is entered under the one where its inner point lies."""
    town_codes = np.asarray(towns.attributes["XZQDM"].to_pylist())
    nearest = shapely.STRtree(towns.geometry).nearest(shapely.point_on_surface(pieces))
    codes = np.array([code for code, _ in COUNTIES])
    county = np.searchsorted(codes, [town[:6] for town in town_codes[nearest]])
    return {
        "BSM": identifiers(county, code),
        "XZQDM": codes[county],
        "XZQMC": np.array([name for _, name in COUNTIES])[county],
        "MJ": measured_dm2(pieces) / 100.0,
    }
