"""The words of the book as data: indices, kinds, pools, and what they cite."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bookkeeping import COUNTY, OUTSIDE, at, day, entry, moved, new_book, quota, refused
from liangtian.ledger import indices as indices_module
from liangtian.ledger.entry import Account, reverse
from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds, entry_kinds, pools
from liangtian.rules.documents import DOCUMENTS


def test_every_index_cites_a_clause_of_a_document_and_holds_from_its_day() -> None:
    for index in indices().values():
        document, _, clause = index.document.partition("（")
        assert "（" + clause in DOCUMENTS[document].contents
        assert index.since >= DOCUMENTS[document].since
        assert index.id.endswith(f"_{index.unit}")


RETIRED = {"until": day(6), "retired_by": "national-balance-2024（衔接）"}


def test_a_later_document_adds_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    added = replace(indices()["plan_quota_m2"], id="ecology_m2", document="national-balance-2024（衔接）", since=day(6))
    monkeypatch.setitem(indices(), added.id, added)
    moves = moved(None, 5, (OUTSIDE, "outside"), (COUNTY, "reserve"), added.id)
    assert refused(lambda: entry("early", day(5), "allocation", moves)) == "index-not-in-force"
    book = new_book()
    book.append(entry("first", day(6), "allocation", moves), quota("other", day(6), 7))
    assert book.balances(day(6)) == {
        Account(OUTSIDE, "outside", added.id): -5, Account(COUNTY, "reserve", added.id): 5,
        Account(OUTSIDE, "outside", "plan_quota_m2"): -7, Account(COUNTY, "reserve", "plan_quota_m2"): 7,
    }  # fmt: skip


def test_an_index_can_be_retired() -> None:
    retired = replace(indices()["paddy_m2"], **RETIRED)
    assert [retired.is_in_force(on) for on in (day(5), day(6), day(7))] == [True, True, False]


def test_a_retired_index_is_booked_to_its_last_day_and_corrected_within_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = indices() | {"plan_quota_m2": replace(indices()["plan_quota_m2"], **RETIRED)}
    monkeypatch.setattr(indices_module, "indices", lambda: table)
    last = quota("last", day(6), 5)
    assert refused(lambda: quota("late", day(6, 2), 5)) == "index-not-in-force"
    book = new_book()
    book.append(last, reverse(last, key="undo", recorded_at=at(0), actor="li", evidence=["doc:2"]))
    assert book.balances(day(12)) == {}


@pytest.mark.parametrize(
    "changes", [{"until": day(6)}, {"retired_by": "x（一）"}, RETIRED | {"until": date(2000, 1, 1)}]
)
def test_who_retires_an_index_is_stated_with_the_day(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="retired_by"):
        replace(indices()["paddy_m2"], **changes)  # type: ignore[arg-type]


def test_the_vocabulary_is_whole() -> None:
    assert list(indices()) == [
        "quantity_m2",
        "capacity_kg",
        "paddy_m2",
        "standard_first_m2",
        "standard_second_m2",
        "linkage_m2",
        "plan_quota_m2",
        "turnover_quota_m2",
        "reserved_quota_m2",
        "money_fen",
    ]
    assert {kind.id for kind in entry_kinds().values() if kind.opens_lots} == {"opening", "acceptance"}
    assert {kind.id for kind in entry_kinds().values() if kind.holds} == {"hold"}


def test_only_a_reversal_an_unlinking_and_a_clawback_take_what_is_used() -> None:
    """And turnover quota, which is lent to be used and returned."""
    taking = {(sort, kind.id) for kind in entry_kinds().values() for sort, source, _ in kind.moves if source == "used"}
    assert taking == {("land", "unlinking"), ("land", "clawback"), ("quota", "return")}


def test_what_comes_from_outside_the_book_comes_by_few_kinds() -> None:
    debts = {pool.id for pool in pools().values() if pool.debt}
    brought = {
        (sort, kind.id)
        for kind in entry_kinds().values()
        for sort, source, target in kind.moves
        if source == "outside" and target not in {*debts, "outside"}
    }
    assert {kind for sort, kind in brought if sort == "land"} == {"opening", "acceptance", "adjustment", "migration"}
    assert {kind for sort, kind in brought if sort == "quota"} == {"opening", "pre-allocation", "allocation"}
    assert {kind for sort, kind in brought if sort == "money"} == {"opening", "appropriation", "payment", "write-off"}


def test_every_move_is_between_pools_that_exist() -> None:
    moves = [move for kind in entry_kinds().values() for move in kind.moves]
    assert {sort for sort, _, _ in moves} == {"land", "quota", "money"}
    assert {pool for _, source, target in moves for pool in (source, target)} == pools().keys()
    assert {kind.id for kind in entry_kinds().values() if not kind.moves} == {"reversal"}
    assert {kind.id for kind in entry_kinds().values() for move in kind.moves if move[2] == "held"} == {"hold"}


def test_a_pool_is_owned_owed_or_outside() -> None:
    for pool in pools().values():
        assert pool.debt + pool.may_be_negative <= 1
        assert not (pool.lots and pool.debt)


def test_what_may_lie_on_what_names_kinds_of_credit() -> None:
    named = {below for above in credit_kinds().values() for below in above.may_lie_on}
    assert named - credit_kinds().keys() == set()


def test_every_word_is_chinese_and_english_and_said_once() -> None:
    for words in (indices(), entry_kinds(), pools(), credit_kinds()):
        for lang in ("zh", "en"):
            said = [getattr(word, lang) for word in words.values()]
            assert len(set(said)) == len(said)
