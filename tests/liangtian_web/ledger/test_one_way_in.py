"""What the database refuses to who calls its functions past the application."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from bookkeeping import (
    COUNTY,
    OTHER,
    OUTSIDE,
    acceptance,
    closing,
    day,
    entry,
    hold,
    move,
    moved,
    quota,
    refused,
    square,
)
from liangtian_web.ledger import actions, queries, sealing, words
from liangtian_web.ledger.models import Account, Entry, Seal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("keepers")]


@pytest.fixture
def app():
    given, role = connection.settings_dict, settings.APPLICATION
    with psycopg.connect(
        host=given["HOST"], user=role["USER"], password=role["PASSWORD"], dbname=given["NAME"], autocommit=True
    ) as open_connection:
        yield open_connection


@pytest.fixture
def pools() -> tuple[int, int]:
    """Ten square metres of plan quota in the reserve, one of them used."""
    actions.post(quota("q", day(1), 10))
    actions.post(
        entry("use", day(1), "write-off", moved(None, 1, (COUNTY, "reserve"), (COUNTY, "used"), "plan_quota_m2"))
    )
    return account("reserve").pk, account("used").pk


def account(pool: str) -> Account:
    return Account.objects.get(place__code=COUNTY, pool=pool, index="plan_quota_m2")


def post(db, accounts, amounts, *, actor, **changes):
    """Call the one way in, with an entry of two legs that is right but for what is changed."""
    given = {"on": day(2), "kind": "write-off", "evidence": ["doc:1"], "approver": None, "settles": None, "reverses": None,
             "expires": None, "key": str(uuid.uuid4()), "lots": [None] * len(accounts), "later": (), **changes}  # fmt: skip
    dates, targets, moved_later = zip(*given["later"], strict=True) if given["later"] else ((), (), ())
    return db.execute(
        "SELECT entry FROM book_post(%s, %s, %s, %s, %s, '{}', %s, %s, %s, %s, '{}', %s, %s::bigint[], %s::bigint[], "
        "%s::bigint[], %s::date[], %s::bigint[], %s::bigint[], %s::bigint[])",
        [uuid.uuid4(), given["key"], given["on"], given["kind"], given["evidence"], actor, given["approver"],
         given["reverses"], given["settles"], given["expires"], list(accounts), given["lots"], list(amounts),
         list(dates), list(targets), [None] * len(dates), list(moved_later)],
    ).fetchone()[0]  # fmt: skip


def test_an_account_named_twice_does_not_overdraw(app, pools, keepers):
    reserve, used = pools
    with pytest.raises(psycopg.DatabaseError, match="entry-account-twice"):
        post(app, [reserve, reserve, used], [-9, -9, 18], actor=keepers["li"].pk)
    assert queries.balance(account("reserve"), day(12)) == 9


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kind": "nonsense"}, "ledger_entry_kind"),
        ({"evidence": []}, "ledger_entry_evidence"),
        ({"approver": 999_999}, "there is no user"),
        ({"on": timedelta(days=400)}, "book-too-far-ahead"),
        ({"on": timedelta(days=1), "kind": "acceptance"}, "entry-not-yet"),
        ({"on": date(1989, 12, 31)}, "ledger_entry_days"),
        ({"on": date(2019, 2, 12)}, "index-not-in-force"),
        ({"kind": "reversal"}, "ledger_entry_reversal"),
        ({"kind": "transfer"}, "entry-move"),
        ({"key": ""}, "ledger_entry_key"),
        ({"key": "k "}, "ledger_entry_key"),
        ({"key": "one\ntwo"}, "ledger_entry_key"),
    ],
)
def test_words_and_people_of_an_entry_exist(app, pools, keepers, changes, refusal):
    if isinstance(ahead := changes.get("on"), timedelta):
        changes = changes | {"on": timezone.localdate() + ahead}
    with pytest.raises(psycopg.DatabaseError, match=refusal):
        post(app, pools, [-1, 1], actor=keepers["li"].pk, **changes)


@pytest.mark.parametrize(
    ("amounts", "changes", "refusal"),
    [
        ([-1, 2], {}, "entry-unbalanced"),
        ([-10, 10], {}, "balance-below-zero"),
        ([0, 0], {}, "ledger_leg_amount"),
        ([-1, 1], {"lots": [10**9] * 2}, "lot-unwanted"),
    ],
)
def test_the_one_way_in_asks_for_itself_what_the_triggers_ask_of_others(app, pools, keepers, amounts, changes, refusal):
    with pytest.raises(psycopg.DatabaseError, match=refusal):
        post(app, pools, amounts, actor=keepers["li"].pk, **changes)
    assert queries.balance(account("reserve"), day(12)) == 9


def test_legs_balance_within_an_index_and_not_across(app, pools, keepers):
    actions.post(
        entry("money", day(1), "appropriation", moved(None, 5, (OUTSIDE, "outside"), (COUNTY, "fund"), "money_fen"))
    )
    fund = Account.objects.get(place__code=COUNTY, index="money_fen").pk
    with pytest.raises(psycopg.DatabaseError, match="entry-unbalanced"):
        post(app, [pools[0], fund], [-1, 1], actor=keepers["li"].pk)


def test_an_account_that_is_not_there_is_refused(app, pools, keepers):
    with pytest.raises(psycopg.DatabaseError, match="account-unknown"):
        post(app, [pools[0], 10**9], [-1, 1], actor=keepers["li"].pk)


def test_an_amount_given_by_two_is_looked_at_in_full_and_booked(app, pools, keepers):
    reserve, used = pools
    outside = Account.objects.get(place=None, index="plan_quota_m2").pk
    with pytest.raises(psycopg.DatabaseError, match="entry-mints"):
        post(app, [reserve, outside, used], [-1, -1, 2], actor=keepers["li"].pk)
    with pytest.raises(psycopg.DatabaseError, match="entry-move"):
        post(app, [outside, reserve, used], [-2, 1, 1], actor=keepers["li"].pk, kind="allocation")
    assert queries.balance(account("reserve"), day(12)) == 9


def test_credit_is_not_minted_past_the_application(app, pools, keepers):
    outside = Account.objects.get(place=None, index="plan_quota_m2").pk
    with pytest.raises(psycopg.DatabaseError, match="entry-mints"):
        post(app, [outside, pools[0]], [-5, 5], actor=keepers["li"].pk)
    assert post(app, [outside, pools[0]], [-5, 5], actor=keepers["li"].pk, kind="allocation")
    assert queries.balance(account("reserve"), day(12)) == 14


def test_no_other_day_brings_what_the_day_of_the_entry_may_not(app, pools, keepers):
    reserve, used = pools
    outside = Account.objects.get(place=None, index="plan_quota_m2").pk
    minted, unused = [(day(3), outside, -1_000), (day(3), reserve, 1_000)], [(day(3), used, -1), (day(3), reserve, 1)]
    for later in (minted, unused):
        with pytest.raises(psycopg.errors.CheckViolation, match="on other days"):
            post(app, pools, [-1, 1], actor=keepers["li"].pk, later=later)
    assert queries.balance(account("reserve"), day(12)) == 9


def test_a_closed_place_is_not_reached_by_another_day(app, pools, keepers):
    there = ((OTHER, "reserve"), (OTHER, "used"), "plan_quota_m2")
    actions.post(
        entry("next", day(1), "allocation", moved(None, 10, (OUTSIDE, "outside"), there[0], "plan_quota_m2")),
        entry("next use", day(1), "write-off", moved(None, 1, *there)),
    )
    actions.close_period(closing("c", day(8), place=OTHER))
    source, target = (Account.objects.get(place__code=OTHER, pool=pool).pk for pool in ("reserve", "used"))
    with pytest.raises(psycopg.errors.CheckViolation, match="on other days"):
        post(app, pools, [-1, 1], actor=keepers["li"].pk, later=[(day(5), source, -3), (day(5), target, 3)])


def test_what_lapses_goes_back_on_its_last_day_and_nowhere_else(app, pools, keepers):
    actions.post(
        entry("h", day(1), "hold", moved(None, 1, (COUNTY, "reserve"), (COUNTY, "held"), "plan_quota_m2"),
              expires=day(1, 20))
    )  # fmt: skip
    reserve, held = pools[0], account("held").pk
    frozen = {"actor": keepers["li"].pk, "kind": "hold", "expires": day(6)}
    for later in ([], [(day(5), held, -2), (day(5), reserve, 2)], [(day(6), held, -1), (day(6), reserve, 1)]):
        with pytest.raises(psycopg.errors.CheckViolation, match="on other days"):
            post(app, [reserve, held], [-2, 2], later=later, **frozen)
    assert post(app, [reserve, held], [-2, 2], later=[(day(6), held, -2), (day(6), reserve, 2)], **frozen)
    assert [queries.balance(account("reserve"), on) for on in (day(5), day(6))] == [7, 9]


def test_a_reversal_undoes_its_entry_and_nothing_else(app, pools, keepers):
    reserve, used = pools
    outside = Account.objects.get(place=None, index="plan_quota_m2").pk
    again = {"actor": keepers["li"].pk, "kind": "reversal", "reverses": Entry.objects.get(key="use").pk}
    for accounts, amounts in (((outside, reserve), (-5_000, 5_000)), ((used, reserve), (-2, 2))):
        with pytest.raises(psycopg.errors.CheckViolation, match="does not undo"):
            post(app, accounts, amounts, **again)
    with pytest.raises(psycopg.errors.CheckViolation, match="does not undo"):
        post(app, (used, reserve), (-1, 1), on=date(2023, 12, 31), **again)
    made = post(app, (used, reserve), (-1, 1), **again)
    with pytest.raises(psycopg.errors.CheckViolation, match="does not undo"):
        post(app, pools, (-1, 1), **{**again, "reverses": made})


def test_what_ends_a_hold_takes_all_that_is_held(app, pools, keepers):
    taken = moved(None, 3, (COUNTY, "reserve"), (COUNTY, "held"), "plan_quota_m2")
    hold_of_three = actions.post(entry("h", day(1), "hold", taken))[0].pk
    held = [account("held").pk, pools[1]]
    for settles, amounts in ((hold_of_three, [-2, 2]), (Entry.objects.get(key="use").pk, [-3, 3])):
        with pytest.raises(psycopg.errors.CheckViolation, match="does not end"):
            post(app, held, amounts, actor=keepers["li"].pk, settles=settles)
    assert post(app, held, [-3, 3], actor=keepers["li"].pk, settles=hold_of_three)


@pytest.mark.parametrize(
    "wanted", [("cellar", "plan_quota_m2", False), ("reserve", "gold_kg", False), ("reserve", "quantity_m2", False)]
)
def test_accounts_are_what_the_words_of_the_book_say(app, pools, wanted):
    place = account("reserve").place_id
    with pytest.raises(psycopg.errors.CheckViolation, match="no such account"):
        app.execute("SELECT book_open_account(%s, %s, %s, false, %s)", [place, *wanted])


def test_a_record_no_rule_would_pass_is_sealed_and_told(app, keepers, capsys):
    """Taken out of `held` by the database's own function and settling nothing: only the kernel's rules know better."""
    actions.post(acceptance("A", 9_000, square(0)))
    frozen = actions.post(hold("h", day(2), "A", 3_000))[0]
    legs = list(frozen.legs.order_by("n"))
    lots = [leg.lot_id for leg in legs]
    back = [-leg.amount for leg in legs]
    post(app, [leg.account_id for leg in legs], back, actor=keepers["li"].pk, kind="release", lots=lots)
    actions.post(quota("after", day(3), 5))
    assert (sealing.seal_all(), queries.unsealed()) == (4, 0)
    with pytest.raises(CommandError):
        call_command("book", "verify")
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fail BOOK")]
    assert [line.split()[1] for line in failed] == ["BOOK-03"]
    assert "第 3 条" in failed[0]


def test_a_retired_index_is_booked_to_its_last_day(app, pools, keepers):
    with psycopg.connect(
        host=connection.settings_dict["HOST"], user=settings.OWNER["USER"], password=settings.OWNER["PASSWORD"],
        dbname=connection.settings_dict["NAME"], autocommit=True,
    ) as owner:  # fmt: skip
        owner.execute("UPDATE book_index SET until = '2024-02-01' WHERE id = 'plan_quota_m2'")
        try:
            assert post(app, pools, [-1, 1], actor=keepers["li"].pk, on=day(2))
            with pytest.raises(psycopg.DatabaseError, match="index-not-in-force"):
                post(app, pools, [-1, 1], actor=keepers["li"].pk, on=day(2, 2))
        finally:
            owner.execute("UPDATE book_index SET until = NULL WHERE id = 'plan_quota_m2'")


def test_the_database_knows_the_words_of_the_kernel():
    assert words.kept() == words.words()


def test_nobody_approves_their_own_entry(app, pools, keepers):
    with pytest.raises(psycopg.DatabaseError, match="ledger_entry_two_people"):
        post(app, pools, [-1, 1], actor=keepers["li"].pk, approver=keepers["li"].pk)


def test_only_the_world_outside_goes_below_zero(app, pools, keepers):
    place = account("reserve").place_id
    with pytest.raises(psycopg.DatabaseError, match="no such account"):
        app.execute("SELECT book_open_account(%s, 'fund', 'money_fen', true, false)", [place])


def test_a_hold_ends_once_until_its_end_is_reversed(app, keepers):
    actions.post(acceptance("A", 9_000, square(0)))
    frozen = actions.post(hold("h", day(2), "A", 3_000))[0]
    ended = actions.post(move("use", day(3), "write-off", "A", 3_000, "held", "used", settles="h"))[0]
    legs = list(ended.legs.order_by("n"))
    again = {"lots": [leg.lot_id for leg in legs], "settles": frozen.pk, "on": day(4), "kind": "release"}
    with pytest.raises(psycopg.DatabaseError, match="settlement-known"):
        post(app, [leg.account_id for leg in legs], [3_000, -3_000], actor=keepers["li"].pk, **again)


def test_who_signed_an_entry_is_not_deleted(app, pools, keepers):
    actions.post(replace(quota("signed", day(1), 10), approver="wang"))
    for name in ("li", "wang"):
        app.execute("DELETE FROM people_membership WHERE user_id = %s", [keepers[name].pk])
        with pytest.raises(psycopg.DatabaseError, match="signed entries"):
            app.execute("DELETE FROM people_user WHERE id = %s", [keepers[name].pk])


def test_a_seal_follows_the_last_one_and_holds_records(app, pools):
    sealing.seal_all()
    last, new = Seal.objects.get(), actions.post(quota("later", day(3), 5))[0]
    seal = "SELECT book_seal(%s, %s, %s, now(), 'x', 0, %s, ARRAY[NULL]::bigint[], ARRAY[NULL]::bigint[], '{zz}')"
    follows = [2, last.first + last.count, last.seal]
    for wrong in ([7, *follows[1:]], [2, 100, last.seal], [*follows[:2], "x"]):
        with pytest.raises(psycopg.DatabaseError, match="does not follow"):
            app.execute(seal, [*wrong, [new.pk]])
    with pytest.raises(psycopg.DatabaseError, match="no record"):
        app.execute(seal, [*follows, [10**9]])
    assert (sealing.seal_all(), Seal.objects.count()) == (1, 2)


def test_a_seal_leaves_out_no_earlier_entry_of_an_account(app, pools, keepers):
    """Day sums without it would let an earlier day be overdrawn."""
    sealing.seal_all()
    last = Seal.objects.get()
    actions.post(quota("june", day(6), 100))
    july = actions.post(quota("july", day(7), 1))[0]
    with pytest.raises(psycopg.DatabaseError, match="leaves out"):
        app.execute(
            "SELECT book_seal(2, %s, %s, now(), 'x', 0, %s, ARRAY[NULL]::bigint[], ARRAY[NULL]::bigint[], '{zz}')",
            [last.first + last.count, last.seal, [july.pk]],
        )
    assert sealing.seal_all() == 2
    with pytest.raises(psycopg.DatabaseError, match="balance-below-zero"):
        post(app, pools, [-50, 50], actor=keepers["li"].pk)


def test_a_day_that_is_not_over_is_not_closed(pools):
    today = timezone.localdate()
    assert refused(lambda: actions.close_period(closing("c", today))) == "closing-not-over"
    assert actions.close_period(closing("c", today - timedelta(days=1))).through == today - timedelta(days=1)


def test_a_business_date_years_ahead_is_refused(pools):
    far = timezone.localdate() + timedelta(days=400)
    assert refused(lambda: actions.post(quota("far", far, 1))) == "book-too-far-ahead"
    assert not Entry.objects.filter(key="far").exists()
