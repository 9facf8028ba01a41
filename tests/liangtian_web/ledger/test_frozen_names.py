"""Users are renamed and places get other codes; what was sealed says what it said."""

from __future__ import annotations

import io

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from bookkeeping import COUNTY, acceptance, attachment, closing, day, entry, moved, quota, square
from bundles import members
from liangtian_web.ledger import actions, queries, sealing
from liangtian_web.ledger.models import Account, PlaceKey
from liangtian_web.ledger.records import entries_by_id, place_key, places_by_key
from liangtian_web.people.models import Place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keepers")]


@pytest.fixture
def booked(places):
    """One record of each kind, signed by li and wang, in the book of 示范县."""
    actions.post(acceptance("old", 500, None, kind="opening", document="doc:2019", on=day(1), approver="wang"))
    actions.attach_boundary(attachment("found", "old", square(5), approver="wang"))
    actions.post(quota("q", day(2), 100, approver="wang"))
    actions.close_period(closing("c", day(1, 31), approver="wang"))
    return places["county"]


def records() -> bytes:
    target = io.BytesIO()
    sealing.export(target, book="示范市")
    return members(target.getvalue())["records.jsonl"]


def rename(county: Place, keepers) -> None:
    for name in ("li", "wang"):
        keepers[name].username += "-2"
        keepers[name].save()
    county.code, county.name = "339911", "示范新县"
    county.save()


def test_renaming_leaves_the_chain_whole(booked, keepers, capsys):
    sealing.seal_all()
    before = records()
    rename(booked, keepers)
    assert records() == before
    actions.post(quota("later", day(3), 7, actor="li-2"))
    sealing.seal_all()
    call_command("book", "verify")
    assert "fail" not in capsys.readouterr().out
    assert records().startswith(before)


def test_what_is_sealed_after_a_renaming_says_who_signed_then(booked, keepers):
    rename(booked, keepers)
    sealing.seal_all()
    lines = records().splitlines()
    assert all(b'"actor":"li","approver":"wang"' in line for line in lines)
    assert len(lines) == 4
    assert b"339911" not in b"".join(lines)


def test_statements_of_a_renamed_place_are_drawn_up_as_before(booked, keepers):
    account = Account.objects.get(place=booked, pool="reserve", index="plan_quota_m2")
    before = queries.statement(account, day(1), day(12))
    rename(booked, keepers)
    assert queries.statement(account, day(1), day(12)) == before
    assert entries_by_id([before.lines[0].entry.pk])[before.lines[0].entry.pk].actor == "li"


def test_a_place_keeps_its_key_and_another_that_takes_its_code_gets_its_own(booked, keepers):
    rename(booked, keepers)
    heir = Place.objects.create(code=COUNTY, name="别县", kind="county", parent=booked.parent)
    assert [place_key(Place.objects.get(pk=each.pk)) for each in (booked, heir)] == [COUNTY, f"p{heir.pk}"]
    assert {key: place.pk for key, place in places_by_key([COUNTY, f"p{heir.pk}"]).items() if place} == {
        COUNTY: booked.pk,
        f"p{heir.pk}": heir.pk,
    }
    actions.post(
        entry(
            "use",
            day(3),
            "write-off",
            moved(None, 9, (COUNTY, "reserve"), (COUNTY, "used"), "plan_quota_m2"),
            actor="li-2",
        )
    )
    assert queries.balance(Account.objects.get(place=booked, pool="used"), day(12)) == 9


def test_the_key_of_a_place_the_book_does_not_know_follows_its_code(places):
    town = places["town"]
    assert place_key(town) == "339901100"
    town.code = "339901101"
    town.save()
    assert place_key(Place.objects.get(pk=town.pk)) == "339901101"
    town.delete()
    assert not PlaceKey.objects.filter(key__startswith="3399011").exists()


@pytest.mark.parametrize("change", ["UPDATE ledger_placekey SET key = 'x'", "DELETE FROM ledger_placekey"])
def test_the_application_changes_no_key(booked, change):
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), transaction.get_connection().cursor() as cursor:
        cursor.execute(change)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
