"""The chain, the bundle and its verification by the kernel; what a change in the database does to it."""

from __future__ import annotations

import io
import time
import zipfile
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.db import connections
from procrastinate.contrib.django import app

from bookkeeping import OTHER, acceptance, attachment, closing, day, hold, move, quota, square
from liangtian.finding import Outcome
from liangtian.ledger.bundle import read_bundle
from liangtian.ledger.checks import verify
from liangtian_web.jobs.running import BESIDE
from liangtian_web.ledger import actions, exclusivity, sealing
from liangtian_web.ledger.exclusivity import tolerance_on
from liangtian_web.ledger.models import Link, Lot, Seal
from liangtian_web.ledger.queries import unsealed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keepers")]


@pytest.fixture
def story():
    """Opening without ground, attached later; an acceptance, a hold settled, one reversed, a closing."""
    actions.post(acceptance("old", 500, None, kind="opening", document="doc:2019", on=day(1)))
    actions.post(acceptance("A", 9_000, square(0), on=day(1, 5)))
    actions.attach_boundary(attachment("found", "old", square(5)))
    frozen = actions.post(hold("h", day(2), "A", 3_000, day(6)))[0]
    assert frozen.expires == day(6)
    actions.post(move("use", day(3), "write-off", "A", 3_000, "held", "used", settles="h"))
    granted = actions.post(quota("q", day(2), 100))[0]
    actions.reverse(granted, key="q-back", actor=granted.actor, evidence=["doc:9"])
    actions.close_period(closing("c", day(1, 31)))


def bundle() -> bytes:
    target = io.BytesIO()
    sealing.export(target, book="示范市")
    return target.getvalue()


def outcome(content: bytes) -> Outcome:
    found = read_bundle(io.BytesIO(content), name="b")
    verdict = verify(found, tolerance_on(day(1)), published=found.manifest.head)
    return verdict.outcome


def test_what_is_booked_waits_until_it_is_sealed(story):
    assert unsealed() == 8
    assert sealing.seal_all() == 8
    assert (unsealed(), sealing.seal_all()) == (0, 0)
    assert list(Link.objects.values_list("position", flat=True).order_by("position")) == list(range(1, 9))


@pytest.mark.django_db(transaction=True)
def test_the_sealer_follows_the_bookings_until_it_is_told_to_end(story):
    ended = Event()

    def follow() -> None:
        try:
            sealing.follow(ended)
        finally:
            connections.close_all()

    sealer = Thread(target=follow)
    sealer.start()
    for booked in range(3):
        actions.post(quota(f"later-{booked}", day(3), 5))
        began = time.monotonic()
        while unsealed() and time.monotonic() < began + 30:
            time.sleep(0.01)
        assert unsealed() == 0
    ended.set()
    sealer.join()
    assert Seal.objects.count() >= 3


def test_no_job_keeps_the_sealer_waiting():
    """It is no task of the queue, whose few places long jobs may take."""
    (command,) = BESIDE
    asked = (
        load_command_class("liangtian_web.reconcile", command[0]).create_parser("", command[0]).parse_args(command[1:])
    )
    assert (asked.what, asked.follow, asked.skip_checks) == ("seal", True, True)
    assert [name for name in app.tasks if "seal" in name] == []


def test_later_records_go_into_later_seals(story):
    sealing.seal_all()
    actions.post(quota("later", day(3), 5))
    sealing.seal_all()
    first, second = Seal.objects.order_by("number")
    assert (second.number, second.first, second.previous, second.count) == (2, 9, first.seal, 1)
    assert outcome(bundle()) is Outcome.PASS


def test_the_kernel_verifies_the_bundle_without_the_database(story):
    sealing.seal_all()
    assert outcome(bundle()) is Outcome.PASS


def test_the_bundle_says_how_much_is_not_sealed(story):
    sealing.seal_all()
    actions.post(quota("later", day(3), 5))
    read = read_bundle(io.BytesIO(bundle()), name="b")
    assert (read.manifest.records, read.manifest.unsealed, read.manifest.head) == (8, 1, Seal.objects.get().seal)


def test_a_changed_figure_is_found(story):
    sealing.seal_all()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle())) as whole, zipfile.ZipFile(out, "w") as altered:
        for member in whole.namelist():
            altered.writestr(member, whole.read(member).replace(b"9000", b"9001"))
    assert outcome(out.getvalue()) is Outcome.FAIL


def test_the_commands_seal_export_and_verify(story, tmp_path, capsys):
    call_command("book", "seal")
    call_command("book", "bundle", str(tmp_path / "book.zip"))
    call_command("book", "verify")
    call_command("book", "statement", "339901", "used", "quantity_m2", str(tmp_path / "used.xlsx"),
                 "--since", "2024-01-01", "--until", "2024-12-31")  # fmt: skip
    said = capsys.readouterr().out
    assert "8 sealed, 0 unsealed" in said
    assert "fail" not in said
    assert outcome((tmp_path / "book.zip").read_bytes()) is Outcome.PASS
    assert sorted(each.name for each in tmp_path.iterdir()) == ["book.zip", "used.xlsx"]


def test_the_sweep_names_a_pair_that_is_not_sealed_yet(story, keepers, capsys):
    """A boundary recorded without the exact comparison: the bundle does not hold it yet, the command fails all the same."""
    sealing.seal_all()
    actions.post(acceptance("late", 500, None, kind="opening", document="doc:2019", place=OTHER, on=day(1)))
    ground, one = square(0), Lot.objects.get(serial="late")
    near = exclusivity.lock([ground])
    exclusivity.add_ground(one.pk, ground, near, evidence=["x"], actor=keepers["li"].pk, approver=None, key="x")
    with pytest.raises(CommandError):
        call_command("book", "verify")
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fail")]
    assert failed == ["fail A × late 10000.00 m²"]
