"""Mapping files: how any other register becomes one of our layers, without code.

    layer = "DLTB"
    id = "parcel_no"                 # optional; without it ids are content hashes

    [columns]                        # column of the layer = column of the file
    TBMJ = "area"

    [constants]                      # column of the layer = one value for every record
    SJNF = 2023

    [values.DLBM]                    # column of the layer, translated value by value
    from = "crop"
    default = "0103"                 # optional; without it an unknown value is reported and left blank
    codes = { "343" = "1107" }

Columns used under `[columns]` and `id` take their new name; all others stay in the layer under their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from liangtian.errors import FileUnreadable, LayerInvalid
from liangtian.formats.features import Features
from liangtian.onemap.columns import cast

Constant = str | int | float
ID_FIELD = "BSM"
_SHIPPED = resources.files("liangtian.onemap").joinpath("mappings")
_KEYS = {"layer", "title", "id", "columns", "constants", "values"}


@dataclass(frozen=True, slots=True)
class ValueMap:
    """Translation of one column: file value (as text) → layer value; `default` for the rest, None to report them."""

    source: str
    codes: Mapping[str, str]
    default: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """A table in the layer's columns, and (column, positions, values) that a value map did not know."""

    attributes: pa.Table
    untranslated: tuple[tuple[str, npt.NDArray[np.int64], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class SchemaMapping:
    """A mapping file, checked. `columns` includes the id column."""

    layer: str
    title: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Constant] = field(default_factory=dict)
    values: Mapping[str, ValueMap] = field(default_factory=dict)

    def origins(self) -> dict[str, str]:
        """Column of the layer → column of the file it comes from; constants have none."""
        return {**self.columns, **{name: rule.source for name, rule in self.values.items()}}

    def apply(self, features: Features, layer: str, fields: Collection[str]) -> Mapped:
        """Rename, translate and fill in; a mapped column replaces a column of that name in the file.

        Raises
        ------
        LayerInvalid (layer-invalid): map-other-layer, map-unknown-target, map-unknown-source.
        """
        self._refuse_mismatch(features, layer, fields)
        table = features.attributes
        made: dict[str, pa.Array | pa.ChunkedArray] = {name: table[source] for name, source in self.columns.items()}
        for name, value in self.constants.items():
            made[name] = pa.repeat(pa.scalar(value), len(features))
        untranslated = []
        for name, rule in self.values.items():
            made[name], at, words = _translate(table[rule.source], rule)
            untranslated += [(name, at, words)] if len(at) else []
        taken = set(self.columns.values()) | set(made)
        kept = {name: table[name] for name in table.column_names if name not in taken}
        return Mapped(pa.table(made | kept), tuple(untranslated))

    def _refuse_mismatch(self, features: Features, layer: str, fields: Collection[str]) -> None:
        if self.layer != layer:
            raise LayerInvalid("map-other-layer", mapping=self.layer, layer=layer)
        for name in (*self.columns, *self.constants, *self.values):
            if name not in fields:
                raise LayerInvalid("map-unknown-target", layer=layer, column=name)
        for name, source in self.origins().items():
            if source not in features.attributes.column_names:
                known = ", ".join(features.attributes.column_names)
                raise LayerInvalid("map-unknown-source", file=features.source, target=name, column=source, known=known)


def parse(data: Mapping[str, object], source: str = "mapping") -> SchemaMapping:
    """Check the content of a mapping file.

    Raises
    ------
    LayerInvalid (layer-invalid): map-malformed, a key is unknown, missing or of the wrong kind; map-target-twice.

    Examples
    --------
    >>> parse({"layer": "DLTB", "id": "uniqueid", "constants": {"DLBM": "01"}}).columns
    {'BSM': 'uniqueid'}
    """
    _refuse_unknown(data, _KEYS, source)
    columns = _texts(data, "columns", source)
    if "id" in data:
        columns[ID_FIELD] = _text(data, "id", source)
    constants = _constants(data, source)
    values = {name: _value_map(name, row, source) for name, row in _table(data, "values", source).items()}
    for name in (*constants, *values):
        if (name in columns) + (name in constants) + (name in values) > 1:
            raise LayerInvalid("map-target-twice", file=source, column=name)
    title = _text(data, "title", source) if "title" in data else ""
    return SchemaMapping(_text(data, "layer", source).upper(), title, columns, constants, values)


def load(path: Path) -> SchemaMapping:
    """Read a mapping file.

    Raises
    ------
    FileUnreadable (file-unreadable): map-unreadable, the file is absent or not TOML.
    LayerInvalid (layer-invalid): see `parse`.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileUnreadable("map-unreadable", file=path.name, reason=str(error)) from error
    return parse(data, path.name)


def shipped() -> tuple[str, ...]:
    """The names of the mappings that come with the program.

    Examples
    --------
    >>> shipped()
    ('second-survey',)
    """
    return tuple(sorted(file.name.removesuffix(".toml") for file in _SHIPPED.iterdir()))


def named(text: str) -> SchemaMapping:
    """A shipped mapping by its name, or a mapping file by its path.

    Raises
    ------
    FileUnreadable, LayerInvalid : see `load`.
    """
    if text in shipped():
        content = _SHIPPED.joinpath(f"{text}.toml").read_text("utf-8")
        return parse(tomllib.loads(content), text)
    return load(Path(text))


def _refuse_unknown(data: Mapping[str, object], known: Collection[str], source: str, prefix: str = "") -> None:
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise LayerInvalid("map-malformed", file=source, key=prefix + unknown[0], expected=", ".join(sorted(known)))


def _table(data: Mapping[str, object], key: str, source: str) -> dict[str, object]:
    section = data.get(key, {})
    if not isinstance(section, dict):
        raise LayerInvalid("map-malformed", file=source, key=key, expected="table")
    return section


def _texts(data: Mapping[str, object], key: str, source: str) -> dict[str, str]:
    section = _table(data, key, source)
    return {name: _text(section, name, source) for name in section}


def _text(data: Mapping[str, object], key: str, source: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise LayerInvalid("map-malformed", file=source, key=key, expected="text")
    return value


def _constants(data: Mapping[str, object], source: str) -> dict[str, Constant]:
    found: dict[str, Constant] = {}
    for name, value in _table(data, "constants", source).items():
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            raise LayerInvalid("map-malformed", file=source, key=name, expected="text, number")
        found[name] = value
    return found


def _value_map(name: str, row: object, source: str) -> ValueMap:
    if not isinstance(row, dict):
        raise LayerInvalid("map-malformed", file=source, key=f"values.{name}", expected="table")
    _refuse_unknown(row, ("from", "default", "codes"), source, f"values.{name}.")
    default = _text(row, "default", source) if "default" in row else None
    return ValueMap(_text(row, "from", source), _texts(row, "codes", source), default)


def _translate(column: pa.ChunkedArray, rule: ValueMap) -> tuple[pa.Array, npt.NDArray[np.int64], tuple[str, ...]]:
    text, _ = cast(column, "text")
    known = pa.array(list(rule.codes), pa.string())
    found = pa.array(list(rule.codes.values()), pa.string()).take(pc.index_in(text, value_set=known))
    if rule.default is not None:
        return pc.fill_null(found, rule.default), np.empty(0, dtype=np.int64), ()
    lost = np.asarray(pc.and_(pc.is_valid(text), pc.is_null(found)))
    at = np.flatnonzero(lost).astype(np.int64)
    return found, at, tuple(text.take(at).to_pylist())
