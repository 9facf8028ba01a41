"""Land classes of the survey (三调工作分类): what a DLBM code is called and what may be concluded from it.

The table is `landclass.toml`. Codes with a suffix (0201K 可调整果园, 1107A 干渠) are classes with their own
flags: 1107 may lie inside a field, 1107A never does. An unknown code is nobody's farmland: flags are False for it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from liangtian.errors import LayerInvalid

Codes: TypeAlias = pa.Array | pa.ChunkedArray | npt.NDArray[np.object_] | Sequence[str | None]


@dataclass(frozen=True, slots=True)
class LandClass:
    """One class: `category` is A 农用地, C 建设用地, U 未利用地 or None; `min_m2` the smallest area the survey maps."""

    code: str
    zh: str
    en: str
    category: str | None = None
    flags: frozenset[str] = frozenset()
    min_m2: int | None = None
    status: str = "text"


_TABLE = tomllib.loads(resources.files("liangtian.onemap").joinpath("landclass.toml").read_text("utf-8"))
CODE_SYSTEM: str = _TABLE["code_system"]
CATEGORY_STATUS: str = _TABLE["category_status"]
LAND_CLASSES: dict[str, LandClass] = {
    row["code"]: LandClass(**{**row, "flags": frozenset(row.get("flags", ()))}) for row in _TABLE["class"]
}


def land_class(code: str) -> LandClass:
    """Look a class up by its code.

    Raises
    ------
    LayerInvalid : layer-unknown-class, the survey has no such class.

    Examples
    --------
    >>> land_class("0101").zh, land_class("0201K").zh
    ('水田', '可调整果园')
    """
    try:
        return LAND_CLASSES[code]
    except KeyError:
        raise LayerInvalid("layer-unknown-class", code=code) from None


def base_code(code: str) -> str:
    """The code without its suffix letter, for totals that do not tell convertible land apart.

    Examples
    --------
    >>> base_code("0201K"), base_code("08H2A"), base_code("0101")
    ('0201', '08H2', '0101')
    """
    return code[:4]


def is_known(codes: Codes) -> npt.NDArray[np.bool_]:
    """Whether each code is a class of the survey; False for null. Shape (n,)."""
    return _member(codes, LAND_CLASSES)


def has_flag(codes: Codes, flag: str) -> npt.NDArray[np.bool_]:
    """Whether each code carries `flag` (`landclass.toml` lists them). Shape (n,).

    Examples
    --------
    >>> has_flag(["1107", "1107A", None], "field_internal").tolist()
    [True, False, False]
    """
    return _member(codes, [code for code, row in LAND_CLASSES.items() if flag in row.flags])


def is_farmland(codes: Codes) -> npt.NDArray[np.bool_]:
    """Whether each code is farmland (耕地, 01 and 0101–0103). Shape (n,).

    Examples
    --------
    >>> is_farmland(pa.array(["0101", "0201", "01", None])).tolist()
    [True, False, True, False]
    """
    return has_flag(codes, "farmland")


def is_paddy(codes: Codes) -> npt.NDArray[np.bool_]:
    """Whether each code is paddy (水田, 0101). Shape (n,).

    Examples
    --------
    >>> is_paddy(np.array(["0101", "0102"], dtype=object)).tolist()
    [True, False]
    """
    return has_flag(codes, "paddy")


def category(codes: Codes) -> pa.Array:
    """A, C or U for each code; null for an unknown code and where the class does not decide (00, 04). Shape (n,).

    Examples
    --------
    >>> category(["0101", "0702", "1101", "04", "9999"]).to_pylist()
    ['A', 'C', 'U', None, None]
    """
    return look_up(codes, {code: row.category for code, row in LAND_CLASSES.items()})


def class_names(codes: Codes) -> pa.Array:
    """The Chinese name (DLMC) of each code, null for an unknown one. Shape (n,).

    Examples
    --------
    >>> class_names(["1006", None]).to_pylist()
    ['农村道路', None]
    """
    return look_up(codes, {code: row.zh for code, row in LAND_CLASSES.items()})


def min_mapped_m2(codes: Codes) -> npt.NDArray[np.float64]:
    """The smallest area the survey maps, m², for each code; 0 where it sets none. Shape (n,).

    Examples
    --------
    >>> min_mapped_m2(["0101", "0702", "1101", "1208"]).tolist()
    [400.0, 200.0, 600.0, 0.0]
    """
    found = look_up(codes, {code: row.min_m2 for code, row in LAND_CLASSES.items()})
    return np.asarray(pc.fill_null(found.cast(pa.float64()), 0.0))


def as_text(codes: Codes) -> pa.Array:
    """Any sequence of codes as one string array."""
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    return codes.cast(pa.string()) if isinstance(codes, pa.Array) else pa.array(codes, pa.string())


def look_up(codes: Codes, names: dict[str, str] | dict[str, str | None] | dict[str, int | None]) -> pa.Array:
    """The value of each code in `names`, null where it has none."""
    at = pc.index_in(as_text(codes), value_set=pa.array(list(names), pa.string()))
    return pa.array(list(names.values())).take(at)


def _member(codes: Codes, among: Sequence[str] | dict[str, LandClass]) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.is_in(as_text(codes), value_set=pa.array(list(among), pa.string())))
