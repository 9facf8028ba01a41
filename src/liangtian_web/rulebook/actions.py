"""Propose a value or an adoption, decide on another's proposal, import a published text: gather, decide, record."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from liangtian.errors import LiangtianError
from liangtian.policy.parameters import Parameters
from liangtian.policy.published import split_by_clause
from liangtian.policy.values_file import read_values
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.people.requests import Request
from liangtian_web.rulebook.models import ClauseText, Decision, Proposal
from liangtian_web.rulebook.queries import approved_values, decidable_by, key_of, proposing_places
from liangtian_web.trail.actions import note

SOURCE = "proposal.toml"


def propose_value(request: Request, given: dict[str, Any]) -> Proposal:
    """Propose a value of a place; it is read by the same reader as a file of values.

    Raises
    ------
    PermissionDenied : not the user's place
    DocumentRefused : with every defect of the value
    LiangtianError (rulebook-value-given): an approved value holds from that very day at that place
    """
    if not proposing_places(request.user).filter(pk=given["place"].pk).exists():
        raise PermissionDenied

    (value,) = read_values(block_of(given), SOURCE, Parameters(DOCUMENTS))
    _refuse_second(value.name, value.place or "", value.since)

    with transaction.atomic():
        proposal = Proposal.objects.create(kind=Proposal.Kind.VALUE, user=request.user, **given)
        note(request, "rulebook.propose", f"proposal:{proposal.uuid}", on=proposal.since, place=proposal.place)
    return proposal


def propose_adoption(request: Request, given: dict[str, Any]) -> Proposal:
    """Propose that a place adopts a document from a day on.

    Raises
    ------
    PermissionDenied : not the user's place
    LiangtianError (rulebook-adoption-early): before the document is in force
    """
    if not proposing_places(request.user).filter(pk=given["place"].pk).exists():
        raise PermissionDenied
    document = DOCUMENTS[given["name"]]

    if given["since"] < document.since:
        raise LiangtianError("rulebook-adoption-early", document=document.id, since=document.since.isoformat())

    with transaction.atomic():
        proposal = Proposal.objects.create(kind=Proposal.Kind.ADOPTION, user=request.user, **given)
        note(request, "rulebook.propose", f"proposal:{proposal.uuid}", on=proposal.since, place=proposal.place)
    return proposal


def decide(request: Request, proposal: Proposal, *, approved: bool, remark: str) -> Decision:
    """Approve or refuse another's proposal, once.

    Raises
    ------
    PermissionDenied : one's own, or not of a place the user administers
    LiangtianError (rulebook-decided, rulebook-value-given)
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rulebook.decide'))")  # one decision at a time
        if Decision.objects.filter(proposal=proposal).exists():
            raise LiangtianError("rulebook-decided", name=proposal.name)
        if not decidable_by(request.user).filter(pk=proposal.pk).exists():
            raise PermissionDenied
        if approved and proposal.kind == Proposal.Kind.VALUE:
            _refuse_second(proposal.name, key_of(proposal.place), proposal.since)

        decision = Decision.objects.create(proposal=proposal, approved=approved, note=remark, user=request.user)
        verb = "rulebook.approve" if approved else "rulebook.refuse"
        note(request, verb, f"proposal:{proposal.uuid}", on=proposal.since, place=proposal.place)
    return decision


def import_text(document: str, text: str, source: str) -> list[ClauseText]:
    """Keep a published text, split by clause.

    Raises
    ------
    LiangtianError (explain-document-unknown, text-clauses-missing)
    """
    if document not in DOCUMENTS:
        raise LiangtianError("explain-document-unknown", document=document, known="、".join(DOCUMENTS))

    clauses = split_by_clause(text, DOCUMENTS[document], source)

    with transaction.atomic():
        rows = [ClauseText(document=document, clause=each, text=said, source=source) for each, said in clauses.items()]
        ClauseText.objects.bulk_create(rows)
        note(None, "rulebook.import", f"{document} {source}")
    return rows


def block_of(given: dict[str, Any]) -> str:
    """The value as a file of values has it; what was typed stands on one line, so that it can be nothing else."""
    days = {key: given[key].isoformat() for key in ("since", "until") if given.get(key)}
    texts = {key: json.dumps(str(given[key]), ensure_ascii=False) for key in ("name", "unit", "status", "source")}
    fields = {**texts, **days, "value": " ".join(given["value"].split())}
    fields |= {"place": json.dumps(key_of(given["place"]))} if given.get("place") else {}
    fields |= {"prevails": "true"} if given.get("prevails") else {}
    return "[[value]]\n" + "".join(f"{key} = {each}\n" for key, each in fields.items())


def _refuse_second(name: str, place: str, since: date) -> None:
    if any((each.name, each.place, each.since) == (name, place, since) for each in approved_values()):
        raise LiangtianError("rulebook-value-given", name=name, place=place, since=since.isoformat())
