"""Another layout of permanent basic farmland: what to move out and in so that it hangs together better and is no worse.

A whole-number program over parcels: as many pairs of basic-farmland fields that belong together as can be, under limits
on what moves, on what is added and on quality. Pairs are those that `blocks_of` joins by; how far contiguity really
rose is then measured by the effective mesh size of the basic farmland before and after.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from liangtian.onemap import landclass
from liangtian.onemap.farmland import grades_of
from liangtian.onemap.snapshot import ID
from liangtian.planning.blocks import BlockRule, between_of, limits_of
from liangtian.planning.fragmentation import effective_mesh_size
from liangtian.planning.network import Ints, Mask
from liangtian.planning.parcels import Parcels
from liangtian.planning.program import Effort, Program, Row
from liangtian.space.contiguity import connected, linked
from liangtian.units import m2_from_dm2, round_half_up

REFUSALS = 50  # answers that whole numbers do not bear out


@dataclass(frozen=True, slots=True)
class LayoutLimits:
    """What an adjustment may do.

    Attributes
    ----------
    added_share : least area moved in beyond what is moved out, as a share of what is moved out
    moved_share : most area moved out, as a share of all basic farmland
    grown_share : by how much all basic farmland may grow at most, as a share of it: fields do not come in any size
    """

    added_share: Fraction
    moved_share: Fraction
    grown_share: Fraction = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Figures:
    """Basic farmland before or after. `mesh_m2`: effective mesh size; `grade`: mean by area, None where none is known."""

    area_m2: Decimal
    parcels: int
    pairs: int
    mesh_m2: float
    grade: Decimal | None


@dataclass(frozen=True, slots=True)
class Layout:
    """An adjustment.

    Attributes
    ----------
    removed, added : parcel ids, sorted
    removed_m2, added_m2 : their areas
    proven : no adjustment within the limits joins more pairs
    cause : why there is none: `moved` (what must leave is more than may move), `limits` (not enough good farmland to take
        its place), `unsolved` (time ran out); None: there is one
    """

    removed: tuple[str, ...]
    added: tuple[str, ...]
    removed_m2: Decimal
    added_m2: Decimal
    before: Figures
    after: Figures
    proven: bool
    cause: str | None = None


def adjusted(
    parcels: Parcels,
    protected: Mask,
    rule: BlockRule,
    limits: LayoutLimits,
    *,
    leaving: Collection[str] = (),
    barred: Collection[str] = (),
    kept: Collection[str] = (),
    effort: Effort | None = None,
) -> Layout:
    """Find the adjustment that joins most.

    Parameters
    ----------
    protected : shape (n,), which parcels are basic farmland
    leaving : parcels that a project takes out whatever else is done
    barred : parcels that may not become basic farmland
    kept : parcels that may not leave

    Returns
    -------
    Layout : without any change where nothing joins more; with a `cause` where the limits allow none
    """
    fields = _Fields.of(parcels, protected, rule, barred)
    ids = np.array(parcels.attributes[ID].to_pylist(), dtype=object)[fields.rows]
    out, stays = np.isin(ids, list(leaving)) & fields.protected, np.isin(ids, list(kept)) & fields.protected
    before = fields.figures(fields.protected)
    most = limits.moved_share * int(fields.area[fields.protected].sum())
    if int(fields.area[out].sum()) > most:
        return _none(before, "moved", proven=True)
    chosen, feasible, proven = _solved(fields, limits, (out, stays), effort or Effort(60.0))
    if chosen is None:
        return _none(before, "unsolved" if feasible else "limits", proven=proven)
    gone, new = fields.protected & ~chosen, chosen & ~fields.protected
    return Layout(
        tuple(sorted(ids[gone].tolist())),
        tuple(sorted(ids[new].tolist())),
        m2_from_dm2(int(fields.area[gone].sum())),
        m2_from_dm2(int(fields.area[new].sum())),
        before,
        fields.figures(chosen),
        proven,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Fields:
    """Parcels that are basic farmland or could become it, and the pairs of them that belong together."""

    rows: Ints
    protected: Mask
    area: Ints
    grade: Ints
    one: Ints
    other: Ints

    @classmethod
    def of(cls, parcels: Parcels, protected: Mask, rule: BlockRule, barred: Collection[str]) -> _Fields:
        grade = grades_of(parcels.attributes["GDDB"])
        ids = np.array(parcels.attributes[ID].to_pylist(), dtype=object)
        free = landclass.is_farmland(parcels.attributes["DLBM"]) & (grade > 0) & ~np.isin(ids, list(barred))
        rows = np.flatnonzero(protected | free)
        number = np.full(len(ids), -1, dtype=np.int64)
        number[rows] = np.arange(len(rows))
        parts = np.flatnonzero(number[parcels.owner] >= 0)
        every = np.ones(len(parts), dtype=bool)
        one, other = linked(
            parcels.outlines.take(parts), between_of(parcels, rule), every, limits_of(parcels, parts, rule)
        )
        node = number[parcels.owner[parts]]
        pairs = np.unique(np.sort(np.stack([node[one], node[other]]), axis=0), axis=1)
        pairs = pairs[:, pairs[0] != pairs[1]]
        area = np.bincount(node, weights=parcels.area_dm2[parts], minlength=len(rows)).astype(np.int64)
        return cls(rows, protected[rows], area, grade[rows], pairs[0], pairs[1])

    def figures(self, chosen: Mask) -> Figures:
        both = chosen[self.one] & chosen[self.other]
        label = connected(np.arange(len(chosen)), self.one[both], self.other[both])[chosen]
        blocks = np.bincount(label, weights=self.area[chosen])
        known = chosen & (self.grade > 0)
        total = int(self.area[known].sum())
        mean = Fraction(int((self.area * self.grade)[known].sum()), total) if total else None
        return Figures(
            m2_from_dm2(int(self.area[chosen].sum())),
            int(chosen.sum()),
            int(both.sum()),
            effective_mesh_size(blocks[blocks > 0] / 100.0) if chosen.any() else 0.0,
            None if mean is None else round_half_up(mean, 3),
        )


def _none(before: Figures, cause: str, *, proven: bool) -> Layout:
    nothing = m2_from_dm2(0)
    return Layout((), (), nothing, nothing, before, before, proven, cause)


def _solved(
    fields: _Fields, limits: LayoutLimits, fixed: tuple[Mask, Mask], effort: Effort
) -> tuple[Mask | None, bool, bool]:
    """Columns: a parcel is basic farmland; then a pair is, which it can be only if both of it are."""
    size, pairs = len(fields.rows), len(fields.one)
    # Among adjustments that join as much, the one that moves least.
    fuss = 0.5 * fields.area / max(int(fields.area.sum()), 1)
    costs = np.concatenate([np.where(fields.protected, -fuss, fuss), np.full(pairs, -1.0)])
    program = Program(costs, effort)
    for mask, value in zip(fixed, (0.0, 1.0), strict=True):
        program.fix(np.flatnonzero(mask), value)
    ends = zip(fields.one.tolist(), fields.other.tolist(), strict=True)
    program.add(Row((end, size + n), (1.0, -1.0), least=0.0) for n, pair in enumerate(ends) for end in pair)
    terms = _terms(fields, limits)
    unit = float(fields.area.max(initial=1))
    for factors, least in terms:
        program.add([Row(tuple(range(size)), tuple(float(each) / unit for each in factors), least=float(least) / unit)])
    for _ in range(REFUSALS):
        solved = program.run(whole=True)
        if solved.values is None:
            return None, solved.feasible, solved.proven
        chosen = solved.values[:size] > 0.5
        taken = np.flatnonzero(chosen).tolist()
        if all(sum(factors[n] for n in taken) >= least for factors, least in terms):
            return chosen, True, solved.proven
        differ = tuple(-1.0 if each else 1.0 for each in chosen.tolist())
        program.add([Row(tuple(range(size)), differ, least=1.0 - len(taken))])
    return None, True, False


def _terms(fields: _Fields, limits: LayoutLimits) -> list[tuple[list[Fraction], Fraction]]:
    """The limits, exactly: what a parcel counts for if it is basic farmland after, and the least sum."""
    area, grade, now = fields.area.tolist(), fields.grade.tolist(), fields.protected.tolist()
    total = sum(a for a, held in zip(area, now, strict=True) if held)
    known = sum(a for a, g, held in zip(area, grade, now, strict=True) if held and g)
    mean = Fraction(sum(a * g for a, g, held in zip(area, grade, now, strict=True) if held), known) if known else None
    more = 1 + limits.added_share
    moved = [Fraction(a) if held else Fraction(0) for a, held in zip(area, now, strict=True)]
    added = [more * a if held else Fraction(a) for a, held in zip(area, now, strict=True)]
    grown = [Fraction(-a) for a in area]
    terms = [
        (moved, total * (1 - limits.moved_share)),
        (added, more * total),
        (grown, -total * (1 + limits.grown_share)),
    ]
    if mean is not None:
        terms.append(([(mean - g) * a if g else Fraction(0) for a, g in zip(area, grade, strict=True)], Fraction(0)))
    return terms
