"""（十一）Topsoil of quality farmland is stripped, paid for by the land user, kept in yards and used again.

That the volumes of a batch close is our reading of stripping and reusing in full: soil that no line of the register
accounts for was not reused.
"""

from __future__ import annotations

from liangtian.rules.wenzhou_2019.c11_topsoil import reuse, stripping

OBLIGATIONS = (stripping.STRIP, stripping.PAY, reuse.CLOSED, reuse.YARDS, reuse.PREFERRED)
