"""前言 What the document is for and which higher documents it carries out."""

from __future__ import annotations

from liangtian.policy.clause import Intent
from liangtian.policy.document import NotComputed

OBLIGATIONS = (
    Intent(
        "前言.1",
        force="should",
        who="county",
        reason=NotComputed(
            zh="说明目的和依据（浙委办发〔2021〕62号、嘉保耕〔2021〕2号），要求由后文各条落实",
            en="It states purpose and basis (浙委办发〔2021〕62号, 嘉保耕〔2021〕2号); the clauses after it carry them out",
        ),
    ),
)
