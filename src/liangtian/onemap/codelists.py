"""Code lists of the survey's attribute columns: which values a column may hold and what each is called."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from liangtian.onemap.landclass import LAND_CLASSES


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list: code → Chinese name; `status` is `text` or `unverified`; `groups` are named parts rules speak of."""

    zh: str
    en: str
    status: str
    codes: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _read() -> dict[str, CodeList]:
    text = resources.files("liangtian.onemap").joinpath("codelists.toml").read_text("utf-8")
    lists = {}
    for name, row in tomllib.loads(text).items():
        groups = {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
        lists[name] = CodeList(row["zh"], row["en"], row["status"], row["codes"], groups)
    return lists


CODE_LISTS: dict[str, CodeList] = _read() | {
    "DLBM": CodeList("地类编码", "Land class", "text", {code: row.zh for code, row in LAND_CLASSES.items()})
}
