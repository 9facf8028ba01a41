"""Quality rules of the other layers: places (XZQ, CJDCQ), permanent basic farmland (YJJBNTTB), farmland grades."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow.compute as pc

from liangtian.onemap.defects import LIMIT, Hits, Rule, Subject, rows_where
from liangtian.onemap.landclass import class_names
from liangtian.onemap.quality_dltb import deducted_area, names_match, net_area, stated_area

Check = Callable[[Subject], Iterator[Hits]]


def place_code(column: str, pattern: str, allowed: str) -> Check:
    """The code of a place must have the digits of its level."""

    def check(subject: Subject) -> Iterator[Hits]:
        well = np.asarray(pc.fill_null(pc.match_substring_regex(subject.text(column), pattern), True))
        for hits in rows_where(subject, ~well, value=column):
            count = len(hits.values["value"])
            yield Hits(hits.at, {**hits.values, "column": [column] * count, "allowed": [allowed] * count})

    return check


def place_repeated(column: str) -> Check:
    """A place should stand in one record, of several parts if need be."""

    def check(subject: Subject) -> Iterator[Hits]:
        encoded = np.asarray(pc.fill_null(pc.dictionary_encode(subject.text(column)).indices, -1))
        _, first, inverse = np.unique(encoded, return_index=True, return_inverse=True)
        later = (first[inverse] != np.arange(len(encoded))) & (encoded >= 0)
        for hits in rows_where(subject, later, value=column):
            earlier = subject.layer.features.rows[first[inverse[hits.at[:LIMIT]]]].tolist()
            yield Hits(hits.at, {**hits.values, "column": [column] * len(earlier), "first": earlier})

    return check


SURVEY = "TD/T 1057-2020"
RULES = (
    Rule(
        "XZQ-01",
        "note",
        "layer-place-code",
        place_code("XZQDM", r"^\d{6}(\d{3}(\d{3})?)?$", "6、9、12"),
        SURVEY,
        ("XZQ",),
        ("XZQDM",),
    ),
    Rule("XZQ-02", "note", "layer-place-repeated", place_repeated("XZQDM"), SURVEY, ("XZQ",), ("XZQDM",)),
    Rule("XZQ-03", "note", "layer-area-differs", stated_area("JSMJ"), SURVEY, ("XZQ",), ("JSMJ",), True, "ours"),
    Rule(
        "CJDCQ-01",
        "note",
        "layer-place-code",
        place_code("ZLDWDM", r"^\d{12}(\d{7})?$", "12、19"),
        SURVEY,
        ("CJDCQ",),
        ("ZLDWDM",),
        status="unverified",
    ),
    Rule("CJDCQ-02", "note", "layer-place-repeated", place_repeated("ZLDWDM"), SURVEY, ("CJDCQ",), ("ZLDWDM",)),
    Rule("CJDCQ-03", "note", "layer-area-differs", stated_area("JSMJ"), SURVEY, ("CJDCQ",), ("JSMJ",), True, "ours"),
    Rule(
        "YJJBNTTB-01",
        "note",
        "layer-name-differs",
        names_match("DLBM", "DLMC", class_names),
        SURVEY,
        ("YJJBNTTB",),
        ("DLBM", "DLMC"),
    ),
    Rule(
        "YJJBNTTB-02",
        "note",
        "layer-area-differs",
        stated_area("YJJBNTTBMJ"),
        SURVEY,
        ("YJJBNTTB",),
        ("YJJBNTTBMJ",),
        True,
        "ours",
    ),
    Rule(
        "YJJBNTTB-03",
        "note",
        "layer-deduction-differs",
        deducted_area("YJJBNTTBMJ"),
        SURVEY,
        ("YJJBNTTB",),
        ("YJJBNTTBMJ", "KCXS", "KCMJ"),
        status="unverified",
    ),
    Rule(
        "YJJBNTTB-04",
        "note",
        "layer-net-differs",
        net_area("YJJBNTMJ", "YJJBNTTBMJ"),
        SURVEY,
        ("YJJBNTTB",),
        ("YJJBNTTBMJ", "KCMJ", "YJJBNTMJ"),
        status="unverified",
    ),
    Rule(
        "GDDB-01",
        "note",
        "layer-name-differs",
        names_match("DLBM", "DLMC", class_names),
        SURVEY,
        ("GDDB",),
        ("DLBM", "DLMC"),
    ),
)
