"""National 2024, the reform of the occupation-compensation balance: the contents page, by subject.

No construction application is accepted under the old method from 1 January 2025 on. The full text of 自然资发〔2024〕204号
has not been seen: what rests on second-hand accounts is marked unverified, and subjects stand in place of its clauses.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.national_balance_2024 import c1_scope, c2_annual_account, c3_supply, c4_transition

DOCUMENT = Document(
    id="national-balance-2024",
    title_zh="耕地占补平衡管理改革（自然资发〔2024〕204号）",
    title_en="National 2024: reform of the occupation-compensation balance",
    since=date(2025, 1, 1),
    package=__name__,
    contents={
        "（范围）": c1_scope,
        "（年度总账）": c2_annual_account,
        "（补充来源）": c3_supply,
        "（衔接）": c4_transition,
    },
    replaces_by="application_accepted_on",  # what was accepted before is brought to its end by the old method
    replaces={
        # Balance project by project in three indices gives way to the annual account of the province: nothing is held or
        # written off for a project any more. What was held before may still be given back, （五）.3.
        "wenzhou-2019（五）.1": "（年度总账）.1",
        "wenzhou-2019（五）.2": "（年度总账）.1",
        "wenzhou-2019（五）.4": "（年度总账）.1",
        "wenzhou-2019（五）.5": "（年度总账）.1",
    },
)
