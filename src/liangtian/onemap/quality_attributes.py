"""Quality rules on the columns that every layer shares: presence, type, width, code lists, range, identity (COM-0x)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from liangtian.onemap.codelists import CODE_LISTS
from liangtian.onemap.defects import LIMIT, Hits, Index, Mask, Rule, Subject
from liangtian.onemap.layers import Field, Unreadable

TYPES_ZH = {"text": "文本", "integer": "整数", "number": "数值", "date": "日期"}


def _hits(subject: Subject, column: Field, mask: Mask, **limits: object) -> Iterator[Hits]:
    at = np.flatnonzero(mask).astype(np.int64)
    if len(at):
        shown = subject.text(column.name).take(at[:LIMIT]).to_pylist()
        yield _column_hits(column, at, tuple(shown), **limits)


def _column_hits(column: Field, at: Index, values: tuple[object, ...], **limits: object) -> Hits:
    count = min(len(at), LIMIT)
    fixed = {"column": column.name, "zh": column.zh, "en": column.en, **limits}
    named = {"value": values, **{key: [value] * count for key, value in fixed.items()}}
    return Hits(at, named, measured=[value if value is None else str(value) for value in values])


def _lost(unreadable: tuple[Unreadable, ...]) -> Iterator[Hits]:
    for lost in unreadable:
        yield _column_hits(lost.field, lost.at, lost.values, type=lost.field.type, type_zh=TYPES_ZH[lost.field.type])


def unreadable(subject: Subject) -> Iterator[Hits]:
    yield from _lost(subject.layer.unreadable)


def untranslated(subject: Subject) -> Iterator[Hits]:
    yield from _lost(subject.layer.untranslated)


def blank(subject: Subject) -> Iterator[Hits]:
    for column in subject.layer.spec.fields.values():
        if column.required and subject.has_column(column.name):
            yield from _hits(subject, column, ~subject.filled(column.name))


def too_wide(subject: Subject) -> Iterator[Hits]:
    for column in subject.layer.spec.fields.values():
        if column.width is not None and subject.has_column(column.name):
            mask = gbk_width_over(subject.text(column.name), column.width)
            yield from _hits(subject, column, mask, width=column.width)


def gbk_width_over(text: pa.Array, width: int) -> Mask:
    """Whether each text takes more than `width` bytes in GBK (GB 18030 for what GBK lacks). Shape (n,).

    Examples
    --------
    >>> gbk_width_over(pa.array(["水田", "水浇地", "0101", None]), 4).tolist()
    [False, True, False, False]
    """
    size = np.asarray(pc.fill_null(pc.binary_length(text), 0))
    ascii_only = np.asarray(pc.fill_null(pc.string_is_ascii(text), True))
    over = ascii_only & (size > width)
    # A character takes at most twice as many bytes in GB 18030 as in UTF-8: the others need no closer look.
    candidates = np.flatnonzero(~ascii_only & (2 * size > width))
    distinct = pc.dictionary_encode(text.take(pa.array(candidates)))
    wide = [len(word.encode("gb18030")) > width for word in distinct.dictionary.to_pylist()]
    over[candidates] = np.array(wide, dtype=bool)[np.asarray(distinct.indices)]
    return np.asarray(over)


def not_in_list(subject: Subject) -> Iterator[Hits]:
    yield from _outside_lists(subject, required=False)


def required_not_in_list(subject: Subject) -> Iterator[Hits]:
    yield from _outside_lists(subject, required=True)


def _outside_lists(subject: Subject, *, required: bool) -> Iterator[Hits]:
    for column in subject.layer.spec.fields.values():
        if column.codes is None or column.required is not required or not subject.has_column(column.name):
            continue
        known = CODE_LISTS[column.codes].codes
        mask = subject.filled(column.name) & ~subject.among(column.name, list(known))
        short = len(known) <= 15
        allowed = "、".join(known) if short else CODE_LISTS[column.codes].zh
        allowed_en = ", ".join(known) if short else CODE_LISTS[column.codes].en
        yield from _hits(subject, column, mask, allowed=allowed, allowed_en=allowed_en)


def out_of_range(subject: Subject) -> Iterator[Hits]:
    for column in subject.layer.spec.fields.values():
        if column.range and subject.has_column(column.name):
            number = subject.number(column.name)
            low, high = column.range[0], column.range[1] if len(column.range) > 1 else np.inf
            allowed = f"{low:g}–{high:g}" if np.isfinite(high) else f"≥ {low:g}"
            yield from _hits(subject, column, (number < low) | (number > high), allowed=allowed)


def blank_id(subject: Subject) -> Iterator[Hits]:
    """Single blanks; a file without the column at all gets one finding for the layer."""
    if len(subject.layer.hashed) and subject.has_column(subject.layer.spec.id_field):
        yield Hits(subject.layer.hashed, {"column": [subject.layer.spec.id_field] * len(subject.layer.hashed)})


def repeated_id(subject: Subject) -> Iterator[Hits]:
    """Rows whose id stands in an earlier row; the sentence names that row."""
    encoded = pc.dictionary_encode(subject.layer.ids)
    code = np.asarray(encoded.indices)
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    later = np.flatnonzero(first[inverse] != np.arange(len(code))).astype(np.int64)
    if len(later):
        earlier = subject.layer.features.rows[first[inverse[later]]]
        ids = subject.layer.ids.take(later[:LIMIT]).to_pylist()
        yield Hits(later, {"first": earlier[:LIMIT].tolist()}, measured=ids)


ID_DIGITS, FEATURE_CODE_DIGITS = 18, 10


def malformed_id(subject: Subject) -> Iterator[Hits]:
    """Ids of the survey: county (6), layer (4), serial (8). Ids from another register's column have a form of their own."""
    spec = subject.layer.spec
    if not subject.has_column(spec.id_field) or _is_foreign(subject, spec.id_field):
        return
    text = subject.text(spec.id_field)
    layer = spec.id_code or r"\d{4}"
    well = np.asarray(pc.fill_null(pc.match_substring_regex(text, rf"^\d{{6}}{layer}\d{{8}}$"), True))
    well |= gbk_width_over(text, ID_DIGITS)  # too wide is COM-04's
    expected = f"6 + {spec.id_code or '4'} + 8"
    yield from _hits(subject, spec.fields[spec.id_field], ~well, allowed=expected, digits=ID_DIGITS)


def wrong_feature_code(subject: Subject) -> Iterator[Hits]:
    if not subject.has_column("YSDM") or _is_foreign(subject, "YSDM"):
        return
    spec = subject.layer.spec
    pattern = spec.feature_code or rf"\d{{{FEATURE_CODE_DIGITS}}}"
    well = np.asarray(pc.fill_null(pc.match_substring_regex(subject.text("YSDM"), f"^{pattern}$"), True))
    well |= gbk_width_over(subject.text("YSDM"), FEATURE_CODE_DIGITS)
    digits = {"zh": f"{FEATURE_CODE_DIGITS} 位数字", "en": f"{FEATURE_CODE_DIGITS} digits"}
    allowed = {"allowed": spec.feature_code or digits["zh"], "allowed_en": spec.feature_code or digits["en"]}
    yield from _hits(subject, spec.fields["YSDM"], ~well, **allowed)


def _is_foreign(subject: Subject, column: str) -> bool:
    """Whether a mapping or an alias took the column from one of another name."""
    return subject.layer.renamed.get(column, column).upper() != column


DATABASE = "TD/T 1057-2020"
RULES = (
    Rule("COM-02", "note", "layer-value-unreadable", unreadable, DATABASE),
    Rule("COM-03", "refuse", "layer-value-blank", blank, DATABASE),
    Rule("COM-04", "note", "layer-value-too-wide", too_wide, DATABASE, status="unverified"),
    Rule("COM-05", "note", "layer-code-unknown", not_in_list, DATABASE),
    Rule("COM-06", "refuse", "layer-code-unknown", required_not_in_list, DATABASE),
    Rule("COM-07", "note", "layer-value-out-of-range", out_of_range, DATABASE),
    Rule("COM-08", "note", "layer-id-blank", blank_id, DATABASE, status="ours"),
    Rule("COM-09", "refuse", "layer-id-repeated", repeated_id, DATABASE),
    Rule("COM-14", "note", "layer-id-malformed", malformed_id, DATABASE, status="unverified"),
    Rule("COM-15", "note", "layer-code-unknown", wrong_feature_code, DATABASE, status="unverified"),
    Rule("COM-12", "note", "map-value-untranslated", untranslated, "Liangtian", status="ours"),
)
