"""A legal document as its contents page has it: every clause in order → its module, or why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import ModuleType


@dataclass(frozen=True, slots=True)
class NotComputed:
    """Why a clause, or a sentence of one, has no rule: an honest reason in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Document:
    """One legal document.

    Attributes
    ----------
    id : `wenzhou-2019`; a clause is cited as id + number, `wenzhou-2019（六）`
    since : first day in force; earlier cases get no findings from it
    package : dotted name of its folder, for its sources and values
    contents : clause number, verbatim → clause module or the reason it has none, in the order of the text
    needs_adoption : False only for our own technical values, which bind no place
    replaces : rule of an earlier document → rule of this one that stands in its place, from `since` on, wherever
        both documents are adopted
    replaces_by : fact whose day decides, where it is known, which of the two rules is asked; else the day of the case
    """

    id: str
    title_zh: str
    title_en: str
    since: date
    package: str
    contents: Mapping[str, ModuleType | NotComputed]
    needs_adoption: bool = True
    replaces: Mapping[str, str] = field(default_factory=dict)
    replaces_by: str | None = None

    def clause_modules(self) -> list[tuple[str, ModuleType]]:
        """Clauses that have a module, in the order of the text."""
        return [(number, entry) for number, entry in self.contents.items() if isinstance(entry, ModuleType)]
