"""The documents Liangtian can compute, by id. A place is bound by those it adopted (`policy.adoption`)."""

from __future__ import annotations

from liangtian.policy.document import Document
from liangtian.rules import (
    consolidation_pilot_2019,
    contiguous_blocks_2021,
    facility_land_2019,
    haining_2021,
    high_standard_farmland_2022,
    idle_land_2012,
    illegal_use_2008,
    illegal_use_reporting_2012,
    liangtian_2026,
    linkage_2008,
    national_balance_2024,
    staged_release_2026,
    wenzhou_2019,
    zhejiang_consolidation_2018,
)

DOCUMENTS: dict[str, Document] = {
    each.id: each
    for each in (
        wenzhou_2019.DOCUMENT,
        haining_2021.DOCUMENT,
        national_balance_2024.DOCUMENT,
        idle_land_2012.DOCUMENT,
        linkage_2008.DOCUMENT,
        zhejiang_consolidation_2018.DOCUMENT,
        facility_land_2019.DOCUMENT,
        contiguous_blocks_2021.DOCUMENT,
        high_standard_farmland_2022.DOCUMENT,
        illegal_use_2008.DOCUMENT,
        illegal_use_reporting_2012.DOCUMENT,
        consolidation_pilot_2019.DOCUMENT,
        staged_release_2026.DOCUMENT,
        liangtian_2026.DOCUMENT,
    )
}
