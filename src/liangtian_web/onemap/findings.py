"""The kernel's findings of a file as the pages keep them: JSON with a longitude and latitude where there is a place."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pyproj import CRS

from liangtian.errors import LiangtianError
from liangtian.finding import Finding
from liangtian.messages import catalogue, render_text
from liangtian.space.crs import geographic, transformer
from liangtian_web.texts import writable

FINDINGS_KEPT = 2000
OPTION = re.compile(r"（--[a-z-]+）| \(--[a-z-]+\)")


def kept(findings: Iterable[Finding], crs: CRS | None) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The first `FINDINGS_KEPT` as JSON, failures first, and the counts by rule of all."""
    found = sorted(findings, key=lambda f: f.outcome != "fail")
    return [_json(f, crs) for f in found[:FINDINGS_KEPT]], dict(Counter(f.rule for f in found))


def _json(finding: Finding, crs: CRS | None) -> dict[str, Any]:
    where = finding.where
    kept = {
        "rule": finding.rule,
        "outcome": str(finding.outcome),
        "id": finding.message_id,
        "params": plain(finding.params),
        "measured": plain(finding.measured),
        "parcels": plain(finding.parcels[:20]),
        "row": where.row if where else None,
    }
    if where and crs is not None and where.x is not None and where.y is not None:
        lonlat = transformer(crs, geographic(crs)).transform(where.x, where.y)
        kept |= {"lonlat": lonlat} if all(map(math.isfinite, lonlat)) else {}
    return kept


def plain(value: Any) -> Any:
    """JSON that the database takes, whatever a finding or error carries.

    Examples
    --------
    >>> plain({"text": "1\\0", "x": float("inf"), "parcels": ("a",)})
    {'text': '1�', 'x': 'inf', 'parcels': ['a']}
    """
    if isinstance(value, dict) or hasattr(value, "items"):
        return {writable(str(k)): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return writable(value)
    return plain(value.item()) if hasattr(value, "item") else writable(str(value))


def refusal_of(error: LiangtianError) -> dict[str, Any]:
    """An error that ended the work, to be said later in the reader's language."""
    params = {k: v for k, v in error.params.items() if k != "findings"}
    return {"id": error.message_id, "params": plain(params)}


def sentence(kept: dict[str, Any], language: str) -> str:
    """Say a kept finding or refusal; the switches of the command line are left out."""
    return OPTION.sub("", render_text(kept["id"], kept["params"], lang="en" if language == "en" else "zh"))


def rule_names(findings: Iterable[dict[str, Any]], language: str) -> dict[str, str]:
    """The rules of kept findings by what they look for, or by their kind, in a word or two."""
    words, lang = catalogue(), "en" if language == "en" else "zh"
    found = {
        each["rule"]: words.get(f"rule-{each['id']}") or words.get(f"rule-{each['rule'].partition('-')[0]}")
        for each in findings
        if each["id"] != "layer-more-findings"
    }
    return {rule: texts[lang] for rule, texts in found.items() if texts}
