"""The layers Liangtian knows (`layers.toml`), and how a file becomes one of them.

`conform` renames, casts and completes columns and judges nothing: what it met on the way stands in `Conformed`, and
`liangtian.onemap.quality` turns it into findings. Columns the layer does not know are kept under their own names.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.errors import LayerInvalid
from liangtian.formats.features import Features
from liangtian.onemap.columns import ARROW_TYPES, cast, decoded
from liangtian.onemap.mapping import SchemaMapping

Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a layer.

    `width` is in GBK bytes, `range` holds the lowest and, where there is one, the highest value; `codes` names a
    list of `codelists.CODE_LISTS`; `personal` columns name people and are not shown without need.
    """

    name: str
    zh: str
    en: str
    type: Literal["text", "integer", "number", "date"] = "text"
    width: int | None = None
    required: bool = False
    aliases: tuple[str, ...] = ()
    unit: str | None = None
    codes: str | None = None
    range: tuple[float, ...] = ()
    personal: bool = False


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer: its columns by name, in order; `tiles` if it covers its ground without gap or overlap, `repeats` if one
    piece of ground may stand in it several times, for several years.

    `feature_code` (YSDM) and `id_code` (digits 7 to 10 of BSM) are "" where the survey's own are not known.
    """

    code: str
    zh: str
    en: str
    role: str
    fields: Mapping[str, Field]
    aliases: tuple[str, ...] = ()
    tiles: bool = False
    repeats: bool = False
    id_field: str = "BSM"
    feature_code: str = ""
    id_code: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Unreadable:
    """Values of one column that are not of its type and became null: positions and the text that stood there."""

    field: Field
    at: Index
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Conformed:
    """A file in the columns of a layer.

    Attributes
    ----------
    features : columns of the layer in its order, typed, then the file's own; geometry untouched
    ids : shape (n,), parcel ids: the id column, or `h` and 16 hex digits of the content hash where it is blank
    absent : columns of the layer that the file does not have (all null in `features`)
    renamed : column of the layer → name in the file, where they differ
    hashed : positions whose id is a content hash
    unreadable : values lost in the cast
    untranslated : values that the mapping's value map does not know
    """

    features: Features
    spec: LayerSpec
    ids: pa.Array
    absent: tuple[str, ...]
    renamed: Mapping[str, str]
    hashed: Index
    unreadable: tuple[Unreadable, ...]
    untranslated: tuple[Unreadable, ...]


def _read() -> dict[str, LayerSpec]:
    table = tomllib.loads(resources.files("liangtian.onemap").joinpath("layers.toml").read_text("utf-8"))
    return {code: _spec(code, row, table["fields"]) for code, row in table["layers"].items()}


def _spec(code: str, row: dict[str, Any], defined: dict[str, dict[str, Any]]) -> LayerSpec:
    fields = {}
    for name in row.pop("fields"):
        given = defined[name] | row.get("override", {}).get(name, {})
        lists = {key: tuple(given.get(key, ())) for key in ("aliases", "range")}
        fields[name] = Field(**{**given, **lists, "name": name, "required": name in row.get("required", ())})
    return LayerSpec(
        code,
        row["zh"],
        row["en"],
        row["role"],
        fields,
        tuple(row.get("aliases", ())),
        row.get("tiles", False),
        row.get("repeats", False),
        feature_code=row.get("feature_code", ""),
        id_code=row.get("id_code", ""),
    )


LAYERS: dict[str, LayerSpec] = _read()


def layer_spec(name: str) -> LayerSpec:
    """The layer of a code or of one of its aliases, in any case.

    Raises
    ------
    LayerInvalid (layer-invalid): layer-unknown, no layer is called so.

    Examples
    --------
    >>> layer_spec("yjjbntbhtb").code
    'YJJBNTTB'
    """
    wanted = name.upper()
    for spec in LAYERS.values():
        if wanted == spec.code or wanted in spec.aliases:
            return spec
    raise LayerInvalid("layer-unknown", layer=name, known=", ".join(LAYERS))


def conform(features: Features, spec: LayerSpec, mapping: SchemaMapping | None = None) -> Conformed:
    """Bring a file into the columns of a layer.

    Columns are found by name, by alias and by Chinese name, in any case; an exact name goes before an alias. Text is
    trimmed and blank text is null. A value that is not of the column's type becomes null and is reported. A missing
    column becomes null. Nothing is done to the geometry.

    Raises
    ------
    LayerInvalid (layer-invalid): the mapping is for another layer, names a column the layer or the file does not have,
        or the file has two columns of one name.
    """
    names = features.attributes.column_names
    if len(set(names)) != len(names):
        raise LayerInvalid("layer-column-twice", file=features.source, column=_repeated(names))
    mapped = mapping.apply(_decoded(features), spec.code, spec.fields) if mapping else None
    table = mapped.attributes if mapped else features.attributes
    found = _columns_found(table.column_names, spec)
    columns: dict[str, pa.Array] = {}
    lost: list[Unreadable] = []
    for field in spec.fields.values():
        columns[field.name] = pa.nulls(len(features), ARROW_TYPES[field.type])
        if field.name in found:
            columns[field.name], bad = cast(table[found[field.name]], field.type)
            lost += [Unreadable(field, bad, _as_words(table[found[field.name]], bad))] if len(bad) else []
    own = [name for name in table.column_names if name not in found.values() and name not in columns]
    attributes = pa.table(columns | {name: table[name] for name in own})
    ids, hashed = _ids(decoded(columns[spec.id_field]), features)
    return Conformed(
        replace(features, attributes=attributes),
        spec,
        ids,
        absent=tuple(name for name in spec.fields if name not in found),
        renamed=_renamed(found, mapping),
        hashed=hashed,
        unreadable=tuple(lost),
        untranslated=tuple(
            Unreadable(spec.fields[name], at, words) for name, at, words in (mapped.untranslated if mapped else ())
        ),
    )


def _decoded(features: Features) -> Features:
    table = features.attributes
    return replace(features, attributes=pa.table({name: decoded(table[name]) for name in table.column_names}))


def content_ids(features: Features, at: Index) -> list[str]:
    """Ids made of what a record says: its geometry in normal form and every attribute of the file.

    The same record gets the same id in any file and at any place in it; exact copies get `-2`, `-3` … in row order.

    Parameters
    ----------
    at : shape (k,), positions of the records wanted
    """
    shapes = shapely.to_wkb(shapely.normalize(features.geometry[at]), byte_order=1)
    picked = features.attributes.take(at)
    texts = [_content_text(picked[name]) for name in sorted(picked.column_names)]
    rows = pc.binary_join_element_wise(*texts, "\x1f").to_pylist() if texts else [""] * len(at)
    made: list[str] = []
    seen: dict[str, int] = {}
    for shape, row in zip(shapes, rows, strict=True):
        digest = "h" + hashlib.sha256((shape or b"") + b"\x1e" + row.encode()).hexdigest()[:16]
        seen[digest] = seen.get(digest, 0) + 1
        made.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return made


def _content_text(column: pa.ChunkedArray) -> pa.Array:
    text, _ = cast(column, "text")
    return pc.fill_null(decoded(text), "\x00")


def _ids(column: pa.Array, features: Features) -> tuple[pa.Array, Index]:
    hashed = np.flatnonzero(np.asarray(pc.is_null(column))).astype(np.int64)
    if not len(hashed):
        return column, hashed
    mask = pc.is_null(column)
    return pc.replace_with_mask(column, mask, pa.array(content_ids(features, hashed), pa.string())), hashed


def _columns_found(names: Iterable[str], spec: LayerSpec) -> dict[str, str]:
    """Column of the layer → name in the file; each column of the file serves once, exact names first."""
    free = {name: name.strip().upper() for name in names}
    found: dict[str, str] = {}
    for exact in (True, False):
        for field in spec.fields.values():
            wanted = (field.name,) if exact else (*field.aliases, field.zh)
            match = next((name for name, upper in free.items() if upper in wanted), None)
            if field.name not in found and match is not None:
                found[field.name] = match
                del free[match]
    return found


def _renamed(found: Mapping[str, str], mapping: SchemaMapping | None) -> dict[str, str]:
    origin = mapping.origins() if mapping else {}
    return {name: origin.get(name, source) for name, source in found.items() if origin.get(name, source) != name}


def _repeated(names: list[str]) -> str:
    return next(name for at, name in enumerate(names) if name in names[:at])


def _as_words(column: pa.ChunkedArray, at: Index) -> tuple[str, ...]:
    return tuple(str(value) for value in column.take(at).to_pylist())
