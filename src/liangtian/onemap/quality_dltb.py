"""Quality rules of the land-use parcel layer (DLTB): codes and figures that contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from liangtian.onemap.codelists import CODE_LISTS
from liangtian.onemap.defects import LIMIT, Hits, Mask, Rule, Subject, m2, rows_where
from liangtian.onemap.landclass import class_names, has_flag, look_up, min_mapped_m2
from liangtian.units import net_dm2, round_dm2

Check = Callable[[Subject], Iterator[Hits]]

WIDTH_REQUIRED = ("1001", "1003", "1006", "1009", "1107", "1107A")
WIDTH_ALLOWED = (*WIDTH_REQUIRED, "1002", "1004", "1101")
RURAL_ROAD_WIDTH_MAX_M = 8.0
SETTLEMENT_LEVELS = ("05", "06", "07", "08", "09")
SETTLEMENT_CLASSES = ("1004", "1005", "1201")
PLAIN_SETTLEMENT = ("201", "202", "203", "204", "205")

AREA_TOLERANCE_DM2 = 10
AREA_TOLERANCE_PPM = 10
"""A stated area may differ from the measured one by 0.1 m² and a hundred-thousandth of it (ours): the survey forces
parcels to add up to their village and spreads the rest over them."""


def names_match(code: str, name: str, names: Callable[[pa.Array], pa.Array]) -> Check:
    """Where both code and name are given, the name must be the one of the code."""

    def check(subject: Subject) -> Iterator[Hits]:
        expected = names(subject.text(code))
        differs = np.asarray(pc.fill_null(pc.not_equal(expected, subject.text(name)), False))
        for hits in rows_where(subject, differs, code=code, value=name):
            right = expected.take(hits.at[:LIMIT]).to_pylist()
            fixed = {"column": [name] * len(right), "expected": right}
            yield Hits(hits.at, {**hits.values, **fixed}, required=right)

    return check


def list_names(name: str) -> Callable[[pa.Array], pa.Array]:
    """Names of the codes of a code list."""
    return lambda codes: look_up(codes, dict(CODE_LISTS[name].codes))


def _survey_class_names(codes: pa.Array) -> pa.Array:
    return class_names(codes)


def farmland_without_grade(subject: Subject) -> Iterator[Hits]:
    mask = subject.farmland & ~subject.among("GDPDJB", list(CODE_LISTS["GDPDJB"].codes))
    yield from rows_where(subject, mask, value="GDPDJB", code="DLBM")


def farmland_without_crop(subject: Subject) -> Iterator[Hits]:
    yield from rows_where(subject, subject.farmland & ~subject.filled("ZZSXDM"), code="DLBM")


def flat_with_ridges(subject: Subject) -> Iterator[Hits]:
    mask = subject.among("GDPDJB", ["1"]) & (subject.number("KCXS") > 0)
    yield from rows_where(subject, mask, value="KCXS")


def flat_with_form(subject: Subject) -> Iterator[Hits]:
    yield from rows_where(subject, subject.among("GDPDJB", ["1"]) & subject.filled("GDLX"), value="GDLX")


def slope_without_form(subject: Subject) -> Iterator[Hits]:
    mask = subject.among("GDPDJB", ["2", "3", "4", "5"]) & ~subject.filled("GDLX")
    yield from rows_where(subject, mask, value="GDPDJB")


def terrace_without_ridges(subject: Subject) -> Iterator[Hits]:
    yield from rows_where(subject, subject.among("GDLX", ["TT"]) & ~(subject.number("KCXS") > 0))


def ridges_and_class(subject: Subject) -> Iterator[Hits]:
    deducts = subject.number("KCXS") > 0
    yield from rows_where(subject, deducts != subject.filled("KCDLBM"), value="KCXS", other_value="KCDLBM")


def ridges_off_farmland(subject: Subject) -> Iterator[Hits]:
    mask = ~subject.farmland & (subject.number("KCXS") > 0)
    yield from rows_where(subject, mask, value="KCXS", code="DLBM")


def refined_without_crop(subject: Subject) -> Iterator[Hits]:
    refined = subject.among("TBXHDM", CODE_LISTS["TBXHDM"].groups["farmland"])
    crops = subject.among("ZZSXDM", CODE_LISTS["ZZSXDM"].groups["refined"])
    yield from rows_where(subject, refined & ~crops, code="TBXHDM", value="ZZSXDM")


def linear_without_width(subject: Subject) -> Iterator[Hits]:
    mask = subject.among("DLBM", WIDTH_REQUIRED) & ~(subject.number("XZDWKD") > 0)
    yield from rows_where(subject, mask, code="DLBM")


def width_off_linear(subject: Subject) -> Iterator[Hits]:
    mask = ~subject.among("DLBM", WIDTH_ALLOWED) & (subject.number("XZDWKD") > 0)
    yield from rows_where(subject, mask, code="DLBM", value="XZDWKD")


def rural_road_too_wide(subject: Subject) -> Iterator[Hits]:
    mask = subject.among("DLBM", ["1006"]) & (subject.number("XZDWKD") > RURAL_ROAD_WIDTH_MAX_M)
    for hits in rows_where(subject, mask, value="XZDWKD"):
        limit = [RURAL_ROAD_WIDTH_MAX_M] * len(hits.values["value"])
        yield Hits(hits.at, {**hits.values, "limit": ["8.0"] * len(limit)}, hits.values["value"], limit)


def settlement_without_attribute(subject: Subject) -> Iterator[Hits]:
    level = pc.utf8_slice_codeunits(subject.text("DLBM"), 0, 2)
    settled = np.asarray(pc.is_in(level, value_set=pa.array(SETTLEMENT_LEVELS)))
    settled = settled | subject.among("DLBM", SETTLEMENT_CLASSES)
    yield from rows_where(subject, settled & ~subject.filled("CZCSXM"), code="DLBM")


def settlement_attribute_special(subject: Subject) -> Iterator[Hits]:
    limited = subject.among("DLBM", ["0602", "0603", "1201"]) & subject.filled("CZCSXM")
    yield from rows_where(subject, limited & ~subject.among("CZCSXM", PLAIN_SETTLEMENT), code="DLBM", value="CZCSXM")


def restorable_mark_misplaced(subject: Subject) -> Iterator[Hits]:
    marked = subject.among("ZZSXDM", CODE_LISTS["ZZSXDM"].groups["restorable"])
    mask = marked & ~has_flag(subject.text("DLBM"), "restorable")
    yield from rows_where(subject, mask, code="DLBM", value="ZZSXDM")


def deducted_area(gross: str) -> Check:
    """KCMJ must be the gross area times KCXS, rounded half-up to 0.01 m²; a blank counts as 0."""

    def check(subject: Subject) -> Iterator[Hits]:
        total, stated = _dm2(subject, gross), _dm2(subject, "KCMJ")
        share = np.nan_to_num(subject.number("KCXS"))
        expected = total - net_dm2(total, np.rint(np.clip(share, 0, 1) * 1e6).astype(np.int64))
        asked = np.isfinite(subject.number(gross)) & (share >= 0) & (share <= 1)
        yield from _area_hits("KCMJ", asked & (stated != expected), stated, expected)

    return check


def net_area(net: str, gross: str) -> Check:
    """Net area and KCMJ must add up to the gross area, exactly; a blank KCMJ counts as 0."""

    def check(subject: Subject) -> Iterator[Hits]:
        stated, expected = _dm2(subject, net), _dm2(subject, gross) - _dm2(subject, "KCMJ")
        asked = np.isfinite(subject.number(net)) & np.isfinite(subject.number(gross))
        yield from _area_hits(net, asked & (stated != expected), stated, expected)

    return check


def stated_area(column: str) -> Check:
    """The stated area must be the ellipsoidal area of the geometry, within the tolerance."""

    def check(subject: Subject) -> Iterator[Hits]:
        stated, measured = _dm2(subject, column), subject.area_dm2
        allowed = AREA_TOLERANCE_DM2 + measured * AREA_TOLERANCE_PPM // 1_000_000
        asked = np.isfinite(subject.number(column)) & (measured > 0)
        yield from _area_hits(column, asked & (np.abs(stated - measured) > allowed), stated, measured)

    return check


def repeated_number(subject: Subject) -> Iterator[Hits]:
    """A parcel number (TBBH) should stand once in a village; without both columns there is nothing to be said."""
    if not (subject.has_column("TBBH") and subject.has_column("ZLDWDM")):
        return
    village = pc.utf8_slice_codeunits(subject.text("ZLDWDM"), 0, 12)
    named = pc.dictionary_encode(pc.binary_join_element_wise(village, subject.text("TBBH"), "/"))
    code = np.asarray(pc.fill_null(named.indices, -1))
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    later = (first[inverse] != np.arange(len(code))) & (code >= 0)
    for hits in rows_where(subject, later, value="TBBH"):
        earlier = subject.layer.features.rows[first[inverse[hits.at[:LIMIT]]]].tolist()
        yield Hits(hits.at, {**hits.values, "first": earlier})


def below_minimum(subject: Subject) -> Iterator[Hits]:
    smallest = min_mapped_m2(subject.text("DLBM"))
    mask = (subject.area_dm2 > 0) & (subject.area_dm2 < smallest * 100)
    for hits in rows_where(subject, mask, code="DLBM"):
        shown = hits.at[:LIMIT]
        area, limit = m2(subject.area_dm2[shown]), smallest[shown].tolist()
        yield Hits(hits.at, {**hits.values, "area": area, "limit": [f"{value:g}" for value in limit]}, area, limit)


def _dm2(subject: Subject, column: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return round_dm2(np.nan_to_num(subject.number(column)))


def _area_hits(
    column: str,
    mask: Mask,
    stated: np.ndarray[tuple[int], np.dtype[np.int64]],
    expected: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> Iterator[Hits]:
    at = np.flatnonzero(mask).astype(np.int64)
    if len(at):
        shown = at[:LIMIT]
        given, right = m2(stated[shown]), m2(expected[shown])
        yield Hits(at, {"column": [column] * len(shown), "value": given, "expected": right}, given, right)


SURVEY = "TD/T 1057-2020"
PRACTICE = "annual change survey, quality inspection"
GROUND = "third national land survey, technical rules"


def _rule(number: int, message: str, check: Check, *needs: str, source: str = PRACTICE, status: str = "text") -> Rule:
    measures = message in ("layer-area-differs", "layer-below-minimum")
    return Rule(f"DLTB-{number:02}", "note", message, check, source, ("DLTB",), needs, measures, status)  # type: ignore[arg-type]


RULES = (
    _rule(1, "layer-name-differs", names_match("DLBM", "DLMC", _survey_class_names), "DLBM", "DLMC"),
    _rule(2, "layer-farmland-no-grade", farmland_without_grade, "DLBM", "GDPDJB"),
    _rule(3, "layer-farmland-no-crop", farmland_without_crop, "DLBM", "ZZSXDM"),
    _rule(4, "layer-flat-ridges", flat_with_ridges, "GDPDJB", "KCXS"),
    _rule(5, "layer-flat-form", flat_with_form, "GDPDJB", "GDLX"),
    _rule(6, "layer-slope-no-form", slope_without_form, "GDPDJB", "GDLX"),
    _rule(7, "layer-terrace-no-ridges", terrace_without_ridges, "GDLX", "KCXS"),
    _rule(8, "layer-ridges-class", ridges_and_class, "KCXS", "KCDLBM"),
    _rule(9, "layer-ridges-off-farmland", ridges_off_farmland, "DLBM", "KCXS"),
    _rule(10, "layer-refined-crop", refined_without_crop, "TBXHDM", "ZZSXDM"),
    _rule(11, "layer-linear-no-width", linear_without_width, "DLBM", "XZDWKD"),
    _rule(12, "layer-width-off-linear", width_off_linear, "DLBM", "XZDWKD"),
    _rule(13, "layer-rural-road-wide", rural_road_too_wide, "DLBM", "XZDWKD"),
    _rule(14, "layer-settlement-no-attribute", settlement_without_attribute, "DLBM", "CZCSXM"),
    _rule(15, "layer-settlement-attribute", settlement_attribute_special, "DLBM", "CZCSXM"),
    _rule(16, "layer-restorable-misplaced", restorable_mark_misplaced, "DLBM", "ZZSXDM", status="unverified"),
    _rule(17, "layer-name-differs", names_match("TBXHDM", "TBXHMC", list_names("TBXHDM")), "TBXHDM", "TBXHMC"),
    _rule(18, "layer-name-differs", names_match("ZZSXDM", "ZZSXMC", list_names("ZZSXDM")), "ZZSXDM", "ZZSXMC"),
    _rule(19, "layer-deduction-differs", deducted_area("TBMJ"), "TBMJ", "KCXS", "KCMJ", status="unverified"),
    _rule(20, "layer-net-differs", net_area("TBDLMJ", "TBMJ"), "TBMJ", "KCMJ", "TBDLMJ", status="unverified"),
    _rule(21, "layer-area-differs", stated_area("TBMJ"), "TBMJ", source=SURVEY, status="ours"),
    _rule(22, "layer-below-minimum", below_minimum, "DLBM", source=GROUND),
    _rule(23, "layer-number-repeated", repeated_number, source=SURVEY, status="unverified"),
)
