"""A small book of every kind of record, sealed in batches of three, as a bundle: for tests of verification."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from fractions import Fraction

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
    move,
    moved,
    quota,
    square,
)
from liangtian.check.booked import Decided
from liangtian.ledger.bundle import Bundle, read_bundle, write_bundle
from liangtian.ledger.chain import Seal, digest, seal
from liangtian.ledger.entry import Entry, reverse
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.records import Record, canonical

RULE = Exclusivity.of(1, Fraction(1, 5))


def story() -> tuple[Record, ...]:
    """A quarter of the county's year: opening, acceptance, pooling with its price, hold, write-off, reversal, closing."""
    wrong = quota("wrong", day(3), 70, recorded_at=at(8))
    return (
        acceptance("OLD", 500, None, kind="opening", document="县储备库 2023", recorded_at=at(1)),
        acceptance("A", 9_000, square(0), on=day(2), recorded_at=at(2), approver="wang"),
        entry(
            "budget",
            day(2),
            "appropriation",
            moved(None, 900, (OUTSIDE, "outside"), (CITY, "fund"), "money_fen"),
            recorded_at=at(3),
        ),
        entry(
            "pool",
            day(2, 2),
            "city-pooling",
            (
                *moved("A", 1_800, (COUNTY, "reserve"), (CITY, "municipal"), "quantity_m2"),
                *legs((CITY, "fund", "money_fen", None, -900), (COUNTY, "fund", "money_fen", None, 900)),
            ),
            recorded_at=at(4),
            rules=("wenzhou-2019（六）.1",),
        ),
        hold("hold", day(2, 5), "A", 400, expires=day(5), recorded_at=at(5), linked=("hold-2",)),
        hold("hold-2", day(2, 5), "OLD", 100, expires=day(5), recorded_at=at(5), linked=("hold",)),
        move("use", day(3), "write-off", "A", 400, "held", "used", settles="hold", recorded_at=at(6)),
        attachment("found", "OLD", square(5), recorded_at=at(7)),
        wrong,
        reverse(wrong, key="undo", recorded_at=at(9), actor="wang", evidence=["doc:2"]),
        closing("q1", day(3, 31), recorded_at=at(10)),
    )


def sealed(lines: Sequence[bytes], size: int = 3) -> list[Seal]:
    seals: list[Seal] = []
    for start in range(0, len(lines), size):
        batch = [digest(line) for line in lines[start : start + size]]
        seals.append(seal(batch, seals[-1] if seals else None, at(100 + start)))
    return seals


def bundle_bytes(records: Sequence[Record] | None = None, *, decided: bool = False) -> bytes:
    """A sound bundle of the story, or of other records; its acceptances with their decisions, by no document, if asked for."""
    given = story() if records is None else records
    decisions = [by_no_document(one).line() for one in given if decided and getattr(one, "kind", "") == "acceptance"]
    return packed_lines([canonical(record) for record in given], decisions)


def by_no_document(one: Record) -> Decided:
    """The decision of an acceptance where no document binds: all that was accepted is the county's."""
    assert isinstance(one, Entry)
    accepted = {leg.account.index: -leg.amount for leg in one.legs if leg.amount < 0}
    facts = {"accepted_amounts": [accepted], "provincial_amounts": [{"quantity_m2": 0}]}
    parties = {"county": COUNTY, "outside": OUTSIDE}
    return Decided(
        entry=one.key, event="acceptance", on=one.on, place=COUNTY, documents=(), parties=parties, facts=facts
    )


def packed_lines(lines: Sequence[bytes], decisions: Sequence[bytes] = ()) -> bytes:
    """A bundle of lines, sealed whatever they hold."""
    target = io.BytesIO()
    write_bundle(target, lines, sealed(lines), book="示范县", exported_at=at(200), decisions=decisions)
    return target.getvalue()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return target.getvalue()


def read(content: bytes) -> Bundle:
    return read_bundle(io.BytesIO(content), name="book.zip")


def lines_of(content: bytes) -> list[bytes]:
    """The records of a bundle, all at once."""
    return list(read(content).records)


def with_records(bundle: Bundle, lines: Sequence[bytes]) -> Bundle:
    return Bundle(bundle.manifest, list(lines), bundle.seals)
