"""（第三条）Leaders answer where illegal use reaches its limit among all farmland that new construction took in a year.

Below the limit they answer too for grave consequences, which those competent establish; that is not computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, passed


@dataclass(frozen=True, slots=True)
class Share:
    illegal_farmland_m2: Decimal
    new_construction_farmland_m2: Decimal


def check_share(facts: Share, params: Params) -> Iterator[Ruling]:
    """Compare illegal farmland with its limit, a share of all farmland taken; exactly the limit is a breach."""
    illegal, total = Fraction(facts.illegal_farmland_m2), Fraction(facts.new_construction_farmland_m2)
    if illegal == 0:
        yield passed("iu08-none")
    else:
        limit = params.illegal_share_max
        words = {
            "share": f"{units.round_half_up(illegal / total * 100, 2)}" if total else "—",
            "limit": f"{units.round_half_up(limit * 100)}",
        }
        yield compared(
            illegal,
            "<",
            limit * total,
            name="illegal_farmland_m2",
            met="iu08-below",
            unmet="iu08-reached",
            params=words,
        )


OBLIGATIONS = (Obligation("（第三条）.1", "must", "county", ("assessment",), always, Share, check_share),)
