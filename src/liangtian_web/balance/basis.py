"""By what the entries of the balance were decided, for whoever verifies the book: one line an entry.

The line is put together when the entry is booked, named in the sealed entry by its digest, and kept by the book. Entries
booked before it was kept are answered for from their filing, by the values and adoptions known when they were decided.
"""

from __future__ import annotations

from collections.abc import Sequence

from liangtian.check.booked import RULES, Decided
from liangtian.policy.facts import plain_facts
from liangtian.policy.values_file import write_values
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import Parties
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.ruling import Basis, Ruled
from liangtian_web.rulebook.queries import documents_on, keys_of, values_at


def key_of_entry(filing: Filing) -> str:
    """The key of the entry a filing becomes."""
    return f"filing:{filing.uuid}"


def decided_by(filing: Filing, ruled: Ruled, parties: Parties) -> Decided:
    """The decision that books a filing."""
    return _decided(filing, ruled.basis, parties)


def decisions(entries: Sequence[int]) -> dict[int, bytes]:
    """Number of an entry → its decision, of the entries that pool, use what is pooled or pay a reward and keep none."""
    events = [each.event for each in PROCEDURES.values() if each.step in RULES]
    filings = Filing.objects.filter(decision__entry__in=entries, event__in=events)
    rows = filings.select_related("place__book_key", "place__parent", "decision__entry")
    return {row.decision.entry_id: _as_known(row).line() for row in rows if row.decision.entry_id is not None}


def _as_known(filing: Filing) -> Decided:
    """What was known at the moment of the decision, whatever was approved since."""
    procedure, known = PROCEDURES[filing.event], filing.decision.decided_at
    facts = plain_facts(procedure.facts(filing, keys_of(filing.place)[0]))
    basis = Basis(facts, tuple(documents_on(filing.place, filing.on, known)), values_at(filing.place, known))
    return _decided(filing, basis, procedure.parties(filing))


def _decided(filing: Filing, basis: Basis, parties: Parties) -> Decided:
    key, *within = keys_of(filing.place)
    return Decided(
        entry=key_of_entry(filing), event=PROCEDURES[filing.event].step, on=filing.on, place=key, within=tuple(within),
        documents=basis.documents, parties=dict(parties), facts=basis.facts, values=write_values(basis.values),
        findings=basis.findings,
    )  # fmt: skip
