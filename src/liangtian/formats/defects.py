"""Collect the defects of one text file as findings that name their line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from liangtian.finding import Finding, Outcome, Where
from liangtian.messages import Language, render

Severity = Literal["error", "warning", "note"]
"""error: the record is left out; warning: read, but not as the format asks; note: an assumption was needed."""


_MOST_SAID = 200  # defects in one error


class DefectLog:
    """Findings of one file in the order met.

    Parameters
    ----------
    source : name of the file, for messages
    rules : message id → (rule id, severity), the format's whole list of defects
    """

    def __init__(self, source: str, rules: Mapping[str, tuple[str, Severity]]) -> None:
        self.source = source
        self.rules = rules
        self.findings: list[Finding] = []

    def add(self, message_id: str, line: int, **params: object) -> None:
        """Record one defect; `severity`, `source` and `line` join the message's own parameters."""
        rule, severity = self.rules[message_id]
        outcome = Outcome.UNKNOWN if severity == "note" else Outcome.FAIL
        stated = {"severity": severity, "source": self.source, "line": int(line), **params}
        where = Where(self.source, row=int(line))
        self.findings.append(Finding(rule, outcome, message_id, stated, where=where))

    def in_line_order(self) -> tuple[Finding, ...]:
        """All findings, by line; those of one line in the order met."""
        return tuple(sorted(self.findings, key=lambda f: f.where.row or 0 if f.where else 0))

    def errors(self) -> list[Finding]:
        """The defects that cost a record, by line."""
        return [each for each in self.in_line_order() if each.params["severity"] == "error"]


def each_said(errors: list[Finding]) -> dict[str, str]:
    """The places {each} and {each_en} of an error that lists defects: one line a defect, with its line of the file.

    A file of nothing but defects is not told to its end.
    """
    return {"each": _said(errors, "zh"), "each_en": _said(errors, "en")}


def _said(errors: list[Finding], lang: Language) -> str:
    lines = [render(error, lang=lang) for error in errors[:_MOST_SAID]]
    return "".join(f"\n{line}" for line in [*lines, *(["…"] if len(errors) > _MOST_SAID else [])])
