"""Municipalities of several lands: each its own counties and ground, one of them the land drawn alone."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely

from liangtian.datasets.county import generate
from liangtian.datasets.lands import LARGEST, MOST_PARCELS, generate_lands
from liangtian.formats import vector
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import examine

PARCELS = 2_000


def test_a_municipality_of_usual_size_is_the_one_land() -> None:
    (only,) = generate_lands(parcels=PARCELS, seed=3)
    alone = generate(parcels=PARCELS, seed=3)
    assert all(only[code].attributes.equals(alone[code].attributes) for code in alone)
    assert (shapely.to_wkb(only["DLTB"].geometry) == shapely.to_wkb(alone["DLTB"].geometry)).all()


def test_lands_lie_apart_and_have_counties_of_their_own(tmp_path: Path) -> None:
    lands = [generate(parcels=PARCELS, land=number, lands=3) for number in range(3)]
    outlines = [shapely.box(*shapely.total_bounds(land["DLTB"].geometry)) for land in lands]
    assert [shapely.intersects(one, other) for one, other in combinations(outlines, 2)] == [False] * 3
    counties = [sorted({code[:6] for code in land["XZQ"].attributes["XZQDM"].to_pylist()}) for land in lands]
    assert counties == [["339901", "339902"], ["339903", "339904"], ["339905", "339906"]]
    for code in lands[0]:
        for number, land in enumerate(lands):
            (vector.append if number else vector.write)(land[code], tmp_path / f"{code}.gpkg")
        joined = vector.read(tmp_path / f"{code}.gpkg")
        assert len(joined) == sum(len(land[code]) for land in lands)
        assert joined.attributes["BSM"].to_pylist() == [
            each for land in lands for each in land[code].attributes["BSM"].to_pylist()
        ]
        assert examine(joined, layer_spec(code)).level == "clean"


def test_lands_differ() -> None:
    one, other = (generate(parcels=PARCELS, land=number, lands=2)["DLTB"] for number in range(2))
    assert len(one) != len(other) or not np.array_equal(shapely.area(one.geometry), shapely.area(other.geometry))


def test_too_many_parcels_are_refused() -> None:
    assert LARGEST < MOST_PARCELS
    with pytest.raises(ValueError, match=f"at most {MOST_PARCELS}, not {MOST_PARCELS + 1}"):
        next(generate_lands(parcels=MOST_PARCELS + 1))
