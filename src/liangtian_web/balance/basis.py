"""By what the entries of the balance were decided, for whoever verifies the book: one line an entry, from the filing itself."""

from __future__ import annotations

from collections.abc import Sequence

from liangtian.check.booked import RULES, Decided
from liangtian.policy.facts import plain_facts
from liangtian.policy.values_file import write_values
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.rulebook.queries import documents_on, keys_of, values_at


def decisions(entries: Sequence[int]) -> dict[int, bytes]:
    """Number of an entry → its decision, of the entries that pool, use what is pooled or pay a reward."""
    events = [each.event for each in PROCEDURES.values() if each.step in RULES]
    filings = Filing.objects.filter(decision__entry__in=entries, event__in=events)
    rows = filings.select_related("place__book_key", "place__parent", "decision__entry")
    return {row.decision.entry_id: _decided(row).line() for row in rows if row.decision.entry_id is not None}


def _decided(filing: Filing) -> Decided:
    procedure = PROCEDURES[filing.event]
    key, *within = keys_of(filing.place)
    assert filing.decision.entry is not None
    return Decided(
        entry=filing.decision.entry.key, event=procedure.step, on=filing.on, place=key, within=tuple(within),
        documents=tuple(documents_on(filing.place, filing.on)), parties=dict(procedure.parties(filing)),
        facts=plain_facts(procedure.facts(filing, key)), values=write_values(values_at(filing.place)),
    )  # fmt: skip
