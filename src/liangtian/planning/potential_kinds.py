"""Candidates: which parcels have which kind of potential, and what speaks for it by class, mark, site, village or grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from liangtian.onemap import landclass
from liangtian.onemap.farmland import grades_of
from liangtian.onemap.snapshot import ID
from liangtian.planning.potential import KINDS, NEW_FARMLAND, Ruled, Says, VillageScale
from liangtian.planning.potential_evidence import Evidence, Land, Sites
from liangtian.planning.potential_overlay import Common, common_ground, parted
from liangtian.planning.potential_rule import (
    DISUSED,
    ENCOURAGED,
    QUALITY,
    RESTORED,
    SHRINKS,
    SUITED,
    PotentialRule,
)
from liangtian.space.area import ellipsoidal_area
from liangtian.space.overlay import shared
from liangtian.units import m2_from_dm2, round_dm2, round_half_up

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

MARKS = {"restore_now": "JKHF", "restore_works": "GCHF"}
RURAL = "0702"  # 农村宅基地: a village's, whatever the settlement code says
YES, NO, FARMING = "是", "否", "农"


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Candidates by village, kind and parcel.

    Attributes
    ----------
    row, kind : shape (n,), parcel in the land, position in `KINDS`
    shapes, ground_dm2 : shape (n,), the parcel, or what of it lies on a site where only the site makes it a candidate
    ruled : what speaks for them, and what is open or against them by the same rule
    villages : construction land of every village
    """

    row: Ints
    kind: Ints
    shapes: Shapes
    ground_dm2: Ints
    ruled: tuple[Ruled, ...]
    villages: tuple[VillageScale, ...]

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, eq=False)
class _On:
    """The site most of each parcel's ground lies on; -1 for none.

    Attributes
    ----------
    site, area_dm2 : shape (n,)
    """

    site: Ints
    area_dm2: Ints


def choose(evidence: Evidence, rule: PotentialRule) -> Chosen:
    """Settle the candidates of every kind."""
    land = evidence.land
    on = _sites_of(land, evidence.sites)
    scale = _Scale.of(land, rule, evidence.persons)
    grade = grades_of(land.attributes["GDDB"])
    _borrow_grades(evidence, grade)
    farmland = landclass.is_farmland(land.attributes["DLBM"])
    masks = _new_farmland(evidence, rule, on, scale) | {
        "paddy": land.among("DLBM", rule.dry_classes),
        "quality": farmland & ((grade == 0) | (grade > rule.good_grade)),
    }
    row = np.concatenate([np.flatnonzero(masks[kind]) for kind in KINDS])
    kind = np.repeat(np.arange(len(KINDS)), [np.count_nonzero(masks[kind]) for kind in KINDS])
    order = np.lexsort((land.text(ID)[row].astype(str), kind, land.text("ZLDWDM")[row].astype(str)))
    row, kind = row[order], kind[order]
    shapes, ground = land.geometry(row), land.area_dm2[row].copy()
    _keep_to_sites(evidence, rule, (row, kind, on), (shapes, ground))
    saying = _Saying(land, row, kind)
    _say_classes(saying, rule)
    _say_sites(saying, rule, on, evidence.sites)
    _say_villages(saying, rule, scale)
    _say_grades(saying, rule, grade)
    return Chosen(row, kind, shapes, ground, tuple(saying.ruled), scale.rows())


def _new_farmland(evidence: Evidence, rule: PotentialRule, on: _On, scale: _Scale) -> dict[str, Mask]:
    """Parcels of each kind that ends in new farmland; none is of two of them."""
    land = evidence.land
    free = landclass.is_known(land.attributes["DLBM"]) & ~landclass.is_farmland(land.attributes["DLBM"])
    sited = _kinds_on(evidence.sites, on, (*rule.encouraged, *rule.low_hills))
    sited &= on.area_dm2 >= int(100 * rule.least_m2)
    asked = {kind: land.among("ZZSXDM", [mark]) for kind, mark in MARKS.items()} | {
        "mining": land.among("DLBM", rule.mining_classes),
        "facility": land.among("DLBM", rule.facility_classes),
        "reclaim": land.among("DLBM", rule.reclaim_classes) | sited,
        "village": land.among("DLBM", rule.village_classes) & scale.construction & scale.reaches(land),
    }
    found = {}
    for kind in NEW_FARMLAND:
        found[kind] = asked[kind] & free
        free = free & ~found[kind]
    return found


def _sites_of(land: Land, sites: Sites | None) -> _On:
    on = _On(np.full(len(land), -1), np.zeros(len(land), dtype=np.int64))
    if sites is None or not len(sites.shapes):
        return on
    rows = land.meeting(sites.shapes)
    parts, owner = parted(sites.shapes)
    common = common_ground(land.geometry(rows), land.area_dm2[rows], parts, land.crs)
    candidate, site, area = _summed(common, owner)
    order = np.lexsort((-site, area, candidate))  # of equals the first site
    last = np.flatnonzero(np.diff(candidate[order], append=-1))
    on.site[rows[candidate[order[last]]]] = site[order[last]]
    on.area_dm2[rows[candidate[order[last]]]] = area[order[last]]
    return on


def _summed(common: Common, owner: Ints) -> tuple[Ints, Ints, Ints]:
    """Ground by candidate and whole polygon, of the ground by candidate and part."""
    size = int(owner.max(initial=0)) + 1
    pairs, at = np.unique(common.candidate * size + owner[common.part], return_inverse=True)
    area = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(area, at, common.area_dm2)
    return pairs // size, pairs % size, area


def _kinds_on(sites: Sites | None, on: _On, kinds: Sequence[str]) -> Mask:
    if sites is None or not len(sites.shapes):
        return np.zeros(len(on.site), dtype=bool)
    return (on.site >= 0) & np.isin(sites.columns["DKLX"], kinds)[on.site]


def _keep_to_sites(
    evidence: Evidence, rule: PotentialRule, where: tuple[Ints, Ints, _On], ground: tuple[Shapes, Ints]
) -> None:
    """Where only a site makes a parcel a candidate, only its ground on the site is one."""
    (row, kind, on), (shapes, area_dm2), land = where, ground, evidence.land
    by_class = land.among("DLBM", rule.reclaim_classes)[row]
    at = np.flatnonzero((kind == KINDS.index("reclaim")) & ~by_class & (on.area_dm2 < land.area_dm2)[row])
    if len(at) and evidence.sites is not None:
        shapes[at] = shared(shapes[at], evidence.sites.shapes[on.site[row[at]]])
        area_dm2[at] = np.minimum(round_dm2(ellipsoidal_area(shapes[at], land.crs)), area_dm2[at])


def _borrow_grades(evidence: Evidence, grade: Ints) -> None:
    """Farmland without a grade takes the one most of its ground has in the grade layer."""
    land = evidence.land
    wanted = np.flatnonzero((grade == 0) & landclass.is_farmland(land.attributes["DLBM"]))
    if evidence.grades is None or not len(wanted):
        return
    parts, owner = parted(evidence.grades[0])
    common = common_ground(land.geometry(wanted), land.area_dm2[wanted], parts, land.crs)
    candidate, found, area = _summed(common, evidence.grades[1][owner])
    order = np.lexsort((-found, area, candidate))
    last = order[np.flatnonzero(np.diff(candidate[order], append=-1))]
    grade[wanted[candidate[last]]] = found[last]


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """Construction land of villages by registered persons.

    Attributes
    ----------
    construction : shape (n,), parcels of the land that count
    villages, area_dm2, persons : shape (v,), codes, ground, persons (0: not told)
    at : shape (n,), village of each parcel
    """

    construction: Mask
    villages: npt.NDArray[np.str_]
    area_dm2: Ints
    persons: Ints
    at: Ints
    limit: Fraction

    @classmethod
    def of(cls, land: Land, rule: PotentialRule, persons: Mapping[str, int] | None) -> _Scale:
        coded = land.among("CZCSXM", rule.settlements)
        rural = land.among("DLBM", [RURAL]) & (land.text("CZCSXM") == "")
        construction = (land.category() == "C") & (coded | rural)
        codes = np.array([code[:12] for code in land.text("ZLDWDM")], dtype=np.str_)
        villages, at = np.unique(codes, return_inverse=True)
        area = np.zeros(len(villages), dtype=np.int64)
        np.add.at(area, at[construction], land.area_dm2[construction])
        told = np.array([(persons or {}).get(str(village), 0) for village in villages], dtype=np.int64)
        return cls(construction, villages, area, told, at, rule.per_person_m2)

    @property
    def excess_dm2(self) -> Ints:
        """What lies above the mark, half up; not above it: 0 or less."""
        limit = self.limit * 100
        return np.array(
            [area - int(round_half_up(limit * int(n))) for area, n in zip(self.area_dm2, self.persons, strict=True)],
            dtype=np.int64,
        )

    def reaches(self, land: Land) -> Mask:
        """Parcels of villages that are above the mark, or may be."""
        return np.asarray(((self.persons == 0) | (self.excess_dm2 > 0))[self.at])

    def per_person(self, village: int) -> Any:
        return round_half_up(Fraction(int(self.area_dm2[village]), 100 * int(self.persons[village])), 2)

    def rows(self) -> tuple[VillageScale, ...]:
        excess = self.excess_dm2
        return tuple(
            VillageScale(
                str(self.villages[n]),
                m2_from_dm2(int(self.area_dm2[n])),
                int(self.persons[n]) or None,
                self.per_person(n) if self.persons[n] else None,
                m2_from_dm2(max(int(excess[n]), 0)) if self.persons[n] else None,
            )
            for n in np.flatnonzero((self.area_dm2 > 0) & (self.villages != "")).tolist()
        )


class _Saying:
    """Collects what rules say of candidates."""

    def __init__(self, land: Land, row: Ints, kind: Ints) -> None:
        self.land, self.row, self.kind = land, row, kind
        self.ruled: list[Ruled] = []

    def of(self, *kinds: str) -> Mask:
        return np.isin(self.kind, [KINDS.index(kind) for kind in kinds])

    def say(self, rule: str, says: Says, message_id: str, mask: Mask, **params: npt.NDArray[Any]) -> None:
        """Params are of all candidates, shape (n,)."""
        at = np.flatnonzero(mask)
        if len(at):
            picked = {name: values[at].tolist() for name, values in params.items()}
            self.ruled.append(Ruled(rule, says, message_id, at, None, picked))


def _say_classes(saying: _Saying, rule: PotentialRule) -> None:
    land, row = saying.land, saying.row
    code = land.text("DLBM")[row]
    saying.say(RESTORED, "met", "potential-marked-now", saying.of("restore_now"))
    saying.say(RESTORED, "met", "potential-marked-works", saying.of("restore_works"))
    waste = saying.of("reclaim") & land.among("DLBM", rule.reclaim_classes)[row]
    names = np.asarray(landclass.class_names(pa.array(code, pa.string())).to_numpy(zero_copy_only=False), dtype=object)
    saying.say(ENCOURAGED, "met", "potential-waste-land", waste, code=code, name=names)


def _say_sites(saying: _Saying, rule: PotentialRule, on: _On, sites: Sites | None) -> None:
    """A site speaks for a parcel half of which lies on it; where only the site makes the candidate, always."""
    land, row = saying.land, saying.row
    by_class = land.among("DLBM", rule.reclaim_classes)[row] | ~saying.of("reclaim")
    counts = (2 * on.area_dm2 >= land.area_dm2)[row] | ~by_class
    here = {kinds: _kinds_on(sites, on, getattr(rule, kinds))[row] & counts for kinds in _SITED}
    mining, facility, reclaim = (saying.of(kind) for kind in ("mining", "facility", "reclaim"))
    columns = _site_columns(sites, on, row)
    name, kind = columns["name"], columns["DKLX"]
    saying.say(ENCOURAGED, "met", "potential-site", (reclaim | mining) & here["encouraged"], site=name, kind=kind)
    saying.say(ENCOURAGED, "unknown", "potential-mine-in-use-unknown", mining & ~here["encouraged"])
    saying.say(DISUSED, "met", "potential-abandoned", facility & here["disused"], site=name, kind=kind)
    saying.say(DISUSED, "unknown", "potential-facility-in-use-unknown", facility & ~here["disused"])
    _say_tidal(saying, (reclaim | mining) & here["tidal"], columns)
    _say_low_hills(saying, reclaim & here["low_hills"], columns)


_SITED = ("encouraged", "tidal", "low_hills", "disused")


def _site_columns(sites: Sites | None, on: _On, row: Ints) -> dict[str, npt.NDArray[np.object_]]:
    """Text of the site of each candidate, and what to call it."""
    if sites is None or not len(sites.shapes):
        return dict.fromkeys(("name", "DKLX", "SYFX", "HYGH", "LDGL"), np.full(len(row), "", dtype=object))
    found = {column: np.where(on.site[row] >= 0, sites.columns[column][on.site[row]], "") for column in sites.columns}
    return found | {"name": np.where(found["DKMC"] != "", found["DKMC"], found["DKBH"])}


def _say_tidal(saying: _Saying, flats: Mask, columns: Mapping[str, npt.NDArray[np.object_]]) -> None:
    unfit = (columns["HYGH"] == NO) | (columns["LDGL"] == NO)
    fit = (columns["HYGH"] == YES) & (columns["LDGL"] == YES)
    saying.say(ENCOURAGED, "hit", "potential-tidal-unfit", flats & unfit, site=columns["name"])
    saying.say(ENCOURAGED, "unknown", "potential-tidal-unknown", flats & ~unfit & ~fit, site=columns["name"])


def _say_low_hills(saying: _Saying, hills: Mask, columns: Mapping[str, npt.NDArray[np.object_]]) -> None:
    use, name = columns["SYFX"], columns["name"]
    farming = np.array([word.startswith(FARMING) for word in use], dtype=bool)
    saying.say(SUITED, "met", "potential-suited", hills & farming, site=name)
    saying.say(SUITED, "hit", "potential-unsuited", hills & ~farming & (use != ""), site=name, use=use)
    saying.say(SUITED, "unknown", "potential-suited-unknown", hills & (use == ""), site=name)


def _say_villages(saying: _Saying, rule: PotentialRule, scale: _Scale) -> None:
    of_village = saying.of("village")
    village = scale.at[saying.row]
    told = scale.persons[village] > 0
    figure = np.array([str(scale.per_person(n)) if scale.persons[n] else "" for n in range(len(scale.villages))])
    limit = np.full(len(saying.row), f"{float(rule.per_person_m2):g}", dtype=object)
    saying.say(SHRINKS, "met", "potential-village-above", of_village & told, per_person=figure[village], limit=limit)
    saying.say(SHRINKS, "unknown", "potential-village-unknown", of_village & ~told)


def _say_grades(saying: _Saying, rule: PotentialRule, grade: Ints) -> None:
    graded = grade[saying.row]
    quality = saying.of("quality")
    limit = np.full(len(saying.row), rule.good_grade)
    saying.say(QUALITY, "met", "potential-grade-poor", quality & (graded > 0), grade=graded, limit=limit)
    saying.say(QUALITY, "unknown", "potential-grade-unknown", quality & (graded == 0))
