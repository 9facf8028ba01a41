"""What an entry, a leg, an account and a lot refuse at construction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
import shapely

from bookkeeping import (
    CITY,
    COUNTY,
    OUTSIDE,
    acceptance,
    at,
    attachment,
    closing,
    day,
    entry,
    hold,
    legs,
    lot,
    move,
    moved,
    quota,
    refused,
    square,
)
from liangtian.errors import Unbalanced
from liangtian.ledger.entry import AMOUNT_MAX, Account, Leg, movements, reverse
from liangtian.ledger.indices import index_on
from liangtian.ledger.lots import Ground

QUOTA = (COUNTY, "reserve", "plan_quota_m2", None)
SOURCE = (OUTSIDE, "outside", "plan_quota_m2", None)
BALANCED = legs((*SOURCE, -5), (*QUOTA, 5))
KNOT = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")

REFUSED: dict[str, tuple[str, Callable[[], Any]]] = {
    "an account without a place": ("account-place", lambda: Account(" ", "reserve", "plan_quota_m2")),
    "an unknown pool": ("pool-unknown", lambda: Account(COUNTY, "cellar", "plan_quota_m2")),
    "an unknown index": ("index-unknown", lambda: Account(COUNTY, "reserve", "forest_m2")),
    "a holding without its lot": ("lot-missing", lambda: Account(COUNTY, "reserve", "paddy_m2")),
    "a lot on an index without ground": ("lot-unwanted", lambda: Account(COUNTY, "reserve", "money_fen", "A")),
    "a lot on a debt": ("lot-unwanted", lambda: Account(COUNTY, "arrears", "paddy_m2", "A")),
    "a lot without a name": ("lot-unwanted", lambda: Account(COUNTY, "reserve", "paddy_m2", " ")),
    "a fraction": ("amount-not-whole", lambda: legs((*QUOTA, 1.5))),  # type: ignore[arg-type]
    "a truth for an amount": ("amount-not-whole", lambda: legs((*QUOTA, True))),
    "nothing moved": ("amount-zero", lambda: legs((*QUOTA, 0))),
    "an amount no reader keeps": ("amount-too-large", lambda: legs((*QUOTA, AMOUNT_MAX + 1))),
    "no legs": ("entry-no-legs", lambda: entry("k", day(1), "allocation", ())),
    "no balance": ("entry-unbalanced", lambda: entry("k", day(1), "allocation", legs((*SOURCE, -5), (*QUOTA, 4)))),
    "one lot for another": (
        "entry-lot-unbalanced",
        lambda: entry(
            "k",
            day(1),
            "transfer",
            legs((COUNTY, "reserve", "paddy_m2", "A", -5), (CITY, "municipal", "paddy_m2", "B", 5)),
        ),
    ),
    "one account twice": (
        "entry-account-twice",
        lambda: entry("k", day(1), "allocation", legs((*SOURCE, -5), (*QUOTA, 2), (*QUOTA, 3))),
    ),
    "an index no one knows": ("index-unknown", lambda: index_on("forest_m2", day(1))),
    "an index before its day": ("index-not-in-force", lambda: quota("k", date(2019, 2, 12), 5)),
    "an unknown kind": ("entry-kind-unknown", lambda: entry("k", day(1), "gift", BALANCED)),
    "no key": ("entry-text", lambda: entry(" ", day(1), "allocation", BALANCED)),
    "no actor": ("entry-text", lambda: entry("k", day(1), "allocation", BALANCED, actor="")),
    "a moment for a day": ("entry-date", lambda: entry("k", at(0), "allocation", BALANCED)),
    "a moment without a zone": (
        "entry-not-utc",
        lambda: quota("k", day(1), 5, recorded_at=datetime(2024, 1, 1)),
    ),
    "a moment of another zone": (
        "entry-not-utc",
        lambda: quota("k", day(1), 5, recorded_at=at(0).astimezone(timezone(timedelta(hours=8)))),
    ),
    "no evidence": ("entry-no-evidence", lambda: quota("k", day(1), 5, evidence=())),
    "blank evidence": ("entry-no-evidence", lambda: quota("k", day(1), 5, evidence=("doc:1", " "))),
    "approval by oneself": ("entry-self-approved", lambda: quota("k", day(1), 5, approver="li")),
    "a reversal of nothing": ("entry-reversal", lambda: entry("k", day(1), "reversal", BALANCED)),
    "a reversal by another name": ("entry-reversal", lambda: quota("k", day(1), 5, reverses="j")),
    "a reversal that settles": (
        "entry-reverses-and-settles",
        lambda: entry("k", day(1), "reversal", BALANCED, reverses="j", settles="h"),
    ),
    "a link to itself": ("entry-names-itself", lambda: quota("k", day(1), 5, linked=("k",))),
    "a link twice": ("entry-names-itself", lambda: quota("k", day(1), 5, linked=("j", "j"))),
    "an expiry of what is no hold": ("entry-expiry", lambda: quota("k", day(1), 5, expires=day(2))),
    "an expiry on the day itself": ("entry-expiry", lambda: hold("k", day(1), "A", 5, expires=day(1))),
    "a hold that holds elsewhere": (
        "entry-hold-pool",
        lambda: move("k", day(1), "hold", "A", 5, "reserve", "used"),
    ),
    "holding by another name": ("entry-hold-pool", lambda: move("k", day(1), "transfer", "A", 5, "reserve", "held")),
    "taking what is held": ("entry-held-taken", lambda: move("k", day(1), "write-off", "A", 5, "held", "used")),
    "lots of a transfer": (
        "entry-lots-unwanted",
        lambda: move("k", day(1), "transfer", "A", 5, "reserve", "municipal", lots=(lot("A", square(0)),)),
    ),
    "credits from nowhere": (
        "entry-mints",
        lambda: entry("k", day(1), "transfer", moved("A", 5, (OUTSIDE, "outside"), (COUNTY, "reserve"), "paddy_m2")),
    ),
    "quota from nowhere": ("entry-mints", lambda: entry("k", day(1), "transfer", BALANCED)),
    "money from nowhere": (
        "entry-mints",
        lambda: entry("k", day(1), "transfer", moved(None, 5, (OUTSIDE, "outside"), (COUNTY, "fund"), "money_fen")),
    ),
    "quota found at a review": ("entry-mints", lambda: entry("k", day(1), "adjustment", BALANCED)),
    "an acceptance of quota": ("entry-mints", lambda: entry("k", day(1), "acceptance", BALANCED)),
    "used credit back in the reserve": ("entry-move", lambda: move("k", day(1), "transfer", "A", 5, "used", "reserve")),
    "used credit out of the book": (
        "entry-move",
        lambda: entry("k", day(1), "void", moved("A", 5, (COUNTY, "used"), (OUTSIDE, "outside"), "quantity_m2")),
    ),
    "a transfer that ends outside the book": (
        "entry-move",
        lambda: entry("k", day(1), "transfer", moved("A", 5, (COUNTY, "reserve"), (OUTSIDE, "outside"), "quantity_m2")),
    ),
    "one serial for two lots": (
        "lot-serial-twice",
        lambda: entry(
            "k",
            day(1),
            "acceptance",
            moved("A", 5, (OUTSIDE, "outside"), (COUNTY, "reserve"), "paddy_m2"),
            lots=(lot("A", square(0)), lot("A", square(1))),
        ),
    ),
    "a lot without credits": (
        "lot-no-credit",
        lambda: entry("k", day(1), "opening", BALANCED, lots=(lot("A", square(0)),)),
    ),
    "a lot accepted later": (
        "lot-later",
        lambda: entry(
            "k",
            day(1),
            "acceptance",
            moved("A", 5, (OUTSIDE, "outside"), (COUNTY, "reserve"), "paddy_m2"),
            lots=(lot("A", square(0), on=day(2)),),
        ),
    ),
    "an acceptance without ground": ("lot-no-ground", lambda: acceptance("A", 5, None, document="doc:7")),
    "a lot without ground or document": ("lot-no-document", lambda: lot("A", None)),
    "a lot without a serial": ("lot-text", lambda: lot("", square(0))),
    "an unknown kind of credit": ("lot-credit-unknown", lambda: lot("A", square(0), credit="magic")),
    "bytes that are no boundary": ("ground-unreadable", lambda: Ground(b"\x01\x02", "EPSG:4549")),
    "a boundary that is a point": ("ground-invalid", lambda: Ground.of(shapely.Point(0, 0), "EPSG:4549")),
    "a boundary tied in a knot": ("ground-invalid", lambda: Ground.of(KNOT, "EPSG:4549")),
    "a boundary of nothing": ("ground-invalid", lambda: Ground.of(shapely.Polygon(), "EPSG:4549")),
    "a boundary written another way": (
        "ground-not-canonical",
        lambda: Ground(shapely.to_wkb(shapely.box(0, 0, 1, 1), byte_order=0), "EPSG:4549"),
    ),
    "a boundary in another zone": ("ground-outside", lambda: Ground.of(shapely.box(0, 0, 9, 9), "EPSG:4549")),
    "a boundary wider than a lot": (
        "ground-outside",
        lambda: Ground.of(shapely.box(500_000, 3_200_000, 530_001, 3_200_001), "EPSG:4549"),
    ),
    "a boundary beyond all ground": ("ground-outside", lambda: Ground.of(shapely.box(0, 0, 9, 1e300), "EPSG:4549")),
    "a boundary in degrees": ("ground-crs", lambda: Ground.of(shapely.box(120, 30, 121, 31), "EPSG:4490")),
    "a boundary of Xian 1980": ("ground-crs", lambda: Ground.of(square(0).shape, "EPSG:2385")),
    "a boundary of Beijing 1954": ("ground-crs", lambda: Ground.of(square(0).shape, "EPSG:2437")),
    "a boundary of WGS 84": ("ground-crs", lambda: Ground.of(square(0).shape, "EPSG:32651")),
    "a boundary in no plane": ("ground-crs", lambda: Ground.of(shapely.box(0, 0, 1, 1), "EPSG:999999")),
    "a plane by another name": ("ground-crs", lambda: Ground.of(shapely.box(0, 0, 1, 1), "+proj=tmerc")),
    "a closing without a place": ("entry-text", lambda: closing("c", day(1), place="")),
    "a closing without an actor": ("entry-text", lambda: closing("c", day(1), actor="")),
    "a closing without evidence": ("entry-no-evidence", lambda: closing("c", day(1), evidence=())),
    "a closing approved by oneself": ("entry-self-approved", lambda: closing("c", day(1), approver="li")),
    "a closing without a zone": ("entry-not-utc", lambda: closing("c", day(1), recorded_at=datetime(2024, 1, 1))),
    "a boundary for no lot": ("entry-text", lambda: attachment("a", "", square(0))),
}


@pytest.mark.parametrize(("message_id", "act"), REFUSED.values(), ids=REFUSED)
def test_it_refuses(message_id: str, act: Callable[[], Any]) -> None:
    assert refused(act) == message_id


def test_imbalance_has_its_own_error() -> None:
    with pytest.raises(Unbalanced):
        REFUSED["no balance"][1]()
    with pytest.raises(Unbalanced):
        REFUSED["one lot for another"][1]()


def test_legs_stand_in_one_order() -> None:
    assert quota("k", day(1), 5) == entry("k", day(1), "allocation", tuple(reversed(BALANCED)))


def test_a_hold_comes_back_on_its_day() -> None:
    held = hold("h", day(2), "A", 5, expires=day(3))
    assert [(each.on, each.account.pool, each.amount, each.lapse) for each in movements(held, {})] == [
        (day(2), "held", 5, False),
        (day(2), "reserve", -5, False),
        (day(3), "held", -5, True),
        (day(3), "reserve", 5, True),
    ]


def test_what_settles_a_hold_keeps_it_from_coming_back() -> None:
    held = hold("h", day(2), "A", 5, expires=day(4))
    used = move("w", day(3), "write-off", "A", 5, "held", "used", settles="h")
    by_day: dict[tuple[date, str], int] = {}
    for each in (*movements(held, {}), *movements(used, {"h": held})):
        by_day[each.on, each.account.pool] = by_day.get((each.on, each.account.pool), 0) + each.amount
    assert {key: amount for key, amount in by_day.items() if amount} == {
        (day(2), "held"): 5,
        (day(2), "reserve"): -5,
        (day(3), "held"): -5,
        (day(3), "used"): 5,
    }


def test_a_reversal_moves_nothing_before_its_own_day() -> None:
    held = hold("h", day(2), "A", 5, expires=day(6))
    back = reverse(held, key="r", recorded_at=at(1), actor="wang", evidence=["doc:2"], on=day(4))
    assert [(each.on, each.account.pool, each.amount) for each in movements(back, {"h": held})] == [
        (day(4), "held", -5),
        (day(4), "reserve", 5),
        (day(6), "held", 5),
        (day(6), "reserve", -5),
    ]


def test_a_leg_keeps_a_holding_of_a_lot() -> None:
    assert Leg(Account(COUNTY, "held", "paddy_m2", "A"), 3).account.words["pool_zh"] == "冻结"
