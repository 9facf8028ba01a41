"""One record of the Line or Polygon section."""

from __future__ import annotations

from liangtian.formats.vct.assembly import PolygonStore
from liangtian.formats.vct.scanning import OWN_IDS_FROM, RECORD_END, BadRecord, Lines, LineStore, whole

POLYLINE, INDIRECT, DIRECT = "11", "21", "11"


def take_line(first: str, lines: Lines, store: LineStore) -> None:
    """id / code / style / feature type / segments / (type / count / x,y …) … / 0."""
    number = at = lines.number
    line_id = _id(first, number)
    for _ in ("code", "style", "feature type"):
        lines.field()
    vertices: list[str] = []
    numbers: list[int] = []
    for _ in range(lines.integer()):
        if (kind := lines.field()) != POLYLINE:
            raise BadRecord("vct-segment-unknown", lines.number, id=line_id, type=kind[:60])
        texts, at = _coordinates(lines)
        joint = 1 if vertices and texts and texts[0] == vertices[-1] else 0
        vertices += texts[joint:]
        numbers += range(at + joint, at + len(texts))
    lines.end_record(len(vertices), at - 1)
    store.add(line_id, number, vertices, numbers)


def take_polygon(first: str, lines: Lines, polygons: PolygonStore, store: LineStore, separator: str) -> None:
    """id / code / style / feature type / label x,y / composition / its references or coordinates / 0."""
    number = lines.number
    polygon_id = _id(first, number)
    code = lines.field()
    for _ in ("style", "feature type", "label point"):
        lines.field()
    composition = lines.field()
    if composition == INDIRECT:
        refs = _references(lines, separator)
    elif composition == DIRECT:
        refs = _direct_rings(lines, store)
    else:
        raise BadRecord("vct-composition-unknown", lines.number, id=polygon_id, type=composition[:60])
    polygons.add(polygon_id, code, number, refs)


def _references(lines: Lines, separator: str) -> list[int]:
    """Count, then that many signed line ids, 0 between rings; each line of ids but the last is as long as the first.

    A "0" alone is the record's end unless ids stand one to a line, so a count too large does not eat the next record.
    """
    declared = lines.integer()
    at, refs, width = lines.number, list[int](), 0
    while len(refs) < declared:
        text = lines.field()
        if text == RECORD_END and (not refs or width > 1 or len(refs) == declared - 1):
            lines.push_back([text])
            raise BadRecord("vct-count-wrong", at, declared=declared, found=len(refs))
        try:
            ids = [whole(part) for part in text.split(separator) if part.strip()]
        except ValueError:
            raise BadRecord("vct-bad-number", lines.number, text=text[:60]) from None
        width = width or len(ids)
        refs += ids
    if len(refs) != declared or declared < 1:
        raise BadRecord("vct-count-wrong", at, declared=declared, found=len(refs))
    lines.end_record(declared, at)
    return refs


def _direct_rings(lines: Lines, store: LineStore) -> list[int]:
    """Rings given by coordinates: one block or several (each after another 11), a ring ends where it began."""
    rings: list[tuple[list[str], int]] = []
    following = DIRECT
    while following == DIRECT:
        texts, at = _coordinates(lines)
        start = 0
        while start < len(texts):
            end = _ring_end(texts, start)
            rings.append((texts[start:end], at + start))
            start = end
        following = lines.field()
    if following != RECORD_END:
        lines.push_back([following])
        raise BadRecord("vct-count-wrong", at - 1, declared=len(texts), found=f"> {len(texts)}")
    refs: list[int] = []
    for texts, at in rings:
        own_id = OWN_IDS_FROM + len(store.ids)
        store.add(own_id, at, texts, list(range(at, at + len(texts))))
        refs += [0, own_id] if refs else [own_id]
    return refs


def _ring_end(texts: list[str], start: int) -> int:
    try:
        return texts.index(texts[start], start + 1) + 1
    except ValueError:
        return len(texts)


def _coordinates(lines: Lines) -> tuple[list[str], int]:
    """Count and that many coordinate lines; also the line number of the first."""
    declared = lines.integer()
    at = lines.number
    texts = lines.block(declared)
    if len(texts) != declared or declared < 1:
        raise BadRecord("vct-count-wrong", at, declared=declared, found=len(texts))
    return texts, at + 1


def _id(text: str, number: int) -> int:
    try:
        return whole(text)
    except ValueError:
        raise BadRecord("vct-bad-number", number, text=text[:60]) from None
