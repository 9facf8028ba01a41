"""Contiguous blocks of farmland: what a tractor can work without crossing a highway, a railway or a river.

Fields belong to one block where they touch, where no more than a country road, a ditch and their ridges lie between
them (the internal classes), or where the ground between them is narrower than a stated gap. Barriers and steep ground are never crossed. A
limit (project area, village, town) cuts: what lies beyond it does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.onemap import landclass
from liangtian.onemap.farmland import WORST, grades_of, ridge_millionths
from liangtian.onemap.snapshot import ID
from liangtian.planning.exclusion import mostly_inside
from liangtian.planning.parcels import Ints, Mask, Parcels
from liangtian.planning.tiles import Ground, Kept, Progress, contiguous_by_tile, unheard
from liangtian.space.contiguity import Between
from liangtian.space.keys import distinct
from liangtian.units import MU_M2, m2_from_dm2, net_dm2, round_half_up


@dataclass(frozen=True, slots=True)
class BlockRule:
    """What joins and what cuts, all of it dated values of `liangtian-2026（技术）`.

    Attributes
    ----------
    internal : classes that lie inside consolidated fields
    barriers : classes that end a block
    across_m : widest ground of internal classes between two fields, metres
    gap_m : widest other ground between two fields, barriers excepted, metres
    steep_grade : slope grade (1–5) from which on a parcel is a barrier and farmland a block by itself; None: none is
    """

    internal: tuple[str, ...]
    barriers: tuple[str, ...]
    across_m: Fraction
    gap_m: Fraction
    steep_grade: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Blocks, largest net area first; of equals, by id.

    Attributes
    ----------
    parcels : everything the blocks were made from
    parts, block : shape (f,), positions of the farmland polygons in `parcels`, and the number of each one's block
    part_net_dm2 : shape (f,)
    ids : the lowest parcel id of each block, with `-2`, `-3` … where the parts of one parcel begin several
    area_dm2, net_dm2 : shape (k,), farmland with and without field ridges, hundredths of m²
    count : shape (k,), parcels
    ridges_known : shape (k,), every ridge coefficient in the block is one; else its net area is not known
    """

    parcels: Parcels
    parts: Ints
    block: Ints
    part_net_dm2: Ints
    ids: tuple[str, ...]
    area_dm2: Ints
    net_dm2: Ints
    count: Ints
    ridges_known: Mask

    def __len__(self) -> int:
        return len(self.ids)

    def at_least(self, size_mu: Fraction) -> int:
        """How many blocks, from the first, reach a net size, exactly; what is no ridge coefficient takes nothing away.

        1000 mu is 2,000,000/3 m²: 666,666.67 m² reaches it, 666,666.66 m² does not.
        """
        least_dm2 = ceil(size_mu * MU_M2 * 100)
        return int(np.count_nonzero(self.net_dm2 >= least_dm2))

    def net_m2(self, number: int) -> Decimal | None:
        """Net area of a block; None where a ridge coefficient is none."""
        return m2_from_dm2(int(self.net_dm2[number])) if self.ridges_known[number] else None

    def parcel_ids(self, number: int) -> tuple[str, ...]:
        """Sorted ids of the parcels of a block."""
        rows = np.unique(self.parcels.owner[self.parts[self.block == number]])
        return tuple(sorted(self.parcels.attributes[ID].take(pa.array(rows)).to_pylist()))

    def grades_dm2(self, first: int) -> Ints:
        """Net area of the first blocks by grade 0–15 (0: none), shape (first, 16)."""
        grade = grades_of(self.parcels.attributes["GDDB"])[self._rows]
        return self._sums(grade, WORST + 1, first)

    def slopes_dm2(self, first: int) -> Ints:
        """Net area of the first blocks by slope grade 0–5 (0: none), shape (first, 6)."""
        return self._sums(slope_grades(self.parcels)[self._rows], 6, first)

    def paddy_dm2(self, first: int) -> Ints:
        """Net area of paddy in the first blocks, shape (first,)."""
        paddy = landclass.is_paddy(self.parcels.attributes["DLBM"])[self._rows]
        return self._sums(paddy.astype(np.int64), 2, first)[:, 1]

    def shapes(self, number: int) -> npt.NDArray[np.object_]:
        """The fields of a block."""
        return self.parcels.outlines.polygons(self.parts[self.block == number])

    def outline(self, number: int, closing_m: float) -> shapely.Geometry:
        """The ground of a block: its fields united, what is narrower than `closing_m` between them closed."""
        united = shapely.union_all(self.shapes(number))
        if not closing_m:
            return united
        grown = shapely.buffer(united, closing_m / 2, join_style="mitre")
        return shapely.union(united, shapely.buffer(grown, -closing_m / 2, join_style="mitre"))

    @property
    def _rows(self) -> Ints:
        return np.asarray(self.parcels.owner[self.parts])

    def _sums(self, kind: Ints, kinds: int, first: int) -> Ints:
        at = self.block < first
        cell = self.block[at] * kinds + kind[at]
        return _sum(self.part_net_dm2[at], cell, first * kinds).reshape(first, kinds)


def blocks_of(
    parcels: Parcels,
    rule: BlockRule,
    *,
    digits: int | None = None,
    kept: Kept | None = None,
    progress: Progress = unheard,
) -> Blocks:
    """Join farmland into blocks, tile by tile.

    Parameters
    ----------
    parcels : every class of land, not the farmland alone: what lies between fields decides
    rule : what joins and what cuts
    digits : blocks end at the places whose codes are this long: 6 county, 9 town, 12 village; None: no such limit
    kept, progress : as of `contiguous_by_tile`

    Returns
    -------
    Blocks : the same whatever the order of the parcels
    """
    ground = ground_of(parcels, rule, digits=digits)
    return _measured(parcels, ground.fields, contiguous_by_tile(ground, kept=kept, progress=progress).label)


def ground_of(parcels: Parcels, rule: BlockRule, *, digits: int | None = None) -> Ground:
    """Fields, and the ground that parts or joins them."""
    parts = np.flatnonzero(is_field(parcels))
    crossable, barriers = _passable(parcels, rule)
    limit = limits_of(parcels, parts, rule, digits)
    outlines = parcels.outlines
    gap_m, across_m = float(rule.gap_m), float(rule.across_m)
    return Ground(outlines, outlines.bounds, parts, crossable, barriers, gap_m, across_m, limit, parcels.steep)


def limits_of(parcels: Parcels, parts: Ints, rule: BlockRule, digits: int | None = None) -> Ints | None:
    """What polygons have to have in common to join: the place of so many digits, and that they are not steep.

    Steep is a parcel of the rule's slope grade or above, and one of which half or more lies in steep ground drawn elsewhere.

    Parameters
    ----------
    parts : shape (f,), positions of farmland or of what becomes farmland

    Returns
    -------
    ndarray : shape (f,), a steep polygon's number is nobody else's; None: no limit at all
    """
    limit = None if digits is None else places_of(parcels, digits)[parcels.owner[parts]]
    steep = _is_steep(parcels, rule)
    if len(parcels.steep):
        steep = steep | mostly_inside(parcels, parcels.steep)
    alone = np.flatnonzero(steep[parcels.owner[parts]])
    if not len(alone):
        return limit
    limit = np.zeros(len(parts), dtype=np.int64) if limit is None else limit.copy()
    limit[alone] = -1 - alone
    return limit


def is_field(parcels: Parcels) -> Mask:
    """Which polygons are farmland, shape (p,)."""
    return np.asarray(landclass.is_farmland(parcels.attributes["DLBM"])[parcels.owner] & (parcels.area_dm2 > 0))


def between_of(parcels: Parcels, rule: BlockRule) -> Between:
    """The ground that parts or joins fields."""
    crossable, barriers = (parcels.outlines.polygons(at) for at in _passable(parcels, rule))
    return Between(
        gap_m=float(rule.gap_m),
        across_m=float(rule.across_m),
        crossable=crossable,
        barriers=np.concatenate([barriers, parcels.steep]),
    )


def places_of(parcels: Parcels, digits: int) -> Ints:
    """A number for each place of so many digits; a parcel without a code is in a place of its own kind."""
    codes = pc.utf8_slice_codeunits(pc.fill_null(parcels.text("ZLDWDM"), ""), 0, digits)
    return np.asarray(codes.combine_chunks().dictionary_encode().indices).astype(np.int64)


def slope_grades(parcels: Parcels) -> Ints:
    """Slope grade 1–5 of each parcel, shape (n,); 0: none."""
    codes = pc.index_in(parcels.text("GDPDJB"), value_set=pa.array(["1", "2", "3", "4", "5"]))
    return np.asarray(pc.fill_null(codes, -1)).astype(np.int64) + 1


def mean_grade(grades_dm2: Ints) -> Decimal | None:
    """Mean grade by net area, two places; None where any farmland has no grade.

    Examples
    --------
    >>> mean_grade(np.array([0, 0, 0, 100, 0, 50])), mean_grade(np.array([1, 0, 0, 100]))
    (Decimal('3.67'), None)
    """
    total = int(grades_dm2.sum())
    if grades_dm2[0] or not total:
        return None
    return round_half_up(Fraction(int((grades_dm2 * np.arange(len(grades_dm2))).sum()), total), 2)


def inclusions_dm2(blocks: Blocks, outlines: npt.NDArray[np.object_]) -> list[dict[str, int]]:
    """Other land that blocks enclose, by class code: parcels whose inner point lies inside the shell of an outline.

    Internal classes count as well: they are part of what a block holds besides farmland.

    Parameters
    ----------
    outlines : shape (k,), of the first k blocks, as `Blocks.outline` draws them

    Returns
    -------
    list : one dict a block, hundredths of m²
    """
    parcels = blocks.parcels
    parts, of_part = shapely.get_parts(outlines, return_index=True)
    filled = shapely.polygons(shapely.get_exterior_ring(parts))
    other = np.flatnonzero(~landclass.is_farmland(parcels.attributes["DLBM"])[parcels.owner])
    inner = shapely.point_on_surface(parcels.outlines.polygons(other))
    at, shell = shapely.STRtree(filled).query(inner, predicate="within")
    codes = parcels.text("DLBM").take(pa.array(parcels.owner[other[at]])).to_pylist()
    found: list[dict[str, int]] = [{} for _ in outlines]
    rows = zip(
        of_part[shell].tolist(), [code or "" for code in codes], parcels.area_dm2[other[at]].tolist(), strict=True
    )
    for number, code, dm2 in sorted(rows):
        found[number][code] = found[number].get(code, 0) + dm2
    return found


def _passable(parcels: Parcels, rule: BlockRule) -> tuple[Ints, Ints]:
    """Polygons that links may cross, and those they may not: what is steep is never crossed, whatever its class."""
    codes = parcels.text("DLBM")
    internal, barrier = (
        np.asarray(pc.is_in(codes, value_set=pa.array(classes, pa.string())))
        for classes in (rule.internal, rule.barriers)
    )
    steep = _is_steep(parcels, rule)
    return np.flatnonzero((internal & ~steep)[parcels.owner]), np.flatnonzero((barrier | steep)[parcels.owner])


def _is_steep(parcels: Parcels, rule: BlockRule) -> Mask:
    if rule.steep_grade is None:
        return np.zeros(len(parcels.attributes), dtype=bool)
    return np.asarray(slope_grades(parcels) >= rule.steep_grade)


def _measured(parcels: Parcels, parts: Ints, label: Ints) -> Blocks:
    _, block = np.unique(label, return_inverse=True)
    number = int(block.max()) + 1 if len(block) else 0
    rows = parcels.owner[parts]
    ridge, known = ridge_millionths(parcels.attributes["KCXS"])
    area = parcels.area_dm2[parts]
    net = net_dm2(area, ridge[rows])
    held = distinct(block * max(len(parcels.attributes), 1) + rows) // max(len(parcels.attributes), 1)
    place = _places_by_id(parcels)
    net_sum, names = _sum(net, block, number), _lowest_ids(place, rows, block)
    order = np.lexsort((place[names], -net_sum))
    rank = np.empty(number, dtype=np.int64)
    rank[order] = np.arange(number)
    ids = parcels.attributes[ID].take(pa.array(names[order])).to_pylist()
    return Blocks(
        parcels,
        parts,
        rank[block],
        net,
        told_apart(ids),
        _sum(area, block, number)[order],
        net_sum[order],
        np.bincount(held, minlength=number)[order],
        (np.bincount(block, weights=~known[rows], minlength=number) == 0)[order],
    )


def _places_by_id(parcels: Parcels) -> Ints:
    """Where each parcel's id stands in their order, shape (n,)."""
    by_id = np.asarray(pc.sort_indices(parcels.attributes[ID]), dtype=np.int64)
    place = np.empty(len(by_id), dtype=np.int64)
    place[by_id] = np.arange(len(by_id))
    return place


def _lowest_ids(place: Ints, rows: Ints, block: Ints) -> Ints:
    """Row of the parcel with the lowest id of each block."""
    order = np.lexsort((place[rows], block))
    first = order[np.r_[True, np.diff(block[order]) > 0][: len(order)]]
    return np.asarray(rows[first])


def told_apart(ids: list[str]) -> tuple[str, ...]:
    """Ids of blocks; where several begin with one parcel, the second is `-2`, the third `-3` …"""
    seen: dict[str, int] = {}
    told = []
    for each in ids:
        seen[each] = seen.get(each, 0) + 1
        told.append(each if seen[each] == 1 else f"{each}-{seen[each]}")
    return tuple(told)


def _sum(values: Ints, cell: Ints, cells: int) -> Ints:
    """Whole sums by cell; exact, as sums of hundredths of m² stay far below 2⁵³."""
    return np.bincount(cell, weights=values, minlength=cells).astype(np.int64)
