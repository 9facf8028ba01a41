"""The procedures of the balance, in the order in which a project meets them: the contents page of this folder."""

from __future__ import annotations

from collections.abc import Mapping

from liangtian_web.balance.procedure import Procedure
from liangtian_web.balance.procedures.acceptance import ACCEPTANCE
from liangtian_web.balance.procedures.occupation import APPROVAL, HOLD, RELEASE
from liangtian_web.balance.procedures.transfer import LISTING, PROCEEDS, SETTLEMENT, WITHDRAWAL

PROCEDURES: Mapping[str, Procedure] = {each.event: each for each in (
    ACCEPTANCE, HOLD, APPROVAL, RELEASE, LISTING, WITHDRAWAL, SETTLEMENT, PROCEEDS,
)}  # fmt: skip
