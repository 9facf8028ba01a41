"""The survey itself: candidates of every kind, what each rule says of them, what is left of their ground.

Candidates are settled first (`potential_kinds`), then every rule speaks on all of its candidates at once. A rule that takes
ground away, or leaves a question open, never makes another one silent: all reasons are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from liangtian.finding import Finding, Outcome
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.snapshot import ID
from liangtian.planning.potential import KINDS, STATES, Potential, Ruled, Says
from liangtian.planning.potential_evidence import Evidence, Land
from liangtian.planning.potential_kinds import Chosen, choose
from liangtian.planning.potential_overlay import Common, common_ground, parted, without
from liangtian.planning.potential_rule import (
    DRY,
    GENTLE,
    GIVEN,
    LEAST,
    LINES,
    RECLAIMED,
    SLOPE_LIMITS_DEG,
    STEEP,
    PotentialRule,
)
from liangtian.space.area import ellipsoidal_area
from liangtian.space.slope import steepness
from liangtian.units import round_dm2

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]
Tell = Callable[[str], None]

NAMED = 10  # parcels a finding names


def surveyed(evidence: Evidence, rule: PotentialRule, *, tell: Tell = lambda step: None) -> Potential:
    """Survey the potential of the land.

    Parameters
    ----------
    tell : called with `kinds`, `lines`, `years`, `slope`, `done` as the work goes on; what it raises ends the work

    Returns
    -------
    Potential : candidates by village, kind and parcel: the same for the same input in any order
    """
    tell("kinds")
    made = _Survey(evidence, rule, choose(evidence, rule))
    tell("lines")
    made.take_away_lines()
    tell("years")
    made.ask_earlier_surveys()
    made.ask_for_water()
    tell("slope")
    made.ask_for_slope()
    made.leave_small_pieces()
    tell("done")
    return made.result()


@dataclass(slots=True, eq=False)
class _Survey:
    evidence: Evidence
    rule: PotentialRule
    chosen: Chosen
    ruled: list[Ruled] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    left: Shapes = field(init=False)
    net_dm2: Ints = field(init=False)
    slope: npt.NDArray[np.float64] = field(init=False)
    covered: npt.NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.ruled += self.chosen.ruled
        self.left, self.net_dm2 = self.chosen.shapes.copy(), self.chosen.ground_dm2.copy()
        self.slope, self.covered = np.full((2, len(self.chosen)), np.nan)

    @property
    def land(self) -> Land:
        return self.evidence.land

    def of(self, *kinds: str) -> Ints:
        """Candidates of some kinds."""
        return np.flatnonzero(np.isin(self.chosen.kind, [KINDS.index(kind) for kind in kinds]))

    def say(self, rule: str, says: Says, message_id: str, at: Ints, **params: Sequence[Any]) -> None:
        if len(at):
            self.ruled.append(Ruled(rule, says, message_id, at, None, params))

    def take_away_lines(self) -> None:
        """Ground inside the lines, and inside polygons given by file."""
        for line in LINES:
            at, shapes = self.of(*line.kinds), self.evidence.lines.get(line.layer)
            open_ = at if shapes is None else at[self._unspoken(at, line.layer)]
            self.say(line.rule, "unknown", "potential-no-layer", open_, layer=[line.layer] * len(open_))
            if shapes is not None:
                spec = layer_spec(line.layer)
                self._take_away(at, shapes, line.rule, (spec.zh, spec.en))
        for name, shapes in self.evidence.given.items():
            self._take_away(np.arange(len(self.chosen)), shapes, GIVEN, (name, name))

    def _take_away(self, at: Ints, shapes: Shapes, rule: str, names: tuple[str, str]) -> None:
        parts, _ = parted(shapes)
        common = self._common(at, parts)
        inside = self._inside_dm2(at, parts, common)
        hit = inside >= _dm2(self.rule.tolerance_m2)
        area = inside[hit]
        self._cut(at, parts, common.take(hit[common.candidate]))
        if len(area):
            called = {name: [word] * len(area) for name, word in zip(("layer_zh", "layer_en"), names, strict=True)}
            self.ruled.append(Ruled(rule, "hit", "potential-inside", at[hit], area, called))

    def _unspoken(self, at: Ints, layer: str) -> Mask:
        """Candidates in places for which nobody has published a layer; one without a code cannot be told."""
        codes = self.land.text("ZLDWDM")[self.chosen.row[at]].astype(str)
        spoken: Mask = np.asarray(codes == "")
        for place in self.evidence.speaking.get(layer, ()):
            spoken |= np.char.startswith(codes, place)
        return np.asarray(~spoken)

    def _inside_dm2(self, at: Ints, parts: Shapes, common: Common) -> Ints:
        """Ground of candidates inside polygons, shape (k,); what several of these cover counts once."""
        inside = np.minimum(common.sums_dm2(len(at)), self.chosen.ground_dm2[at])
        several = np.bincount(common.candidate, minlength=len(at)) > 1
        rows = np.flatnonzero(several)
        left = without(self.chosen.shapes[at], parts, common.take(several[common.candidate]))[rows]
        outside = round_dm2(ellipsoidal_area(left, self.land.crs))
        inside[rows] = np.clip(self.chosen.ground_dm2[at[rows]] - outside, 0, inside[rows])
        return inside

    def _common(self, at: Ints, parts: Shapes) -> Common:
        return common_ground(self.chosen.shapes[at], self.chosen.ground_dm2[at], parts, self.land.crs)

    def _cut(self, at: Ints, parts: Shapes, common: Common) -> None:
        """Take ground away from what is left, and measure anew what was cut."""
        touched = np.unique(common.candidate)
        self.left[at] = without(self.left[at], parts, common)
        rows = at[touched]
        area = round_dm2(ellipsoidal_area(self.left[rows], self.land.crs))
        self.net_dm2[rows] = np.minimum(area, self.net_dm2[rows])

    def ask_earlier_surveys(self) -> None:
        """Dry land must stand in every year: ground that was something else is taken away, years not told leave it open."""
        at = self.of("paddy")
        if not len(at):
            return
        first, last = self.rule.years
        earlier = self.evidence.earlier(self.chosen.shapes[at])
        counted = np.flatnonzero((earlier.first <= last) & (earlier.last >= first) & (earlier.code != ""))
        parts, owner = parted(earlier.shapes[counted])
        owner = counted[owner]
        common = self._common(at, parts)
        known = self._years_known(at, parts, common, (earlier.first[owner], earlier.last[owner]))
        wet = ~np.isin(earlier.code[owner], self.rule.dry_classes)
        hit = common.take(wet[common.part])
        inside = self._inside_dm2(at, parts, hit)
        hit = hit.take((inside >= _dm2(self.rule.tolerance_m2))[hit.candidate])
        self._cut(at, parts, hit)
        self._say_years((at, known, inside), hit, (earlier.first[owner], earlier.last[owner]))

    def _years_known(self, at: Ints, parts: Shapes, common: Common, span: tuple[Ints, Ints]) -> Mask:
        """Which years tell a class for (nearly) all of a parcel, shape (k, years); ground told twice counts once."""
        first, last = self.rule.years
        told = np.zeros((len(at), last - first + 2), dtype=np.int64)
        begin = np.maximum(span[0][common.part], first) - first
        end = np.minimum(span[1][common.part], last) - first + 1
        np.add.at(told, (common.candidate, begin), common.area_dm2)
        np.add.at(told, (common.candidate, end), -common.area_dm2)
        wanted = float(self.rule.covered) * self.chosen.ground_dm2[at]
        known: Mask = np.cumsum(told, axis=1)[:, :-1] >= wanted[:, None]
        for year in range(last - first + 1):
            tells = (begin <= year) & (year < end)
            single = np.zeros(len(at), dtype=bool)
            single[common.candidate[tells & (common.area_dm2 >= wanted[common.candidate])]] = True
            doubtful = known[:, year] & ~single
            if doubtful.any():
                told_dm2 = self._inside_dm2(at, parts, common.take(tells & doubtful[common.candidate]))
                known[doubtful, year] = (told_dm2 >= wanted)[doubtful]
        own = self.land.number("SJNF")[self.chosen.row[at]] - first
        inside = (own >= 0) & (own <= last - first)
        known[np.flatnonzero(inside), own[inside]] = True  # the survey in force says dry land
        return known

    def _say_years(self, told: tuple[Ints, Mask, Ints], hit: Common, span: tuple[Ints, Ints]) -> None:
        """Parameters: candidates, years known of each and what of each was no dry land; which survey says so; its years."""
        at, known, inside = told
        first, last = self.rule.years
        wet = np.zeros((len(at), last - first + 2), dtype=np.int64)
        np.add.at(wet, (hit.candidate, np.maximum(span[0][hit.part], first) - first), 1)
        np.add.at(wet, (hit.candidate, np.minimum(span[1][hit.part], last) - first + 1), -1)
        was = np.cumsum(wet, axis=1)[:, :-1] > 0
        taken = np.flatnonzero(was.any(axis=1))
        if len(taken):
            area = inside[taken]
            years = [_spans(np.flatnonzero(row) + first) for row in was[taken]]
            self.ruled.append(Ruled(DRY, "hit", "potential-not-dry", at[taken], area, {"years": years}))
        missing = np.flatnonzero(~known.all(axis=1))
        self.say(
            DRY,
            "unknown",
            "potential-years-missing",
            at[missing],
            years=[_spans(np.flatnonzero(~row) + first) for row in known[missing]],
        )
        dry = np.flatnonzero(known.all(axis=1) & (self.net_dm2[at] > 0))
        self.say(DRY, "met", "potential-dry", at[dry], first=[first] * len(dry), last=[last] * len(dry))

    def ask_for_water(self) -> None:
        """A parcel of a class that holds water, near enough; the border of the place surveyed hides none."""
        at = self.of("paddy")
        if not len(at):
            return
        metres = float(self.rule.water_within_m)
        tree = shapely.STRtree(self.land.classed(self.rule.water_classes, self.chosen.shapes[at], metres))
        near = np.zeros(len(at), dtype=bool)
        near[np.unique(tree.query(self.chosen.shapes[at], predicate="dwithin", distance=metres)[0])] = True
        for says, message_id, here in (("met", "potential-watered", near), ("hit", "potential-no-water", ~near)):
            self.say(GENTLE, says, message_id, at[here], metres=[f"{metres:g}"] * int(here.sum()))  # type: ignore[arg-type]

    def ask_for_slope(self) -> None:
        """The survey's own grade where it has one, else the elevation model; both are told."""
        at = self.of(*RECLAIMED, "paddy")
        if self.evidence.elevation is not None and len(at):
            steep = steepness(self.evidence.elevation, self.chosen.shapes[at], self.land.crs)
            self.slope[at], self.covered[at] = steep.mean_deg, steep.covered
        for kinds, rule, limit in ((RECLAIMED, STEEP, self.rule.steep_deg), (("paddy",), GENTLE, self.rule.gentle_deg)):
            self._judge_slope(self.of(*kinds), rule, float(limit))
        self._tell_of_model(at)

    def _judge_slope(self, at: Ints, rule: str, limit: float) -> None:
        grade = self.grade[at]
        low, high = _GRADE_LOW[grade], _GRADE_HIGH[grade]
        gentle, steep = (grade > 0) & (high <= limit), (grade > 0) & (low >= limit)
        told = {"grade": grade, "limit": np.full(len(at), f"{limit:g}", dtype=object)}
        self._say_slope(rule, "potential-gentle-survey", at, gentle, told)
        self._say_slope(rule, "potential-steep-survey", at, steep, told)
        asked = ~gentle & ~steep
        known = asked & (self.covered[at] >= float(self.rule.covered))
        slope = np.round(self.slope[at], 1)
        told = {"slope": slope, "limit": told["limit"]}
        self._say_slope(rule, "potential-gentle-model", at, known & (self.slope[at] <= limit), told)
        self._say_slope(rule, "potential-steep-model", at, known & (self.slope[at] > limit), told)
        open_ = asked & ~known
        if self.evidence.elevation is None:
            self.say(rule, "unknown", "potential-slope-no-model", at[open_])
        else:
            share = [f"{part:.0%}" for part in self.covered[at[open_]]]
            self.say(rule, "unknown", "potential-slope-uncovered", at[open_], covered=share)

    def _say_slope(
        self, rule: str, message_id: str, at: Ints, here: Mask, told: Mapping[str, npt.NDArray[Any]]
    ) -> None:
        says: Says = "met" if "gentle" in message_id else "hit"
        self.say(rule, says, message_id, at[here], **{name: values[here].tolist() for name, values in told.items()})

    @property
    def grade(self) -> Ints:
        """Slope grade of the survey, 0 for none. Shape (n,)."""
        grade = self.land.number("GDPDJB")[self.chosen.row]
        return np.where(grade <= len(SLOPE_LIMITS_DEG) + 1, grade, 0)

    def _tell_of_model(self, at: Ints) -> None:
        """Where survey and model differ by a grade, and in which system the model was read."""
        model = self.evidence.elevation
        if model is None:
            return
        if model.crs != self.land.crs:
            about = {"file": model.source, "crs": model.crs.name}
            self.notes.append(Finding("POT-02", Outcome.PASS, "potential-model-moved", about))
        both = at[(self.grade[at] > 0) & (self.covered[at] >= float(self.rule.covered))]
        by_model = 1 + np.searchsorted([float(each) for each in SLOPE_LIMITS_DEG], self.slope[both], side="left")
        ids = sorted(self.land.text(ID)[self.chosen.row[both[by_model != self.grade[both]]]].tolist())
        if ids:
            shown = "、".join(ids[:NAMED]) + ("…" if len(ids) > NAMED else "")
            params = {"count": len(ids), "ids": shown}
            self.notes.append(Finding("POT-01", Outcome.FAIL, "potential-slopes-differ", params, parcels=tuple(ids)))

    def leave_small_pieces(self) -> None:
        small = np.flatnonzero(self.net_dm2 < _dm2(self.rule.least_m2))
        self.say(LEAST, "hit", "potential-too-small", small, least=[f"{float(self.rule.least_m2):g}"] * len(small))

    def result(self) -> Potential:
        barred, open_ = (self._mask(says) for says in ("hit", "unknown"))
        state = np.where(barred, STATES.index("excluded"), np.where(open_, STATES.index("unknown"), 0))
        net = np.where(barred, 0, self.net_dm2)
        shapes = np.where(barred, self.chosen.shapes, self.left)
        row = self.chosen.row
        attributes = self.land.attributes.select([ID, "DLBM", "ZLDWDM"]).take(pa.array(row))
        return Potential(
            self.chosen.kind,
            state,
            attributes,
            self.land.area_dm2[row],
            net,
            shapes,
            self.land.crs,
            self.slope,
            self.covered,
            self.grade,
            tuple(sorted(self.ruled, key=lambda each: (each.rule, each.says, each.message_id))),
            self.chosen.villages,
            self.evidence.used,
            self.evidence.names,
            (*self.evidence.notes, *self.notes, *self._strangers()),
        )

    def _mask(self, says: str) -> Mask:
        """Candidates that some rule leaves open, or bars whole; a rule that takes a part bars nothing by itself."""
        mask = np.zeros(len(self.chosen), dtype=bool)
        for ruled in self.ruled:
            if ruled.says == says and (says != "hit" or ruled.area_dm2 is None):
                mask[ruled.at] = True
        return mask

    def _strangers(self) -> Iterator[Finding]:
        """Codes of the list of persons, at the place surveyed, that no parcel lies in."""
        known = {code[:12] for code in np.unique(self.land.text("ZLDWDM").astype(str)).tolist()}
        told = self.evidence.persons or {}
        others = sorted(code for code in told if code not in known and code.startswith(self.evidence.place))
        if others:
            shown = "、".join(others[:NAMED]) + ("…" if len(others) > NAMED else "")
            yield Finding("POT-03", Outcome.FAIL, "potential-persons-elsewhere", {"count": len(others), "ids": shown})


_GRADE_LOW = np.array([np.nan, 0.0, *(float(each) for each in SLOPE_LIMITS_DEG)])
_GRADE_HIGH = np.array([np.nan, *(float(each) for each in SLOPE_LIMITS_DEG), 90.0])


def _dm2(area_m2: Any) -> int:
    return int(area_m2 * 100)


def _spans(years: Ints) -> str:
    """Years as a reader writes them.

    Examples
    --------
    >>> _spans(np.array([2009, 2010, 2011, 2015]))
    '2009–2011、2015'
    """
    parts = np.split(years, np.flatnonzero(np.diff(years) > 1) + 1)
    return "、".join(f"{part[0]}" if len(part) == 1 else f"{part[0]}–{part[-1]}" for part in parts)
