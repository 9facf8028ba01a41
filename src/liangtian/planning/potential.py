"""Potential of land consolidation (整治潜力调查): which parcels might be worked on, why, and what stands against it.

A candidate is a parcel with one kind of potential. Every rule that speaks on it is kept with its clause: one that it meets,
one whose ground takes some or all of it away, one that cannot be answered. What cannot be answered is never a no.

Kinds that end in new farmland take a parcel once, in the order of `NEW_FARMLAND`; `paddy` and `quality` are about farmland
there is already and stand beside each other. Sums over kinds of the two groups are therefore not made.

`check.potential.survey_on` gathers what is published and answers with a `Potential`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.finding import Finding
from liangtian.formats.features import Features
from liangtian.messages import Language, render_text
from liangtian.onemap.snapshot import ID
from liangtian.units import m2_from_dm2, round_half_up

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
State = Literal["qualifies", "unknown", "excluded"]
Says = Literal["met", "hit", "unknown"]
Level = Literal["village", "town", "county"]

NEW_FARMLAND = ("restore_now", "restore_works", "mining", "facility", "reclaim", "village")
ON_FARMLAND = ("paddy", "quality")
KINDS = (*NEW_FARMLAND, *ON_FARMLAND)
"""即可恢复, 工程恢复, 采矿用地复垦, 设施农用地复耕, 后备资源垦造, 村庄建设用地复垦; 旱地改水田, 耕地质量提升."""

STATES: tuple[State, ...] = ("qualifies", "unknown", "excluded")
DIGITS: dict[Level, int] = {"county": 6, "town": 9, "village": 12}


@dataclass(frozen=True, slots=True, eq=False)
class Ruled:
    """What one rule says of some candidates, in one sentence.

    Attributes
    ----------
    rule : the obligation, e.g. `wenzhou-2019（九）.6`, or the value of ours it rests on
    says : `met` speaks for the candidate, `hit` takes ground away, `unknown` leaves it open
    message_id : of `locale/potential.toml`; filled in with `params`, and with `area_m2` where there is one
    at : shape (k,), candidates, ascending; never empty
    area_dm2 : shape (k,), ground of each that the rule is about, hundredths of m²; None: all of it
    params : for each name k values
    """

    rule: str
    says: Says
    message_id: str
    at: Ints
    area_dm2: Ints | None = None
    params: Mapping[str, Sequence[Any]] | None = None

    def reason(self, position: int) -> Reason:
        """The reason of the candidate at a position of `at`."""
        params = {name: values[position] for name, values in (self.params or {}).items()}
        area = None if self.area_dm2 is None else m2_from_dm2(int(self.area_dm2[position]))
        return Reason(self.rule, self.says, self.message_id, params, area)


@dataclass(frozen=True, slots=True)
class Reason:
    """What one rule says of one candidate; `area_m2` is the ground it takes away, None where it speaks of the whole."""

    rule: str
    says: Says
    message_id: str
    params: Mapping[str, Any]
    area_m2: Decimal | None = None

    def sentence(self, *, lang: Language = "zh") -> str:
        """The reason in words, without the rule."""
        return render_text(self.message_id, {**self.params, "area_m2": self.area_m2}, lang=lang)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One parcel with one kind of potential.

    Attributes
    ----------
    number : position in `Potential`
    parcel : its id
    kind, state : of `KINDS` and `STATES`
    code : land class
    village : twelve digits, fewer where the survey has fewer, "" where it has none
    area_m2, net_m2 : the whole parcel, and what the exclusions leave of it (0 where excluded)
    slope_deg : mean slope by the elevation model; None: none there
    slope_covered : share of the parcel that the elevation model covers; None: no model was given
    slope_grade : the survey's, 1 to 5; None: the survey has none
    reasons : in the order of the rules
    """

    number: int
    parcel: str
    kind: str
    state: State
    code: str
    village: str
    area_m2: Decimal
    net_m2: Decimal
    slope_deg: Decimal | None
    slope_covered: Decimal | None
    slope_grade: int | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PlaceSum:
    """One kind at one place: how many candidates in each state, and their ground.

    `net_m2` is what qualifies, `unknown_m2` what might (net as well), `excluded_m2` whole parcels that are excluded and
    what exclusions take from the others.
    """

    place: str
    kind: str
    count: int
    net_m2: Decimal
    unknown: int
    unknown_m2: Decimal
    excluded: int
    excluded_m2: Decimal


@dataclass(frozen=True, slots=True)
class VillageScale:
    """Construction land of a village by its registered persons.

    `persons` None: not told, so nothing is concluded. `excess_m2` is what lies above the mark, the most that the
    candidates of kind `village` there may come to; None where it is not known.
    """

    village: str
    construction_m2: Decimal
    persons: int | None
    per_person_m2: Decimal | None
    excess_m2: Decimal | None


@dataclass(frozen=True, slots=True, eq=False)
class Potential:
    """The answer of a survey: n candidates by village, kind and parcel.

    Attributes
    ----------
    kind, state : shape (n,), positions in `KINDS` and `STATES`
    attributes : n rows, `parcel_id`, `DLBM`, `ZLDWDM`
    area_dm2, net_dm2 : shape (n,), hundredths of m²; net never exceeds the parcel
    shapes : shape (n,), the net ground; where nothing is left, the parcel
    slope_deg, slope_covered : shape (n,); nan where there is none
    slope_grade : shape (n,), 0 for none
    ruled : what each rule says, in order
    villages : every village with construction land, by code
    used : what the answer rests on: layers and digests, elevation model, how many villages have persons
    names : name of each town and village, by code, as the administrative layers have them
    findings : what is wrong with the input, and what was assumed
    """

    kind: Ints
    state: Ints
    attributes: pa.Table
    area_dm2: Ints
    net_dm2: Ints
    shapes: npt.NDArray[np.object_]
    crs: CRS
    slope_deg: Floats
    slope_covered: Floats
    slope_grade: Ints
    ruled: tuple[Ruled, ...]
    villages: tuple[VillageScale, ...]
    used: Mapping[str, Any]
    names: Mapping[str, str]
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.kind)

    def places(self, level: Level = "village") -> npt.NDArray[np.str_]:
        """The place of each candidate, shape (n,); "" where the survey has none."""
        codes = pc.utf8_slice_codeunits(pc.fill_null(self.attributes["ZLDWDM"].cast(pa.string()), ""), 0, DIGITS[level])
        return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.str_)

    def find(self, *, kind: str | None = None, state: State | None = None, place: str = "") -> Ints:
        """Numbers of the candidates of a kind, a state and a place (by the beginning of its code)."""
        mask = np.char.startswith(self.places(), place)
        if kind is not None:
            mask &= self.kind == KINDS.index(kind)
        if state is not None:
            mask &= self.state == STATES.index(state)
        return np.flatnonzero(mask)

    def candidates(self, numbers: Iterable[int]) -> list[Candidate]:
        """Candidates with their reasons, in the order of the numbers; made for a page or a file, not for sums."""
        wanted = np.fromiter(numbers, dtype=np.int64)
        reasons: list[list[Reason]] = [[] for _ in wanted]
        for ruled in self.ruled:
            at = np.minimum(np.searchsorted(ruled.at, wanted), len(ruled.at) - 1)
            for n in np.flatnonzero(ruled.at[at] == wanted).tolist():
                reasons[n].append(ruled.reason(int(at[n])))
        rows = self.attributes.take(pa.array(wanted)).to_pylist()
        villages = self.places()[wanted]
        return [
            self._candidate(int(number), row, str(village), tuple(found))
            for number, row, village, found in zip(wanted, rows, villages, reasons, strict=True)
        ]

    def _candidate(self, number: int, row: dict[str, Any], village: str, reasons: tuple[Reason, ...]) -> Candidate:
        return Candidate(
            number,
            row[ID],
            KINDS[self.kind[number]],
            STATES[self.state[number]],
            row["DLBM"] or "",
            village,
            m2_from_dm2(int(self.area_dm2[number])),
            m2_from_dm2(int(self.net_dm2[number])),
            _figure(self.slope_deg[number], 1),
            _figure(self.slope_covered[number], 3),
            int(self.slope_grade[number]) or None,
            reasons,
        )

    def by_place(self, level: Level = "village") -> tuple[PlaceSum, ...]:
        """Sums of each kind at each place, by code and in the order of `KINDS`; whole numbers, so levels agree."""
        places, at = np.unique(self.places(level), return_inverse=True)
        group = at * len(KINDS) + self.kind
        size = len(places) * len(KINDS)
        sums = [self._sums(group, size, state) for state in range(len(STATES))]
        lost = _total(group, self.area_dm2 - self.net_dm2, size)
        return tuple(
            PlaceSum(
                str(places[n // len(KINDS)]),
                KINDS[n % len(KINDS)],
                int(sums[0][0][n]),
                m2_from_dm2(int(sums[0][1][n])),
                int(sums[1][0][n]),
                m2_from_dm2(int(sums[1][1][n])),
                int(sums[2][0][n]),
                m2_from_dm2(int(lost[n])),
            )
            for n in np.flatnonzero(np.bincount(group, minlength=size))
        )

    def _sums(self, group: Ints, size: int, state: int) -> tuple[Ints, Ints]:
        here = self.state == state
        return np.bincount(group[here], minlength=size), _total(group[here], self.net_dm2[here], size)

    def total(self) -> tuple[PlaceSum, ...]:
        """Sums of each kind over all places."""
        whole: dict[str, list[PlaceSum]] = {}
        for row in self.by_place("county"):
            whole.setdefault(row.kind, []).append(row)
        return tuple(_added(whole[kind]) for kind in KINDS if kind in whole)

    def features(self, numbers: Ints | None = None) -> Features:
        """The net ground of candidates as a layer.

        Columns: `parcel`, `kind`, `state`, `village`, `code`, `area_m2`, `net_m2`, `slope_deg` (null: none), `rules`:
        the rules that speak on it, `+` met, `-` hit, `?` open.
        """
        rows = np.arange(len(self)) if numbers is None else numbers
        said = [" ".join(_MARKS[r.says] + r.rule for r in each.reasons) for each in self.candidates(rows)]
        columns = {
            "parcel": self.attributes[ID].take(pa.array(rows)),
            "kind": pa.array(np.array(KINDS)[self.kind[rows]]),
            "state": pa.array(np.array(STATES)[self.state[rows]]),
            "village": pa.array(self.places()[rows]),
            "code": self.attributes["DLBM"].take(pa.array(rows)).cast(pa.string()),
            "area_m2": pa.array(self.area_dm2[rows] / 100),
            "net_m2": pa.array(self.net_dm2[rows] / 100),
            "slope_deg": pa.array(np.round(self.slope_deg[rows], 1), mask=np.isnan(self.slope_deg[rows])),
            "rules": pa.array(said, pa.string()),
        }
        shapes = _multi(self.shapes[rows])
        return Features(shapes, pa.table(columns), self.crs, "potential", np.arange(1, len(rows) + 1))


_MARKS: dict[Says, str] = {"met": "+", "hit": "-", "unknown": "?"}


def _figure(value: float, places: int) -> Decimal | None:
    return None if np.isnan(value) else round_half_up(Fraction(float(value)), places)


def _total(group: Ints, area_dm2: Ints, size: int) -> Ints:
    """Exact sums: a float could not hold the hundredths of a province."""
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, group, area_dm2)
    return sums


def _added(rows: Sequence[PlaceSum]) -> PlaceSum:
    return PlaceSum(
        "",
        rows[0].kind,
        sum(row.count for row in rows),
        sum((row.net_m2 for row in rows), Decimal(0)),
        sum(row.unknown for row in rows),
        sum((row.unknown_m2 for row in rows), Decimal(0)),
        sum(row.excluded for row in rows),
        sum((row.excluded_m2 for row in rows), Decimal(0)),
    )


def _multi(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Multipolygons throughout: files hold one type."""
    if not len(shapes):
        return shapes
    return np.array([shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes], dtype=object)
