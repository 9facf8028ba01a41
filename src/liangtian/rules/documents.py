"""The documents Liangtian can compute, by id. A place is bound by those it adopted (`policy.adoption`)."""

from __future__ import annotations

from liangtian.policy.document import Document
from liangtian.rules import haining_2021, liangtian_2026, national_balance_2024, wenzhou_2019

DOCUMENTS: dict[str, Document] = {
    each.id: each
    for each in (
        wenzhou_2019.DOCUMENT,
        haining_2021.DOCUMENT,
        national_balance_2024.DOCUMENT,
        liangtian_2026.DOCUMENT,
    )
}
