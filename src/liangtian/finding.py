"""What every check returns: a rule, an outcome, what was measured, what was required, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a defect: file, row (1-based record, or line of a text file) and a point in the file's own CRS."""

    source: str
    row: int | None = None
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace: a fact taken in, a parameter used, or a comparison made.

    `kind` is `fact`, `parameter` or `compare`; `value` is JSON-ready; `detail` holds unit, since, source, status.
    """

    kind: str
    name: str
    value: object
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one rule.

    `rule` is an obligation (`wenzhou-2019（六）.1`), a layer rule (`DLTB-07`) or a format rule (`TXT-03`);
    `message_id` with `params` renders to a sentence in Chinese or English (`liangtian.messages.render`);
    `measured` and `required` are JSON-ready, areas in m²; `parcels` is a sorted tuple of parcel ids.
    """

    rule: str
    outcome: Outcome
    message_id: str
    params: Mapping[str, object] = field(default_factory=dict)
    measured: object | None = None
    required: object | None = None
    parcels: tuple[str, ...] = ()
    where: Where | None = None
    trace: tuple[Step, ...] = ()
