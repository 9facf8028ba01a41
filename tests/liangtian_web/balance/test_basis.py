"""The exported book proves its pooling: every accepted project comes with the facts and values it was decided by."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from tests.liangtian_web.balance.conftest import file_acceptance, post

from bookkeeping import day
from bundles import members, packed
from liangtian.check.booked import Decided, check_rulebook
from liangtian.finding import Finding, Outcome
from liangtian.ledger.bundle import DECISIONS, read_bundle
from liangtian.ledger.checks import CHECKS, verify
from liangtian.policy.evaluate import rules_digest
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.balance.basis import decisions
from liangtian_web.ledger import actions as book
from liangtian_web.ledger import sealing
from liangtian_web.ledger.exclusivity import tolerance_on
from liangtian_web.ledger.models import Entry
from liangtian_web.rulebook.models import Decision as Approval
from liangtian_web.rulebook.models import Proposal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home", "people", "opened")]


def judged(content: bytes) -> list[Finding]:
    """What the rulebook's check says of a bundle."""
    bundle = read_bundle(io.BytesIO(content), name="b")
    rule = tolerance_on(bundle.manifest.exported_at.date())
    found = verify(bundle, rule, published=bundle.manifest.head, checks={**CHECKS, "BOOK-09": check_rulebook})
    return [each for each in found.findings if each.rule == "BOOK-09"]


@pytest.fixture
def exported(clients, places) -> bytes:
    """The bundle of a county that accepted one project, of which the city took its share."""
    assert post(clients["qian"], file_acceptance(clients["li"], places)).status_code == 302
    sealing.seal_all()
    target = io.BytesIO()
    assert sealing.export(target, book="示范市", decisions=decisions).decisions == 1
    return target.getvalue()


def test_pooling_is_proved_from_the_bundle_alone(exported, capsys):
    assert [each.outcome for each in judged(exported)] == [Outcome.PASS]
    call_command("book", "verify")
    assert "pass BOOK-09" in capsys.readouterr().out


def test_a_fact_that_is_changed_is_told(exported):
    contents = members(exported)
    said = Decided.read(contents[DECISIONS].splitlines()[0])
    fewer = [{**row, "quantity_m2": 30_003} for row in said.facts["accepted_amounts"]]
    other = replace(said, facts={**said.facts, "accepted_amounts": fewer}).line() + b"\n"
    found = judged(packed(contents | {DECISIONS: other}))
    assert [(each.message_id, each.params["key"]) for each in found] == [("decision-altered", said.entry)]


def test_any_byte_of_a_decision_that_is_changed_is_told(exported):
    contents = members(exported)
    line = contents[DECISIONS]
    for at in range(0, len(line) - 1, 97):
        other = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
        assert Outcome.FAIL in {each.outcome for each in judged(packed(contents | {DECISIONS: other}))}, at


def test_a_byte_of_any_member_of_the_command_s_bundle_is_located(exported, tmp_path):
    """The first thing said names the record, the seal or the decision; what follows from it comes after."""
    call_command("book", "bundle", str(tmp_path / "book.zip"))
    contents = members((tmp_path / "book.zip").read_bytes())
    bundle = read_bundle(io.BytesIO((tmp_path / "book.zip").read_bytes()), name="b")
    rule, head = tolerance_on(bundle.manifest.exported_at.date()), bundle.manifest.head
    named = {"records.jsonl": "record-altered", "seals.jsonl": "seal-altered", DECISIONS: "decision-"}
    for name, message in named.items():
        for at in range(3, len(contents[name]), len(contents[name]) // 9):
            body = contents[name]
            number = body[:at].count(b"\n") + 1
            other = packed(contents | {name: body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]})
            tampered = read_bundle(io.BytesIO(other), name="b")
            found = verify(tampered, rule, published=head, checks={**CHECKS, "BOOK-09": check_rulebook})
            first = next(each for each in found.findings if each.outcome is Outcome.FAIL)
            assert first.message_id.startswith(message), (name, at, first)
            if name == "records.jsonl":
                assert first.params["at"] == number, (at, first)


def test_a_bundle_without_its_decisions_cannot_be_told(exported):
    contents = members(exported)
    manifest = contents["manifest.json"].replace(b'"decisions": 1', b'"decisions": 0')
    found = judged(
        packed({**{name: each for name, each in contents.items() if name != DECISIONS}, "manifest.json": manifest})
    )
    assert [each.message_id for each in found] == ["decision-missing"]


def share_of(people, places, value: str) -> None:
    """The county takes another share into the city's pool, approved now and dated back."""
    proposal = Proposal.objects.create(
        kind="value", name="wenzhou-2019（六）.city_pool_share", place=places["county"], since=day(1), value=value,
        unit="share", status="ours", source="示县发〔2024〕9号", user=people["wang"],
    )  # fmt: skip
    Approval.objects.create(proposal=proposal, approved=True, user=people["li"])


def test_a_value_approved_later_leaves_what_was_booked_as_it_was(exported, people, places, clients):
    """By the value as it is now the share would be another: the entry was booked by what was known."""
    share_of(people, places, "0.3")
    target = io.BytesIO()
    sealing.export(target, book="示范市", decisions=decisions)
    assert members(target.getvalue())[DECISIONS] == members(exported)[DECISIONS]
    assert [each.outcome for each in judged(target.getvalue())] == [Outcome.PASS]

    later = file_acceptance(clients["li"], places, column=48, project="后一个项目")
    assert post(clients["qian"], later).status_code == 302
    sealing.seal_all()
    target = io.BytesIO()
    assert sealing.export(target, book="示范市", decisions=decisions).decisions == 2
    assert [each.outcome for each in judged(target.getvalue())] == [Outcome.PASS]


def test_an_entry_of_before_answers_by_what_was_known_when_it_was_decided(exported, people, places):
    """Entries that keep no decision get it from their filing, by the values and adoptions of the moment."""
    entry = Entry.objects.get(kind="acceptance")
    before = decisions([entry.pk])[entry.pk]
    share_of(people, places, "0.3")
    assert decisions([entry.pk])[entry.pk] == before
    kept = Decided.read(entry.basis.line.encode())
    assert Decided.read(before) == replace(kept, findings=())


def test_the_entry_names_the_decision_that_the_book_keeps(exported):
    entry = Entry.objects.get(kind="acceptance")
    said = Decided.read(entry.basis.line.encode())
    assert entry.rules[-1] == said.mark
    assert dict(said.findings)["wenzhou-2019（六）.2"] == "pass"
    assert f"rules:{rules_digest({each: DOCUMENTS[each] for each in said.documents})}" in entry.rules


def test_the_book_keeps_no_other_decision(exported):
    entry = Entry.objects.get(kind="appropriation")
    with pytest.raises(IntegrityError, match="does not name this decision"), transaction.atomic():
        book.keep_basis(entry, b"{}")
