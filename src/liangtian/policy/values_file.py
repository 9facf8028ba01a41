"""Files of values: blocks with their lines, and every defect of a file at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import TypeGuard, get_args

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian.onemap.places import stem
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Band, MonthDay, Parameter, Status, Value, parameter

_HEAD = re.compile(r'^\s*\[\[\s*(?:"([^"]+)"|([^\]\s"]+))\s*\]\]')
_NEEDED = ("since", "value", "unit", "status", "source")
_OPTIONAL = ("until", "place", "prevails", "replaces")


@dataclass(frozen=True, slots=True)
class Block:
    """One `[[name]]` of a file: the name of the value, the line of its heading, its fields."""

    name: str
    line: int
    fields: Mapping[str, object]


def read_values(
    text: str, source: str, known: Parameters, *, cited: bool = True, on_trial: bool = False
) -> tuple[Parameter, ...]:
    """Read a place's own values, or values on trial: `[[value]]` blocks, each naming the value it gives anew.

    Parameters
    ----------
    source : name of the file, for messages
    known : the values the documents declare; only those can be given anew, in their unit
    cited : whether each value needs a source and a status; a value on trial has none yet
    on_trial : a value may reach every place; a place's own names its place

    Returns
    -------
    Values whose `name` is that of the value they give anew

    Raises
    ------
    DocumentRefused : with every defect, its file and line
    """
    found = [_named(block) for block in _blocks(text, source) if block.name == "value"]
    needed = ("name", *(() if on_trial else ("place",)), *(_NEEDED if cited else _NEEDED[:3]))
    defects = [defect for block in found for defect in _defects(block, source, needed)]
    if not defects:
        defects = [defect for block in found for defect in _mismatches(block, source, known)]
    if not defects:
        defects = list(_doubles(found, source))
    if not found:
        defects = [_defect("values-none", source, 1)]
    if defects:
        raise DocumentRefused(source, defects)
    return tuple(_parameter(block, source) for block in found)


def write_values(values: Iterable[Parameter]) -> str:
    """Write values of places as `read_values` takes them back, unchanged.

    Examples
    --------
    >>> from liangtian.rules.documents import DOCUMENTS
    >>> known = Parameters(DOCUMENTS)
    >>> text = write_values(known.history("wenzhou-2019（一）.village_land_low_m2_per_person"))
    >>> text.splitlines()[1:5]
    ['name = "wenzhou-2019（一）.village_land_low_m2_per_person"', 'since = 2019-02-13', 'value = 80', 'unit = "m2/person"']
    """
    return "\n".join(_written(each) for each in values)


def _written(each: Parameter) -> str:
    fields = {
        "name": _text(each.replaces or each.name),
        "place": _text(each.place) if each.place else "",
        "since": each.since.isoformat(),
        "until": each.until.isoformat() if each.until else "",
        "value": _literal(each.value),
        "unit": _text(each.unit),
        "status": _text(each.status),
        "source": _text(each.source),
        "prevails": "true" if each.prevails else "",
    }
    return "[[value]]\n" + "".join(f"{key} = {said}\n" for key, said in fields.items() if said)


def _literal(value: object) -> str:
    match value:
        case Fraction():
            return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
        case Band():
            last = f", to = {_literal(value.last)}" if value.last is not None else ""
            return f"{{ from = {_literal(value.first)}{last}, value = {_literal(value.value)} }}"
        case MonthDay():
            return _text(str(value))
        case date():
            return value.isoformat()
        case tuple():
            return f"[{', '.join(_literal(each) for each in value)}]"
        case Mapping():
            return f"{{ {', '.join(f'{_text(key)} = {_literal(each)}' for key, each in value.items())} }}"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """A basic string of TOML: JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)


def audit_values(text: str, source: str) -> list[LiangtianError]:
    """Every defect of the values beside a clause: fields, kinds, sources, two values for one day and place."""
    try:
        found = list(_blocks(text, source))
    except DocumentRefused as refused:
        return list(refused.defects)
    defects = [defect for block in found for defect in _defects(block, source, _NEEDED)]
    return defects or list(_doubles(found, source))


def _blocks(text: str, source: str) -> Iterator[Block]:
    try:
        read = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as cause:
        line = re.search(r"line (\d+)", str(cause))
        defect = _defect("values-not-toml", source, int(line[1]) if line else 1, reason=str(cause))
        raise DocumentRefused(source, [defect]) from cause
    lines: dict[str, list[int]] = {}
    for number, written in enumerate(text.splitlines(), start=1):
        if head := _HEAD.match(written):
            lines.setdefault(head[1] or head[2], []).append(number)
    for name, entries in read.items():
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise DocumentRefused(source, [_defect("values-not-block", source, 1, name=name)])
        for line_number, fields in zip(lines.get(name, [1] * len(entries)), entries, strict=False):
            yield Block(name, line_number, fields)


def _named(block: Block) -> Block:
    fields = dict(block.fields)
    return Block(str(fields.get("name", "")), block.line, fields)


def _defects(block: Block, source: str, needed: Iterable[str]) -> Iterator[LiangtianError]:
    about = {"name": block.name}
    fields = block.fields
    lacking = [key for key in needed if fields.get(key) in (None, "")]
    unknown = sorted(set(fields) - {*_NEEDED, *_OPTIONAL, "name"})
    if lacking:
        yield _defect("values-lacking", source, block.line, fields="、".join(lacking), **about)
    if unknown:
        yield _defect("values-field-unknown", source, block.line, fields="、".join(unknown), **about)
    days = [fields[key] for key in ("since", "until") if key in fields]
    since, until = (days * 2)[:2] if days else (date.min, date.min)
    if not (_is_day(since) and _is_day(until) and since <= until):
        yield _defect("values-days", source, block.line, **about)
    if "status" in fields and fields["status"] not in get_args(Status):
        yield _defect("values-status", source, block.line, status=str(fields["status"]), **about)
    if not lacking and not unknown:
        yield from _unreadable(block, source)


def _is_day(value: object) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)


def _unreadable(block: Block, source: str) -> Iterator[LiangtianError]:
    try:
        _parameter(block, source)
    except ValueError as cause:
        yield _defect("values-kind", source, block.line, name=block.name, reason=str(cause.__cause__ or cause))


def _mismatches(block: Block, source: str, known: Parameters) -> Iterator[LiangtianError]:
    declared = known.history(block.name)
    if not declared:
        yield _defect("values-name-unknown", source, block.line, name=block.name)
    elif block.fields["unit"] != declared[-1].unit:
        words = {"unit": str(block.fields["unit"]), "wanted": declared[-1].unit}
        yield _defect("values-unit", source, block.line, name=block.name, **words)
    elif not _alike(_parameter(block, source).value, declared[-1].value):
        yield _defect("values-kind", source, block.line, name=block.name, reason=repr(declared[-1].plain))
    elif _beyond(_parameter(block, source).value, declared[-1].unit):
        yield _defect("values-beyond", source, block.line, name=block.name)


def _beyond(value: Value, unit: str) -> bool:
    """Whether a figure is below nought, or a share above all there is; the two parts of a ratio stand in a table."""
    if isinstance(value, Mapping):
        return any(each < 0 for each in value.values())
    bands = [each.value for each in value if isinstance(each, Band)] if isinstance(value, tuple) else []
    figures = [value] if isinstance(value, Fraction) else bands
    return any(each < 0 or (unit.startswith("share") and each > 1) for each in figures)


def _alike(value: Value, declared: Value) -> bool:
    """Whether one value can stand for the other: a figure for a figure, a list for a list, a table with all its keys."""
    if isinstance(value, Mapping) and isinstance(declared, Mapping):
        return set(declared) <= set(value)
    if type(value) is tuple and type(declared) is tuple:  # a day of the year is a tuple too, of a type of its own
        return type(value[0]) is type(declared[0])
    return type(value) is type(declared)


def _doubles(found: list[Block], source: str) -> Iterator[LiangtianError]:
    """Two values that would both hold on a day at a place, with nothing to choose between them."""
    for one, other in combinations(found, 2):
        if one.name != other.name:
            continue
        about = {"name": one.name, "other": one.line}
        place, another = (str(block.fields.get("place") or "") for block in (one, other))
        if one.fields["since"] == other.fields["since"] and stem(place) == stem(another):
            message = "values-duplicate" if place == another else "values-overlap"
            yield _defect(message, source, other.line, place=another or "—", **about)


def _parameter(block: Block, source: str) -> Parameter:
    fields = {"status": "ours", "source": source} | {key: each for key, each in block.fields.items() if key != "name"}
    return parameter(block.name, fields)


def _defect(message_id: str, source: str, line: int, **params: object) -> LiangtianError:
    return LiangtianError(message_id, source=source, line=line, **params)
