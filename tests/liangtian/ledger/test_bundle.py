"""The bundle: what is written is read, the same book gives the same bytes, and no byte is altered unseen."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookkeeping import at, day, quota, refused
from bundles import RULE, bundle_bytes, lines_of, members, packed, packed_lines, read, sealed, story, with_records
from liangtian.errors import FileUnreadable
from liangtian.finding import Outcome
from liangtian.ledger import bundle as bundle_module
from liangtian.ledger.bundle import MANIFEST, RECORDS, SEALS, Manifest, read_bundle, write_bundle
from liangtian.ledger.chain import GENESIS, Seal, differences, digest, read_seal, seal, seal_line
from liangtian.ledger.checks import verify
from liangtian.ledger.examined import examine
from liangtian.ledger.records import canonical, content_digest, read_record

SOUND = bundle_bytes()
LINES = lines_of(SOUND)


def failures(content: bytes) -> list[tuple[str, str, object]]:
    """Rule, message and position of every failure."""
    bundle = read(content)
    return [
        (found.rule, found.message_id, found.params.get("at"))
        for found in verify(bundle, RULE, published=bundle.manifest.head).findings
        if found.outcome is not Outcome.PASS
    ]


def test_what_is_written_is_read() -> None:
    bundle = read(SOUND)
    assert [read_record(line) for line in bundle.records] == list(story())
    assert bundle.manifest == Manifest("示范县", at(200), 11, 4, 0, read_seal([*bundle.seals][-1]).seal)


def test_the_same_book_gives_the_same_bytes() -> None:
    assert bundle_bytes() == SOUND


def test_an_empty_book_is_a_bundle() -> None:
    target = io.BytesIO()
    assert write_bundle(target, [], [], book="new", exported_at=at(0)).head == GENESIS
    assert verify(read(target.getvalue()), RULE, published=GENESIS).outcome is Outcome.PASS


def test_a_record_is_written_one_way() -> None:
    for record in story():
        line = canonical(record)
        assert read_record(line) == record
        assert refused(lambda line=line: read_record(line.replace(b'","', b'", "', 1))) == "record-not-canonical"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"record":"entry"}',
        b"\xff",
        LINES[0].replace(b'"li"', b"7"),
        b'{"record":"\\ud800"}',
    ],
)
def test_what_is_no_record_is_refused(line: bytes) -> None:
    assert refused(lambda: read_record(line)) == "record-unreadable"


def test_a_record_sent_twice_has_one_content() -> None:
    one, other = story()[8], story()[9]
    assert content_digest(one) != content_digest(other)


@given(at_byte=st.integers(0, len(b"\n".join(LINES)) - 1), flip=st.integers(1, 255))
@settings(max_examples=300, deadline=None)
def test_any_byte_of_any_record_altered_is_found_and_located(at_byte: int, flip: int) -> None:
    contents = members(SOUND)
    tampered = bytearray(contents[RECORDS])
    tampered[at_byte] ^= flip
    line = contents[RECORDS][:at_byte].count(b"\n") + 1
    found = failures(packed(contents | {RECORDS: bytes(tampered)}))
    located = [position for rule, message, position in found if rule == "BOOK-01" and message.startswith("record-")]
    # A newline that is altered joins two records, one that appears parts a record: the first of the pieces is named.
    assert line in located


@given(at_byte=st.integers(0, len(members(SOUND)[SEALS]) - 2), flip=st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_any_byte_of_any_seal_altered_is_found_and_located(at_byte: int, flip: int) -> None:
    contents = members(SOUND)
    tampered = bytearray(contents[SEALS])
    tampered[at_byte] ^= flip
    number = contents[SEALS][:at_byte].count(b"\n") + 1
    verdict = verify(read(packed(contents | {SEALS: bytes(tampered)})), RULE)
    altered = [found.params["seal"] for found in verdict.findings if found.message_id == "seal-altered"]
    assert verdict.outcome is Outcome.FAIL
    assert altered[0] == number


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_seal_that_cannot_be_read_is_named_alone(number: int) -> None:
    contents = members(SOUND)
    seals = contents[SEALS].splitlines(keepends=True)
    seals[number - 1] = b"x" + seals[number - 1]
    verdict = verify(read(packed(contents | {SEALS: b"".join(seals)})), RULE)
    failed = [(f.rule, f.message_id) for f in verdict.findings if f.outcome is Outcome.FAIL]
    head = [("BOOK-02", "manifest-differs")] if number == 4 else []
    assert failed == [("BOOK-01", "seal-altered"), *head]


def test_beside_a_seal_that_cannot_be_read_records_are_still_located() -> None:
    contents = members(SOUND)
    seals = b"x" + contents[SEALS]
    tampered = contents[RECORDS].replace(b'"actor":"wang"', b'"actor":"wei2"')
    assert [f for f in failures(packed(contents | {SEALS: seals, RECORDS: tampered})) if f[0] == "BOOK-01"] == [
        ("BOOK-01", "seal-altered", None),
        ("BOOK-01", "record-altered", 10),
    ]


@pytest.mark.parametrize("gone", range(len(LINES)))
def test_a_record_taken_out_is_located(gone: int) -> None:
    kept = [line for at_line, line in enumerate(LINES) if at_line != gone]
    findings = verify(with_records(read(SOUND), kept), RULE).findings
    assert [found.params["at"] for found in findings if found.message_id == "record-missing"] == [gone + 1]


def test_a_record_put_in_is_located() -> None:
    findings = verify(with_records(read(SOUND), [*LINES[:4], LINES[1], *LINES[4:]]), RULE).findings
    assert [(f.rule, f.params["at"]) for f in findings if f.message_id == "record-inserted"] == [("BOOK-01", 5)]
    assert [(f.rule, f.params["at"]) for f in findings if f.message_id == "record-refused"] == [("BOOK-08", 5)]


def test_records_that_change_places_are_located() -> None:
    swapped = [*LINES[:2], LINES[3], LINES[2], *LINES[4:]]
    assert [(each.what, each.at) for each in differences([*map(digest, swapped)], [*map(digest, LINES)])] == [
        ("inserted", 3),
        ("missing", 4),
    ]


def test_a_chain_made_anew_does_not_end_in_the_published_head() -> None:
    published = read(SOUND).manifest.head
    forged = read(bundle_bytes(story()[:-1]))
    alone = verify(forged, RULE)
    assert alone.outcome is Outcome.UNKNOWN
    assert [found.message_id for found in alone.findings if found.outcome is not Outcome.PASS] == ["head-unproved"]
    verdict = verify(forged, RULE, published=published)
    assert [found.message_id for found in verdict.findings if found.outcome is Outcome.FAIL] == ["head-differs"]
    assert verify(read(SOUND), RULE, published=published).outcome is Outcome.PASS


def sealed_at(*minutes: int) -> bytes:
    """A bundle of three grants recorded at minutes 0 to 2, one to a seal, sealed at these minutes."""
    lines = [canonical(quota(f"q{n}", day(1), 5, recorded_at=at(n))) for n in range(len(minutes))]
    seals: list[Seal] = []
    for line, minute in zip(lines, minutes, strict=True):
        seals.append(seal([digest(line)], seals[-1] if seals else None, at(minute)))
    target = io.BytesIO()
    write_bundle(target, lines, seals, book="b", exported_at=at(100))
    return target.getvalue()


def test_seals_are_no_older_than_their_records_and_than_each_other() -> None:
    assert failures(sealed_at(5, 5, 4)) == []  # a minute of the clock
    assert failures(sealed_at(5, 6, 3)) == [("BOOK-01", "seal-backwards", None)]
    assert failures(sealed_at(0, 0, 0)) == [("BOOK-01", "seal-before-record", None)]


def test_a_seal_taken_out_is_noticed() -> None:
    contents = members(SOUND)
    seals = contents[SEALS].split(b"\n")
    without = packed(contents | {SEALS: b"\n".join([seals[0], *seals[2:]])})
    assert ("BOOK-01", "seal-out-of-place", None) in failures(without)


def test_what_is_not_sealed_is_not_judged() -> None:
    contents = members(SOUND)
    shorter = b"\n".join(contents[SEALS].split(b"\n")[:-2]) + b"\n"
    verdict = verify(read(packed(contents | {SEALS: shorter})), RULE)
    assert [f.params for f in verdict.findings if f.message_id == "record-unsealed"] == [{"count": 2, "first": 10}]
    assert [f.message_id for f in verdict.findings if f.outcome is Outcome.FAIL] == ["manifest-differs"]


def test_seals_are_written_one_way() -> None:
    one = sealed(LINES)[1]
    assert read_seal(seal_line(one)) == one
    assert refused(lambda: read_seal(seal_line(one).replace(b'"number":2', b'"number":2.0'))) == "seal-unreadable"
    assert refused(lambda: read_seal(b"{}")) == "seal-unreadable"


DAMAGED: dict[str, tuple[str, bytes]] = {
    "no zip": ("bundle-damaged", b"not a zip"),
    "cut short": ("bundle-damaged", SOUND[:-30]),
    "a member too few": ("bundle-not-one", packed({MANIFEST: b"{}", RECORDS: b""})),
    "a member too many": ("bundle-not-one", packed({**members(SOUND), "x": b""})),
    "another format": ("bundle-format", packed(members(SOUND) | {MANIFEST: b'{"format":"x"}'})),
    "no manifest": ("bundle-damaged", packed(members(SOUND) | {MANIFEST: b"[1]"})),
}


@pytest.mark.parametrize(("message_id", "content"), DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_bundle_is_refused(message_id: str, content: bytes) -> None:
    assert refused(lambda: read(content)) == message_id


def test_a_file_made_to_fill_the_memory_is_not_unpacked() -> None:
    size = sum(len(content) for content in members(SOUND).values())
    assert read_bundle(io.BytesIO(SOUND), name="book.zip", size_max=size).manifest.records == 11
    assert refused(lambda: read_bundle(io.BytesIO(SOUND), name="book.zip", size_max=size - 1)) == "bundle-damaged"


def filled(records: bytes, count: int) -> bytes:
    """The sound bundle with other records, of which its manifest counts so many."""
    contents = members(SOUND)
    manifest = json.dumps(json.loads(contents[MANIFEST]) | {"records": count}).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (contents | {MANIFEST: manifest, RECORDS: records}).items():
            archive.writestr(name, content)
    return target.getvalue()


def scattered(lines: int, length: int) -> bytes:
    """Lines that do not pack well."""
    return b"".join(hashlib.shake_256(b"%d" % n).hexdigest(length // 2).encode() + b"\n" for n in range(lines))


@pytest.mark.parametrize(
    ("records", "count"),
    [
        (b"\n" * 2_000_000, 2_000_000),
        (b"x" * 3_000_000, 1),
        (scattered(1_001, 50), 1_001),
        (scattered(1_012, 100), 11),
    ],
    ids=["nothing but newlines", "packed a thousand times", "lines too short", "lines no one counted"],
)
def test_a_file_made_to_exhaust_its_reader_is_refused(records: bytes, count: int) -> None:
    assert refused(lambda: lines_of(filled(records, count))) == "bundle-damaged"


def test_a_book_of_records_all_alike_is_read() -> None:
    lines = [canonical(quota(f"q{n}", day(2), 5)) for n in range(5_000)]
    assert len(lines_of(packed_lines(lines))) == 5_000


def test_a_line_beyond_all_records_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = max(len(line) for line in [*LINES, *read(SOUND).seals]) + 1
    monkeypatch.setattr(bundle_module, "LINE_MAX", longest)
    assert lines_of(SOUND) == LINES
    monkeypatch.setattr(bundle_module, "LINE_MAX", longest - 1)
    assert refused(lambda: [*read(SOUND).records, *read(SOUND).seals]) == "bundle-damaged"


def test_after_a_thousand_lines_that_are_no_records_the_rest_is_not_read() -> None:
    examined = examine(read(filled(scattered(1_500, 100), 1_500)), RULE)
    errors = [refusal.error for refusal in examined.unreadable]
    assert [error.message_id for error in errors] == ["record-unreadable"] * 1_000 + ["records-abandoned"]
    assert all(error.__traceback__ is None and error.__context__ is None for error in errors)


def test_a_book_is_verified_line_by_line() -> None:
    """Four times the records take a few bytes more each, not their own size, which is some hundred and fifty."""

    def peak(count: int) -> int:
        content = packed_lines([canonical(quota(f"q{n}", day(1), 5)) for n in range(count)])
        tracemalloc.start()
        assert verify(read(content), RULE).lots == 0
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # what is read once: messages, words, projections
    few, many = peak(1_000), peak(4_000)
    assert (many - few) / 3_000 < 60


def test_a_damaged_file_says_where() -> None:
    tampered = bytearray(SOUND)
    tampered[SOUND.index(SEALS.encode()) - 60] ^= 255
    with pytest.raises(FileUnreadable) as refusal:
        verify(read(bytes(tampered)), RULE)
    assert str(refusal.value.params["reason"]).startswith("records.jsonl, line ")


def test_nothing_is_not_sealed() -> None:
    assert refused(lambda: seal([], None, at(0))) == "seal-empty"


@given(at_byte=st.integers(0, len(SOUND) - 1), flip=st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_a_damaged_file_never_passes_for_another_book(at_byte: int, flip: int) -> None:
    tampered = bytearray(SOUND)
    tampered[at_byte] ^= flip
    try:
        bundle = read(bytes(tampered))
        content = [*bundle.records], [*bundle.seals], bundle.manifest
    except FileUnreadable:
        return
    # Bytes that only the zip reader knows (stamps, attributes) may change without harm.
    assert content == (LINES, [*read(SOUND).seals], read(SOUND).manifest)


def test_a_member_of_the_zip_keeps_no_time_of_day() -> None:
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
