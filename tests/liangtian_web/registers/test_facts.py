"""Facts from rows and the book: absent where no row speaks, and each with the rows, lots and entries it rests on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.liangtian_web.registers.conftest import confirmed, enter, form_of, nil

from bookkeeping import acceptance, at, day, entry, legs, lot, square
from liangtian.ledger.entry import reverse
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.records import entries_by_id
from liangtian_web.registers.actions import name_entry
from liangtian_web.registers.queries import in_force, known_of, project_facts, register_facts

HALF = day(7, 1)


def accept(serial: str, amount: int, column: int, **changes):
    """A lot of 示范县 in the book."""
    (booked,) = book.post(acceptance(serial, amount, square(column), **changes))
    return booked


def write_off(key: str, on: date, quantity: int, paddy: int, capacity: int) -> Entry:
    """What one project takes of the opening balance, in three indices."""
    moves = [("quantity_m2", quantity), ("paddy_m2", paddy), ("capacity_kg", capacity)]
    moved = legs(*(
        (("339901", pool, index, "2019-001", sign * amount))
        for index, amount in moves if amount for pool, sign in (("reserve", -1), ("used", 1))
    ))  # fmt: skip
    return book.post(entry(key, on, "write-off", moved))[0]


@pytest.fixture
def opened(people):
    """20,000 of each index from before."""
    old = lot("2019-001", None, document="县发〔2019〕1号")
    moves = legs(*(
        (place, pool, index, "2019-001", amount)
        for index in ("quantity_m2", "paddy_m2", "capacity_kg")
        for place, pool, amount in (("outside", "outside", -20_000), ("339901", "reserve", 20_000))
    ))  # fmt: skip
    book.post(entry("open", day(1), "opening", moves, lots=(old,)))


def test_without_a_row_nothing_is_known(clients, places):
    assert register_facts(places["county"], HALF) == {}
    enter(clients["qian"], "key-project", form_of("key-project", places["county"]))  # not confirmed
    assert register_facts(places["county"], HALF) == {}


def test_the_annual_task_is_in_the_unit_of_its_document_and_done_by_day_of_acceptance(clients, places):
    confirmed(clients, "annual-task", form_of("annual-task", places["county"]))
    accept("L-1", 9_000, 1, on=day(3))
    accept("L-2", 500, 2, on=day(8))
    accept("L-3", 700, 3, on=date(2023, 12, 31))
    assert register_facts(places["county"], HALF) == {
        "annual_task_m2": Decimal("20000.00"),
        "annual_task_done_m2": Decimal(9_000),
    }
    lots = known_of(places["county"], day(12))["annual_task_done_m2"].grounds[0].lots
    assert [(each.lot.serial, each.amount) for each in lots] == [("L-1", 9_000), ("L-2", 500)]
    assert register_facts(places["county"], date(2025, 1, 1)) == {}
    assert register_facts(places["other"], HALF) == {}


def test_what_is_reversed_or_clawed_back_is_not_done(clients, places, opened):
    confirmed(clients, "annual-task", form_of("annual-task", places["county"]))
    accept("L-1", 9_000, 1, on=day(3))
    accept("L-2", 500, 2, on=day(3))
    book.post(reverse(_kernel("in-L-1"), key="undo", recorded_at=at(1), actor="wang", evidence=("doc:2",), on=day(5)))
    taken = legs(("339901", "reserve", "quantity_m2", "L-2", -200), ("outside", "outside", "quantity_m2", "L-2", 200))
    book.post(entry("claw", day(6), "clawback", taken))
    done = {on: register_facts(places["county"], on)["annual_task_done_m2"] for on in (day(4), day(5), day(6))}
    assert done == {day(4): 9_500, day(5): 500, day(6): 300}


def test_a_key_project_is_unbalanced_until_the_book_covers_every_index(clients, places, opened):
    confirmed(clients, "key-project", form_of("key-project", places["county"]))
    one = write_off("w-1", day(3), 10_000, 4_000, 5_999)
    name_entry(one, places["county"], "KP-1")
    said = register_facts(places["county"], HALF)
    assert said == {
        "key_project_unbalanced": True, "unbalanced_key_projects": ("KP-1 跨江大桥",), "local_balance_unmet": True,
    }  # fmt: skip
    ground = known_of(places["county"], HALF)["key_project_unbalanced"].breaches[0]
    assert (ground.since, ground.entries) == (day(1), (one,))
    two = write_off("w-2", day(5), 0, 0, 1)
    name_entry(two, places["county"], "KP-1")
    assert register_facts(places["county"], day(4))["key_project_unbalanced"] is True
    assert register_facts(places["county"], day(5)) == {
        "key_project_unbalanced": False, "unbalanced_key_projects": (), "local_balance_unmet": False,
    }  # fmt: skip


def test_a_write_off_that_is_reversed_leaves_the_project_unbalanced_again(clients, places, opened):
    confirmed(clients, "key-project", form_of("key-project", places["county"]))
    name_entry(write_off("w-1", day(3), 10_000, 4_000, 6_000), places["county"], "KP-1")
    book.post(reverse(_kernel("w-1"), key="undo", recorded_at=at(1), actor="wang", evidence=("doc:2",), on=day(6)))
    assert register_facts(places["county"], day(5))["key_project_unbalanced"] is False
    known = known_of(places["county"], HALF)["key_project_unbalanced"]
    assert [(each.since, len(each.entries)) for each in known.breaches] == [(day(6), 2)]


def _kernel(key: str):
    """A booked entry as the kernel knows it."""
    booked = Entry.objects.get(key=key)
    return entries_by_id([booked.pk])[booked.pk]


def test_a_project_counts_from_the_day_after_its_term(clients, places, opened):
    confirmed(clients, "key-project", form_of("key-project", places["county"], due_on="2024-06-30"))
    assert register_facts(places["county"], day(6, 30))["key_project_unbalanced"] is False
    known = known_of(places["county"], HALF)["key_project_unbalanced"]
    assert (known.value, known.breaches[0].since) == (True, HALF)


def test_a_county_project_is_no_key_project_of_the_clause_but_stands_in_the_places_own_balance(clients, places, opened):
    confirmed(clients, "key-project", form_of("key-project", places["county"], level="county"))
    assert register_facts(places["county"], HALF) == {"local_balance_unmet": True}


def test_a_promise_balances_until_it_falls_into_arrears(clients, places, opened):
    confirmed(clients, "key-project", form_of("key-project", places["county"], paddy="0", capacity_kg="0"))
    promised = legs(
        ("outside", "outside", "quantity_m2", None, -10_000), ("339901", "committed", "quantity_m2", None, 10_000)
    )
    (promise,) = book.post(entry("promise", day(2), "commitment", promised))
    name_entry(promise, places["county"], "KP-1")
    assert register_facts(places["county"], day(3))["key_project_unbalanced"] is False
    lost = legs(
        ("339901", "committed", "quantity_m2", None, -10_000), ("339901", "arrears", "quantity_m2", None, 10_000)
    )
    (default,) = book.post(entry("default", day(5), "deduction", lost))
    name_entry(default, places["county"], "KP-1")
    known = known_of(places["county"], HALF)["key_project_unbalanced"]
    assert [each.since for each in known.breaches] == [day(5)]


def test_upgrading_is_overdue_until_enough_is_accepted(clients, places, opened):
    confirmed(clients, "standard-upgrade", form_of("standard-upgrade", places["county"]))
    assert register_facts(places["county"], day(6, 30)) == {
        "standard_farmland_upgrade_overdue": False,
        "overdue_upgrades": (),
    }
    accept("S-1", 5_000, 1, on=day(3), credit="standard-farmland", index="standard_second_m2")
    accept("S-2", 9_000, 2, on=day(3), credit="quality-improvement", index="standard_second_m2")
    known = known_of(places["county"], day(8))["standard_farmland_upgrade_overdue"]
    assert [(each.since, dict(each.done)) for each in known.breaches] == [(HALF, {"standard_m2": 5_000})]
    accept("S-3", 1_000, 3, on=day(9), credit="standard-farmland", index="standard_first_m2")
    assert register_facts(places["county"], day(8))["standard_farmland_upgrade_overdue"] is True
    assert register_facts(places["county"], day(9))["standard_farmland_upgrade_overdue"] is False


def test_a_lot_serves_one_task_once(clients, places, opened):
    confirmed(clients, "standard-upgrade", form_of("standard-upgrade", places["county"]))
    confirmed(
        clients, "standard-upgrade", form_of("standard-upgrade", places["county"], number="SF-2", due_on="2024-07-31")
    )
    accept("S-1", 7_000, 1, on=day(3), credit="standard-farmland", index="standard_first_m2")
    known = known_of(places["county"], day(9))["standard_farmland_upgrade_overdue"]
    assert [(each.row.key, dict(each.done), each.since) for each in known.grounds] == [
        ("SF-1", {"standard_m2": 6_000}, None), ("SF-2", {"standard_m2": 1_000}, day(8)),
    ]  # fmt: skip


def test_a_nil_report_says_no(clients, places):
    for register in ("key-project", "standard-upgrade"):
        confirmed(clients, register, nil(register, places["county"]))
    assert register_facts(places["county"], HALF) == {
        "key_project_unbalanced": False, "unbalanced_key_projects": (), "local_balance_unmet": False,
        "standard_farmland_upgrade_overdue": False, "overdue_upgrades": (),
    }  # fmt: skip


def test_a_later_row_supersedes_an_earlier_one_and_neither_is_lost(clients, places):
    first = confirmed(clients, "annual-task", form_of("annual-task", places["county"]))
    later = confirmed(clients, "annual-task", form_of("annual-task", places["county"], area="60", since="2024-05-01"))
    assert [in_force([places["county"]], on) for on in (day(4), day(5))] == [[first], [later]]
    same_day = confirmed(
        clients, "annual-task", form_of("annual-task", places["county"], area="45", since="2024-05-01")
    )
    assert in_force([places["county"]], day(5)) == [same_day]
    confirmed(clients, "annual-task", form_of("annual-task", places["county"], state="ended", since="2024-06-01"))
    assert register_facts(places["county"], HALF) == {}


def test_places_advanced_and_projects_on_the_list(clients, places):
    confirmed(
        clients,
        "advanced-place",
        form_of("advanced-place", places["county"], year="2024", advanced="yes", document="通报"),
    )
    assert register_facts(places["county"], HALF) == {"advanced_in_reclamation": True}
    listed = {"number": "Z-1", "name": "东村整治", "level": "city", "document": "清单"}
    confirmed(clients, "task-list", form_of("task-list", places["county"], **listed))
    kinds = {"number": "Z-1", "name": "东村整治", "kind": "batch", "pool_purpose": "livelihood", "document": "批复"}
    confirmed(clients, "project-kind", form_of("project-kind", places["county"], **kinds))
    assert project_facts(places["county"], "Z-1", HALF) == {
        "kind": "batch",
        "pool_purpose": "livelihood",
        "on_task_list": True,
    }
    confirmed(clients, "task-list", form_of("task-list", places["county"], **listed, state="ended", since="2024-06-01"))
    assert project_facts(places["county"], "Z-1", HALF)["on_task_list"] is False
    assert project_facts(places["county"], "Z-9", HALF) == {}
