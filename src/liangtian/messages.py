"""Finding or error → sentence in Chinese or English. The catalogues are `locale/*.toml`: one id, both languages."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from liangtian.errors import LiangtianError
from liangtian.finding import Finding

Language = Literal["zh", "en"]


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Message id → {"zh": …, "en": …}, from every file of `locale/`.

    Raises
    ------
    ValueError : an id stands in two files.
    """
    found: dict[str, dict[str, str]] = {}
    for file in sorted(resources.files("liangtian").joinpath("locale").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for message_id, texts in tomllib.loads(file.read_text("utf-8")).items():
            if message_id in found:
                raise ValueError(f"message {message_id} stands twice, second time in {file.name}")
            found[message_id] = texts
    return found


def render_text(message_id: str, params: object, *, lang: Language = "zh") -> str:
    """Fill the sentence `message_id` with `params` (a mapping). Lists in it are joined by “、”, in English by commas.

    Raises
    ------
    KeyError : the id or a parameter of the sentence is unknown (a programmer's error, caught by tests).
    """
    given: dict[str, object] = dict(params)  # type: ignore[call-overload]
    if lang == "en":
        given = {name: each.replace("、", ", ") if isinstance(each, str) else each for name, each in given.items()}
    return catalogue()[message_id][lang].format_map(given)


def render(finding: Finding, *, lang: Language = "zh") -> str:
    """Say a finding in one sentence; that it rests on a value nobody has verified is part of it."""
    said = render_text(finding.message_id, finding.params, lang=lang)
    doubtful = any(step.kind == "parameter" and step.detail.get("status") == "unverified" for step in finding.trace)
    return said + render_text("rests-on-unverified", {}, lang=lang) if doubtful else said


def render_error(error: LiangtianError, *, lang: Language = "zh") -> str:
    """Say an error in one sentence: what, where, why, what to do."""
    return render_text(error.message_id, error.params, lang=lang)
