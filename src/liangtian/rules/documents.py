"""The documents Liangtian can compute, by id. A place is bound by those it adopted (`policy.adoption`)."""

from __future__ import annotations

from liangtian.policy.document import Document
from liangtian.rules import (
    consolidation_pilot_2019,
    haining_2021,
    illegal_use_2008,
    illegal_use_reporting_2012,
    liangtian_2026,
    wenzhou_2019,
)

DOCUMENTS: dict[str, Document] = {
    each.id: each
    for each in (
        wenzhou_2019.DOCUMENT,
        haining_2021.DOCUMENT,
        illegal_use_2008.DOCUMENT,
        illegal_use_reporting_2012.DOCUMENT,
        consolidation_pilot_2019.DOCUMENT,
        liangtian_2026.DOCUMENT,
    )
}
