"""The exported book proves its pooling: every accepted project comes with the facts and values it was decided by."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.core.management import call_command
from tests.liangtian_web.balance.conftest import file_acceptance, post

from bundles import members, packed
from liangtian.check.booked import Decided, check_rulebook
from liangtian.finding import Finding, Outcome
from liangtian.ledger.bundle import DECISIONS, read_bundle
from liangtian.ledger.checks import CHECKS, verify
from liangtian_web.balance.basis import decisions
from liangtian_web.ledger import sealing
from liangtian_web.ledger.exclusivity import tolerance_on

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
    assert {each.message_id for each in found} == {"booked-differs"}
    assert {each.params["key"] for each in found} == {said.entry}


def test_a_bundle_without_its_decisions_cannot_be_told(exported):
    target = io.BytesIO()
    sealing.export(target, book="示范市")
    assert [each.outcome for each in judged(target.getvalue())] == [Outcome.UNKNOWN]
