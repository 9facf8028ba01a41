"""The papers that go to file, by the word of their address: the contents page of this app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liangtian_web.papers.closing import CLOSED
from liangtian_web.papers.earmarked import ACCOUNT
from liangtian_web.papers.filings import FILING
from liangtian_web.papers.form import Paper
from liangtian_web.papers.ground import BOUNDARY
from liangtian_web.papers.places import NOTICE, STATEMENT
from liangtian_web.papers.plan import PLAN
from liangtian_web.papers.pool import POOL
from liangtian_web.papers.reconciliation import SHEET
from liangtian_web.papers.registered import ROW
from liangtian_web.papers.slip import SLIP
from liangtian_web.papers.transfer import AGREEMENT, REQUEST

PAPERS: Mapping[str, Paper[Any]] = {
    "filing": FILING,
    "request": REQUEST,
    "match": AGREEMENT,
    "earmarked": ACCOUNT,
    "suspension": NOTICE,
    "place": STATEMENT,
    "reconciliation": SHEET,
    "plan": PLAN,
    "pool": POOL,
    "proposal": SLIP,
    "closing": CLOSED,
    "boundary": BOUNDARY,
    "row": ROW,
}
