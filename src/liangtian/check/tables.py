"""Sums of pieces: by class, ownership, place, slope and grade; farmland net of ridges; capacity by grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from liangtian.check.grading import Parts, undivided
from liangtian.check.overlay import Pieces
from liangtian.onemap import landclass
from liangtian.onemap.farmland import grades_of, ridge_millionths
from liangtian.onemap.snapshot import ID
from liangtian.units import MU_M2, m2_from_dm2, net_dm2, round_half_up

Row = dict[str, Any]

COLUMNS = ("DLBM", "KCXS", "QSXZ", "ZLDWDM", "ZLDWMC", "GDPDJB", "GDDB")


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """Pieces of land-use parcels with what the tables need, each of shape (k,).

    Attributes
    ----------
    net_dm2 : area net of field ridges (KCXS), hundredths of m²
    farmland, paddy, construction : class of each piece
    village : 12-digit code of the location, "" where unknown
    graded : the pieces parted by farmland grade
    ridge : ridge coefficient, millionths
    ridges_known : whether the ridge coefficient is one (0 ≤ KCXS < 1)
    """

    pieces: Pieces
    net_dm2: npt.NDArray[np.int64]
    farmland: npt.NDArray[np.bool_]
    paddy: npt.NDArray[np.bool_]
    construction: npt.NDArray[np.bool_]
    village: npt.NDArray[np.str_]
    graded: Parts
    ridge: npt.NDArray[np.int64]
    ridges_known: npt.NDArray[np.bool_]

    def text(self, column: str) -> npt.NDArray[np.str_]:
        return _text(self.pieces.attributes[column])


def land_of(pieces: Pieces) -> Land:
    codes = pieces.attributes["DLBM"]
    ridge, ridge_known = ridges(pieces)
    farmland = landclass.is_farmland(codes)
    net = net_dm2(pieces.area_dm2, ridge)
    return Land(
        pieces=pieces,
        net_dm2=net,
        farmland=farmland,
        paddy=landclass.is_paddy(codes),
        construction=_text(landclass.category(codes)) == "C",
        village=_text(pieces.attributes["ZLDWDM"], digits=12),
        graded=undivided(grades_of(pieces.attributes["GDDB"]), pieces.area_dm2, net),
        ridge=ridge,
        ridges_known=ridge_known,
    )


def ridges(pieces: Pieces) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Ridge coefficients (KCXS) in millionths, and which of them are coefficients; what is none counts as 0."""
    return ridge_millionths(pieces.attributes["KCXS"])


def _text(values: pa.Array | pa.ChunkedArray, digits: int | None = None) -> npt.NDArray[np.str_]:
    """Texts, "" for null, cut to their first `digits`; each distinct text is made once."""
    encoded = pc.fill_null(pa.chunked_array(values).combine_chunks().cast(pa.string()), "").dictionary_encode()
    distinct = np.array([text[:digits] for text in encoded.dictionary.to_pylist()] or [""], dtype=str)
    return np.asarray(distinct[encoded.indices.to_numpy()])


def m2(dm2: npt.NDArray[np.int64] | int) -> Decimal:
    """Sum hundredths of m² into m² with two places."""
    return m2_from_dm2(int(dm2.sum()) if isinstance(dm2, np.ndarray) else int(dm2))


def classes(land: Land) -> list[Row]:
    """`code, name, area_m2, net_m2, parcels`, by class code."""
    codes = land.text("DLBM")
    ids = land.pieces.attributes[ID].to_numpy(zero_copy_only=False)
    return [
        {
            "code": code,
            "name": landclass.LAND_CLASSES[code].zh if code in landclass.LAND_CLASSES else None,
            "area_m2": m2(land.pieces.area_dm2[at]),
            "net_m2": m2(land.net_dm2[at]),
            "parcels": len(set(ids[at])),
        }
        for code, at in _groups(codes)
    ]


def by_code(land: Land, column: str, names: Mapping[str, str], *, farmland_only: bool = False) -> list[Row]:
    """`code, name, area_m2, net_m2` by the codes of one column; code "" gathers what has none."""
    chosen = land.farmland if farmland_only else np.ones(len(land.pieces), dtype=bool)
    area, net = land.pieces.area_dm2[chosen], land.net_dm2[chosen]
    return [
        {"code": code, "name": names.get(code), "area_m2": m2(area[at]), "net_m2": m2(net[at])}
        for code, at in _groups(land.text(column)[chosen])
    ]


def _groups(values: npt.NDArray[np.str_]) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    return [(str(code), values == code) for code in np.unique(values)]


def grades(land: Land, kg_per_mu: Mapping[int, Fraction]) -> list[Row]:
    """Farmland by quality grade: `grade, area_m2, net_m2, capacity_kg`; grade None gathers what has none."""
    rows: list[Row] = []
    parts, farmland = land.graded, land.farmland[land.graded.piece]
    for grade in sorted(set(parts.grade[farmland].tolist()), key=lambda g: (g == 0, g)):
        at = farmland & (parts.grade == grade)
        row = {"grade": grade or None, "area_m2": m2(parts.area_dm2[at]), "net_m2": m2(parts.net_dm2[at])}
        rows.append({**row, "capacity_kg": _capacity_kg(parts, at, kg_per_mu)})
    return rows


def capacity_kg(land: Land, chosen: npt.NDArray[np.bool_], kg_per_mu: Mapping[int, Fraction]) -> int | None:
    """Grain capacity of the chosen farmland, kg: net 亩 times the capacity of its grade, rounded half-up once.

    None when any of it has no grade or the table has no value for it: never a guess, never 0.
    """
    return _capacity_kg(land.graded, (chosen & land.farmland)[land.graded.piece], kg_per_mu)


def _capacity_kg(parts: Parts, chosen: npt.NDArray[np.bool_], kg_per_mu: Mapping[int, Fraction]) -> int | None:
    total = Fraction(0)
    for grade in np.unique(parts.grade[chosen]).tolist():
        if grade not in kg_per_mu:
            return None
        total += int(parts.net_dm2[chosen & (parts.grade == grade)].sum()) * kg_per_mu[grade]
    return int(round_half_up(total / (100 * MU_M2)))


def capacity_gap(land: Land, kg_per_mu: Mapping[int, Fraction]) -> dict[str, object]:
    """Why the capacity of the farmland is not known: ground without a grade, else a grade without a value."""
    farmland = land.farmland[land.graded.piece]
    bare = farmland & (land.graded.grade == 0)
    if bare.any():
        return {"cause": "grade-missing", "area_m2": m2(land.graded.area_dm2[bare])}
    unvalued = sorted(set(land.graded.grade[farmland].tolist()) - set(kg_per_mu))
    return {"cause": "grade-unvalued", "which": "、".join(map(str, unvalued))}


def required(land: Land, chosen: npt.NDArray[np.bool_], kg_per_mu: Mapping[int, Fraction], *, owed: bool) -> Row:
    """What the taking of the chosen pieces owes in quantity, paddy and capacity; zero where nothing is `owed`."""
    if not owed:
        return {"quantity_m2": m2(0), "paddy_m2": m2(0), "capacity_kg": 0}
    return {
        "quantity_m2": m2(land.net_dm2[chosen & land.farmland]),
        "paddy_m2": m2(land.net_dm2[chosen & land.paddy]),
        "capacity_kg": capacity_kg(land, chosen, kg_per_mu),
    }


LEVELS: Sequence[tuple[str, int]] = (("county", 6), ("town", 9), ("village", 12))


def places(land: Land, names: Mapping[str, str], kg_per_mu: Mapping[int, Fraction], *, owed: bool) -> list[Row]:
    """Every county, town and village the boundary touches, by code: areas, farmland and what is required there."""
    villages, which = np.unique(land.village, return_inverse=True)
    rows = []
    for level, digits in LEVELS:
        for code in sorted({str(village[:digits]) for village in villages if len(village) >= digits}):
            at = np.array([village[:digits] == code for village in villages])[which]
            row = {"code": code, "name": names.get(code), "level": level, "area_m2": m2(land.pieces.area_dm2[at])}
            row["farmland_m2"] = m2(land.pieces.area_dm2[at & land.farmland])
            rows.append({**row, "required": required(land, at, kg_per_mu, owed=owed)})
    return sorted(rows, key=lambda row: str(row["code"]))
