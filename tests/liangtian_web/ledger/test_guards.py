"""Nothing booked is ever changed: not by the application, not by the owner, not in a console."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from bookkeeping import COUNTY, acceptance, day, entry, moved, quota, square
from liangtian.errors import BookRefused
from liangtian_web.ledger import actions, sealing
from liangtian_web.ledger.models import Account, Entry, Leg

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("keepers")]

GROWING = ("account", "entry", "leg", "lot", "ground", "period", "opening", "seal", "link", "proposal", "decision",
           "assertion")  # fmt: skip


def connect(role: dict) -> psycopg.Connection:
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"], user=role["USER"], password=role["PASSWORD"], dbname=given["NAME"], autocommit=True
    )


@pytest.fixture
def booked():
    """A lot, an entry without one, both sealed."""
    actions.post(acceptance("A", 100, square(0)))
    actions.post(quota("q", day(1), 500))
    sealing.seal_all()


@pytest.fixture
def owner():
    with connect(settings.OWNER) as open_connection:
        yield open_connection


@pytest.fixture
def app():
    with connect(settings.APPLICATION) as open_connection:
        yield open_connection


DERIVED = ("day", "fold")
# A column of each table, to say that it is set to itself.
COLUMN = {"leg": "amount", "opening": "balance", "seal": "count", "link": "digest", "ground": "crs", "day": "amount",
          "fold": "entry_id", "decision": "reason"}  # fmt: skip


def statements(table: str) -> list[str]:
    column = COLUMN.get(table, "id")
    return [f"UPDATE ledger_{table} SET {column} = {column}", f"DELETE FROM ledger_{table}"]


def test_the_owner_cannot_change_what_only_grows(owner, booked):
    for table in GROWING:
        with owner.transaction(force_rollback=True):
            owner.execute(
                f"ALTER TABLE ledger_{table} ENABLE ALWAYS TRIGGER ledger_{table}_no_truncate"
            )  # off in tests
            with pytest.raises(psycopg.errors.InsufficientPrivilege), owner.transaction():
                owner.execute(f"TRUNCATE ledger_{table} CASCADE")
        row = owner.execute(f"SELECT count(*) FROM ledger_{table}").fetchone()
        for statement in statements(table) if row and row[0] else ():
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(statement)


def test_the_application_may_not_even_try_to_change(app, booked):
    for statement in (each for table in (*GROWING, *DERIVED) for each in statements(table)):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            app.execute(statement)


def test_the_application_writes_the_book_through_its_functions_only(app):
    for table in (*GROWING[:9], *DERIVED):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            app.execute(f"INSERT INTO ledger_{table} DEFAULT VALUES")


def insert_legs(db, entry_id: int, *amounts: tuple[int, int], balance: int = 0) -> None:
    rows = ", ".join(f"({entry_id}, {n}, {account}, {amount}, '2024-01-01', false, {balance}, '2024-01-01')"
                     for n, (account, amount) in enumerate(amounts, 50))  # fmt: skip
    db.execute(
        f'INSERT INTO ledger_leg (entry_id, n, account_id, amount, "on", implied, balance, latest) VALUES {rows}'
    )


def test_legs_cannot_be_added_to_an_old_entry(owner, booked):
    old = Entry.objects.get(key="q").pk
    accounts = list(Account.objects.filter(index="plan_quota_m2").order_by("pk").values_list("pk", flat=True))
    with pytest.raises(psycopg.DatabaseError, match="entry-closed"):
        insert_legs(owner, old, (accounts[0], 1), (accounts[1], -1))
    assert Leg.objects.filter(entry=old).count() == 2


INSERT = """INSERT INTO ledger_entry (uuid, key, "on", recorded_at, kind, evidence, rules, actor_id, actor_name, approver_name, linked, created_xid)
  VALUES (gen_random_uuid(), 'by hand', '2024-01-01', now(), 'transfer', '{doc:1}', '{}', 1, 'li', '', '{}', 0) RETURNING id"""


def test_an_unbalanced_entry_is_refused_to_the_owner_too(owner, booked):
    accounts = list(Account.objects.filter(index="plan_quota_m2").order_by("pk").values_list("pk", flat=True))
    owner.execute("BEGIN")
    made = owner.execute(INSERT).fetchone()[0]
    with pytest.raises(psycopg.DatabaseError, match="entry-unbalanced"):
        insert_legs(owner, made, (accounts[0], 1), (accounts[1], -2))
    owner.rollback()


def plan_quota(pool: str) -> int:
    return Account.objects.get(pool=pool, index="plan_quota_m2").pk


def by_hand(db, *amounts: tuple[int, int], kind: str, balance: int = 0) -> None:
    """An entry and its legs past the one way in, in one transaction."""
    with db.transaction():
        made = db.execute(INSERT.replace("'transfer'", f"'{kind}'")).fetchone()[0]
        insert_legs(db, made, *amounts, balance=balance)


def test_what_the_owner_books_by_hand_is_stamped_and_complete(owner, booked):
    by_hand(owner, (plan_quota("outside"), -5), (plan_quota("reserve"), 5), kind="allocation")
    made = Entry.objects.get(key="by hand")
    assert (made.created_xid > 0, made.legs.count()) == (True, 2)


@pytest.mark.parametrize(
    ("source", "kind", "refusal"),
    [("outside", "transfer", "entry-mints"), ("reserve", "allocation", "entry-move")],
)
def test_the_owner_moves_only_what_the_kind_of_entry_moves(owner, booked, source, kind, refusal):
    target = {"outside": "reserve", "reserve": "outside"}[source]
    with pytest.raises(psycopg.DatabaseError, match=refusal):
        by_hand(owner, (plan_quota(source), -5), (plan_quota(target), 5), kind=kind)
    assert not Entry.objects.filter(key="by hand").exists()


def test_the_owner_takes_nothing_that_is_not_there(owner, booked):
    with pytest.raises(psycopg.DatabaseError, match="balance-below-zero"):
        by_hand(owner, (plan_quota("reserve"), -501), (plan_quota("outside"), 501), kind="return", balance=-1)


def test_an_accounts_lots_are_named_by_the_owner_too(owner, booked):
    accounts = [Account.objects.get(pool=pool, index="quantity_m2").pk for pool in ("reserve", "outside")]
    with pytest.raises(psycopg.DatabaseError, match="lot-missing"):
        by_hand(owner, (accounts[0], -5), (accounts[1], 5), kind="return")


def test_a_block_of_statements_is_no_way_around(owner, booked):
    accounts = f"({plan_quota('outside')}, -5), ({plan_quota('reserve')}, 6)"
    with pytest.raises(psycopg.DatabaseError, match="entry-unbalanced"):
        owner.execute(
            f"DO $$ DECLARE made bigint; BEGIN {INSERT} INTO made; INSERT INTO ledger_leg (entry_id, n, account_id, amount, "
            f"\"on\", implied, balance, latest) SELECT made, row_number() OVER (), a, m, '2024-01-01', false, 0, '2024-01-01' "
            f"FROM (VALUES {accounts}) AS leg (a, m); END $$"
        )


def test_the_application_does_not_reach_behind_the_function(app):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        app.execute("INSERT INTO ledger_booking (key) VALUES ('k')")


def test_an_entry_without_legs_is_refused_when_it_is_committed(owner, booked):
    with pytest.raises(psycopg.DatabaseError, match="entry-no-legs"):
        owner.execute(INSERT)
    assert not Entry.objects.filter(key="by hand").exists()


def test_a_snapshot_of_long_ago_writes_nothing(app, booked):
    reserve = Account.objects.get(place__code=COUNTY, pool="reserve", index="plan_quota_m2")
    app.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    with pytest.raises(psycopg.DatabaseError, match="read committed"):
        app.execute(
            "SELECT book_post(gen_random_uuid(), 'k', '2024-01-02', 'transfer', '{}', '{}', (SELECT min(id) FROM people_user), NULL, NULL, NULL, '{}', NULL, "
            "%s::bigint[], '{NULL,NULL}'::bigint[], '{1,-1}', '{}', '{}', '{}', '{}')", [[reserve.pk, reserve.pk]]
        )  # fmt: skip
    app.rollback()


def test_a_boundary_nobody_compared_with_is_refused(app, booked):
    with pytest.raises(psycopg.DatabaseError, match="not compared"):
        app.execute("SELECT book_add_ground(lot_id, wkb, crs, box, 1, NULL, '{}', 1, NULL, '{}') FROM ledger_ground")


def test_an_old_day_breaks_before_today_does(booked):
    """Spent in March, then taken in February: March would end below zero, and is named."""

    def use(key, on, amount):
        return actions.post(
            entry(key, on, "write-off", moved(None, amount, (COUNTY, "reserve"), (COUNTY, "used"), "plan_quota_m2"))
        )

    use("march", day(3), 400)
    actions.post(quota("more", day(4), 300))
    with pytest.raises(BookRefused) as refused:
        use("february", day(2), 200)
    assert refused.value.message_id == "balance-below-zero"
    assert (refused.value.params["on"], refused.value.params["balance"]) == (day(3), -100)
    use("february", day(2), 100)


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("day", "UPDATE ledger_day SET amount = amount + 1000", "fail day 339901 reserve plan_quota_m2 2024-01-01: 1500, not 500"),
        ("leg", "UPDATE ledger_leg SET balance = 7 WHERE amount = 500", "fail balance 339901 reserve plan_quota_m2 2024-01-01: 7, not 500"),
    ],
)  # fmt: skip
def test_what_is_kept_for_speed_is_the_sealers_and_verified(owner, booked, capsys, table, change, said):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute(change)
    call_command("book", "verify")
    owner.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")
    try:
        owner.execute(change)
    finally:
        owner.execute(ENABLE[table])
    with pytest.raises(CommandError):
        call_command("book", "verify")
    assert said in capsys.readouterr().out.splitlines()


ENABLE = {
    "day": "ALTER TABLE ledger_day ENABLE ALWAYS TRIGGER ledger_day_derived",
    "leg": "ALTER TABLE ledger_leg ENABLE ALWAYS TRIGGER ledger_leg_no_change, ENABLE ALWAYS TRIGGER ledger_leg_added",
}
