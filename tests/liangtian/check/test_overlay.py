"""Cutting and merging: what is measured at once is what is measured alone, and a sliver is told from a small piece."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import CRS

from liangtian.check.overlay import LineTolerance, Overlap, Pieces, cut, ground_on, on_parts, parted, within_dm2
from liangtian.onemap import snapshot
from liangtian.onemap.index import Index, of_table
from liangtian.space.area import ellipsoidal_area
from liangtian.units import round_dm2

PLANE, ZONE = CRS.from_epsg(4549), CRS.from_epsg(4528)
EAST, NORTH = 560_000.0, 3_380_000.0
TOLERANCE = LineTolerance(Fraction(1), Fraction(1, 5))


def box(x0: float, y0: float, x1: float, y1: float, *, east: float = EAST) -> shapely.Polygon:
    return shapely.box(east + x0, NORTH + y0, east + x1, NORTH + y1)


def dm2(*shapes: shapely.Geometry) -> np.ndarray:
    return round_dm2(ellipsoidal_area(np.array(shapes, dtype=object), PLANE))


def pieces(*shapes: shapely.Geometry) -> Pieces:
    ids = pa.table({"parcel_id": [f"p{number}" for number in range(len(shapes))]})
    return Pieces(np.array(shapes, dtype=object), dm2(*shapes), dm2(*shapes), ids, PLANE)


def overlap_of(found: Pieces, *, disjoint: bool = False) -> Overlap:
    return parted([ground_on(found, TOLERANCE, disjoint=disjoint)], PLANE, TOLERANCE)[0]


def layer(*shapes: shapely.Geometry, crs: CRS = PLANE, name: str = "p") -> Index:
    ids = [f"{name}{number}" for number in range(len(shapes))]
    table = snapshot.build(
        np.array(shapes, dtype=object), pa.array(ids), pa.table({"DLBM": ["0101"] * len(shapes)}), crs
    )
    return of_table(table)


def test_layers_cut_together_are_as_cut_alone() -> None:
    ground = box(5, 5, 95, 70)
    fields = layer(box(0, 0, 50, 40), box(50, 0, 100, 40), box(10, 40, 60, 65))
    prefixed = layer(box(0, 0, 30, 90, east=40e6 + EAST), crs=ZONE, name="q")
    together = cut({"A": ([fields], ("DLBM",)), "B": ([prefixed, fields], ("KCXS",))}, ground, PLANE)
    alone = cut({"A": ([fields], ("DLBM",))}, ground, PLANE)["A"]
    assert together["A"].area_dm2.tolist() == alone.area_dm2.tolist()
    assert dict(zip(alone.attributes["parcel_id"].to_pylist(), alone.area_dm2.tolist(), strict=True)) == {
        "p0": int(dm2(box(5, 5, 50, 40))[0]),
        "p1": int(dm2(box(50, 5, 95, 40))[0]),
        "p2": int(dm2(box(10, 40, 60, 65))[0]),
    }
    assert together["B"].total_dm2 == alone.total_dm2 + int(dm2(box(5, 5, 30, 70))[0])
    assert together["B"].attributes["KCXS"].null_count == len(together["B"])
    assert together["B"].shapes[0].bounds[0] == pytest.approx(EAST + 5)


def test_a_layer_beside_the_boundary_has_no_pieces() -> None:
    found = cut({"A": ([layer(box(0, 0, 10, 10))], ("DLBM",))}, box(20, 0, 30, 10), PLANE)["A"]
    assert (len(found), found.total_dm2, found.attributes.column_names) == (0, 0, ["parcel_id", "DLBM"])


@pytest.mark.parametrize("disjoint", [True, False])
def test_a_small_piece_of_a_field_counts_and_a_sliver_touches(disjoint: bool) -> None:
    field, corner, sliver = box(0, 0, 50, 50), box(50, 0, 50.5, 0.5), box(80, 0, 86, 0.1)
    found = overlap_of(pieces(field, corner, sliver), disjoint=disjoint)
    assert found.area_dm2 == int(dm2(shapely.union(field, corner))[0])
    assert (len(found.parts), found.touching_dm2) == (1, int(dm2(sliver)[0]))


def test_a_chain_of_small_pieces_is_measured_as_one() -> None:
    strip = [box(0.5 * n, 0, 0.5 * n + 0.5, 0.15) for n in range(20)]  # 10 m by 0.15 m: narrow, but above 1 m²
    far = box(100, 100, 150, 150)
    found = overlap_of(pieces(far, *strip), disjoint=True)
    assert (found.area_dm2, found.touching_dm2) == (int(dm2(far, shapely.union_all(strip)).sum()), 0)


def test_pieces_along_a_part_do_not_lie_on_it() -> None:
    land = pieces(box(0, 0, 50, 50), box(50, 0, 100, 50), box(100, 0, 150, 50))
    part = np.array([box(50, 0, 110, 50)], dtype=object)
    assert on_parts(land, part).tolist() == [False, True, True]


def test_ground_that_only_touches_holds_nothing() -> None:
    land = pieces(box(0, 0, 50, 50), box(50, 0, 100, 50), box(100, 0, 150, 50))
    ground, beside = box(50, -10, 120, 60), shapely.union_all([box(0, -10, 50, 60), box(120, -10, 150, 60)])
    everything = np.ones(3, dtype=bool)
    assert within_dm2(land, everything, ground, beside) == int(dm2(box(50, 0, 100, 50), box(100, 0, 120, 50)).sum())
    assert within_dm2(land, everything & [True, False, False], ground, beside) == 0


def test_pieces_off_all_other_ground_keep_the_area_they_have() -> None:
    land = pieces(box(0, 0, 50, 50), box(50, 0, 100, 50))
    fewer = replace(land, area_dm2=land.area_dm2 - 1)  # fitted to the boundary, say
    assert within_dm2(fewer, np.ones(2, dtype=bool), box(0, 0, 100, 50), shapely.Polygon()) == fewer.total_dm2


def test_a_piece_in_two_parts_is_looked_at_part_by_part() -> None:
    land = pieces(shapely.MultiPolygon([box(0, 0, 10, 10), box(20, 0, 30, 10)]))
    ground, beside = box(0, 0, 15, 10), box(40, 0, 50, 10)  # of the rest nobody said anything
    assert within_dm2(land, np.ones(1, dtype=bool), ground, beside) == int(dm2(box(0, 0, 10, 10))[0])
