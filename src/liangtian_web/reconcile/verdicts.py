"""The closed vocabulary of what three sides may be to each other, and what is to be done next (`words.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.translation import get_language

from liangtian_web.reconcile.words import table


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who disagrees with whom.

    Attributes
    ----------
    tag : the colour of its tag
    settled : whether nothing is left to do
    correct, reverse : whether the book may have to be corrected, or an entry taken back
    reason : the reason an explanation begins with
    """

    id: str
    zh: str
    en: str
    tag: str
    do_zh: str
    do_en: str
    settled: bool = False
    correct: bool = False
    reverse: bool = False
    reason: str = ""

    @property
    def word(self) -> str:
        """What it is called, in the reader's language."""
        return self.en if get_language() == "en" else self.zh

    @property
    def next(self) -> str:
        """What is to be done next, and who does it."""
        return self.do_en if get_language() == "en" else self.do_zh


@cache
def verdicts() -> Mapping[str, Verdict]:
    """Verdict by its name, in the order of the file."""
    return {name: Verdict(name, **each) for name, each in table("verdicts").items()}


def settled() -> tuple[str, ...]:
    """Those that leave nothing to do."""
    return tuple(name for name, each in verdicts().items() if each.settled)
