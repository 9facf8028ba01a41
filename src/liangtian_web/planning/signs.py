"""Legends of the planning maps: the colours of `assets/land/{blocks,design,layout}.js` in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from liangtian.messages import Language
from liangtian_web.planning.presentation import size_words, works_word

SIZES = {"ten_thousand": "#0f5c3a", "thousand": "#1f8a5b", "hundred": "#74b08f", "": "#b4cbbd"}
WORKS = {"restore": "#b0613a", "reclaim": "#7a5ea8", "clear": "#c62f2f"}


def sign(word: str, line: str, *, fill: str | None = None, shade: float = 0.0) -> dict[str, Any]:
    """One colour: its outline, what fills it and how densely."""
    return {"word": word, "line": line, "fill": fill or line, "shade": shade}


def of_blocks() -> list[dict[str, Any]]:
    """Sizes of blocks."""
    return [sign(size_words()[size], hue, shade=0.3) for size, hue in SIZES.items()]


def of_design(kinds: Iterable[str], lang: Language) -> list[dict[str, Any]]:
    """Works, the block that comes about, and those that stand."""
    found = [sign(works_word(kind, lang), WORKS.get(kind, "#5b6661"), shade=0.75) for kind in kinds]
    return [*found, sign(gettext("求得的连片"), "#1f6feb"), sign(gettext("现有百亩以上连片"), "#1f8a5b")]


def of_layout() -> list[dict[str, Any]]:
    """What leaves, what comes, what stays."""
    return [
        sign(gettext("调出"), "#c62f2f", shade=0.65),
        sign(gettext("调入"), "#1a7f4b", shade=0.65),
        sign(gettext("不动的永久基本农田"), "#9a6b00", shade=0.12),
    ]
