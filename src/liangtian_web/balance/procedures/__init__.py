"""The procedures of the balance, in the order in which a project meets them: the contents page of this folder."""

from __future__ import annotations

from collections.abc import Mapping

from liangtian_web.balance.procedure import Procedure
from liangtian_web.balance.procedures.acceptance import ACCEPTANCE
from liangtian_web.balance.procedures.borrowing import BORROWING, RETURN
from liangtian_web.balance.procedures.commitment import COMMITMENT, DEFAULT, FULFILMENT, PROMISED_APPROVAL, SETTLEMENT
from liangtian_web.balance.procedures.corrections import FREEZING, THAWING, UNLINKING, VOIDING
from liangtian_web.balance.procedures.occupation import APPROVAL, HOLD, RELEASE
from liangtian_web.balance.procedures.payment import PAYMENT
from liangtian_web.balance.procedures.pool_use import POOL_USE
from liangtian_web.balance.procedures.poolings import (
    CITY_POOLING,
    NATIONAL_POOLING,
    PROVINCIAL_POOLING,
    UPPER_POOL_USE,
)
from liangtian_web.balance.procedures.quota import QUOTA_ADVANCE, QUOTA_GRANT, QUOTA_RECLAIMED, QUOTA_RETURN, QUOTA_USE
from liangtian_web.balance.procedures.replacement import REPLACEMENT
from liangtian_web.balance.procedures.staged import CLAWBACK, STAGED_RELEASE
from liangtian_web.balance.procedures.transfer import LISTING, TRANSFER, WITHDRAWAL

PROCEDURES: Mapping[str, Procedure] = {
    each.event: each
    for each in (
        *(ACCEPTANCE, STAGED_RELEASE, CLAWBACK, REPLACEMENT, POOL_USE),
        *(HOLD, APPROVAL, RELEASE),
        *(COMMITMENT, PROMISED_APPROVAL, FULFILMENT, SETTLEMENT, DEFAULT),
        *(LISTING, WITHDRAWAL, TRANSFER),
        PAYMENT,
        *(CITY_POOLING, PROVINCIAL_POOLING, NATIONAL_POOLING, UPPER_POOL_USE),
        *(BORROWING, RETURN),
        *(FREEZING, THAWING, UNLINKING, VOIDING),
        *(QUOTA_GRANT, QUOTA_ADVANCE, QUOTA_USE, QUOTA_RETURN, QUOTA_RECLAIMED),
    )
}
