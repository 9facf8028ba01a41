"""Why a fact could not be measured: the fact `unmeasured` holds one cause a fact, told where the fact is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from liangtian import units
from liangtian.messages import Language, render_text
from liangtian.onemap.layers import LAYERS
from liangtian.policy.ruling import Ruling, unknown

FACT = "unmeasured"


def told(ruling: Ruling, facts: Mapping[str, object]) -> Iterator[Ruling]:
    """The ruling with the cause for which what it misses was not measured; one ruling a cause.

    Parameters
    ----------
    facts : of the case; one that was stored before causes were has none
    """
    if not ruling.missing:
        yield ruling
        return
    by_cause: dict[str, list[str]] = {}
    causes: Any = facts.get(FACT) or ()
    rows = {row["fact"]: row for row in causes}
    for name in ruling.missing:
        by_cause.setdefault(_reason(rows.get(name))["reason_zh"], []).append(name)
    for names in by_cause.values():
        one = unknown(*names) if len(by_cause) > 1 else ruling
        yield replace(one, params={**one.params, **_reason(rows.get(names[0]))})


def reason_of(cause: Mapping[str, Any], lang: Language) -> str:
    """A cause as a sentence that says what to do."""
    return _reason(cause)[f"reason_{lang}"]


def _reason(row: Mapping[str, Any] | None) -> dict[str, str]:
    """The cause as a sentence that says what to do, in both languages."""
    cause = "unmeasured-untold" if row is None else f"unmeasured-{row['cause']}"
    words = {name: value for name, value in (row or {}).items() if value is not None}
    if (layer := LAYERS.get(words.get("layer", ""))) is not None:
        words |= {"layer_zh": layer.zh, "layer_en": layer.en}
    if "area_m2" in words:
        words["area"] = units.display_area(words["area_m2"], "m2")
    return {f"reason_{lang}": render_text(cause, words, lang=lang) for lang in ("zh", "en")}
