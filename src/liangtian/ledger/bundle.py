"""The verification bundle: a book in one zip file that anyone can check without the database. Format: docs/reference/bundle.md."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any, BinaryIO

from liangtian.errors import FileUnreadable
from liangtian.ledger.chain import GENESIS, Seal, seal_line

FORMAT = "liangtian-book/1"
MANIFEST, RECORDS, SEALS, DECISIONS = "manifest.json", "records.jsonl", "seals.jsonl", "decisions.jsonl"
NEEDED = (MANIFEST, RECORDS, SEALS)
SIZE_MAX = 64 << 30
"""Largest content read, bytes: ten million entries take eight. Beyond it the file is taken for one made to exhaust its reader.
So with the bounds that follow."""
RATIO_MAX, RATIO_FREE = 300, 1 << 20
"""How many times its packed size a member may unpack to, once it is larger than the second: records all alike pack a hundred
times, what is made of nothing a thousand."""
LINE_MAX, LINE_MIN = 32 << 20, 100
"""Longest line, bytes: the boundary of a lot of a million points; and what every record and seal is longer than."""
SHORT_MAX = SURPLUS_MAX = 1_000
"""How many lines shorter than any record, and how many more than the manifest counts, are read before reading stops."""

DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself.

    Attributes
    ----------
    book : name of the book, as its keeper calls it
    exported_at : UTC
    records, seals : how many lines the other members have
    unsealed : records of the book not sealed at the time, and so not in the bundle
    head : the last seal, or 64 zeros; the figure to publish
    decisions : how many decisions come with it, which say by what facts an entry was booked
    """

    book: str
    exported_at: datetime
    records: int
    seals: int
    unsealed: int
    head: str
    decisions: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle, nothing of it judged: lines are bytes without their newline, read from the file each time they are gone through."""

    manifest: Manifest
    records: Iterable[bytes]
    seals: Iterable[bytes]
    decisions: Iterable[bytes] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one member, one at a time: no more of a book is in memory than its longest line.

    Raises
    ------
    FileUnreadable (bundle-damaged) where they are gone through: the member fails its checksum, or was made to exhaust its
        reader; the line it happened at is named
    """

    source: BinaryIO
    name: str
    member: str
    count: int

    def __iter__(self) -> Iterator[bytes]:
        at = 0
        try:
            with zipfile.ZipFile(self.source) as archive:
                for line in _read_lines(archive, self.member, self.count):
                    at += 1
                    yield line
        except DAMAGE as error:
            reason = f"{self.member}, line {at + 1}: {error}"
            raise FileUnreadable("bundle-damaged", file=self.name, reason=reason) from error


def write_bundle(
    target: BinaryIO,
    records: Iterable[bytes],
    seals: Iterable[Seal],
    *,
    book: str,
    exported_at: datetime,
    unsealed: int = 0,
    decisions: Iterable[bytes] = (),
) -> Manifest:
    """Write a bundle; the same book gives the same bytes.

    Parameters
    ----------
    records : canonical bytes of every sealed record, in the order of the seals; read once, so a database may stream them
    seals : every seal, in order
    decisions : lines of `liangtian.check.booked`, in the order of the records they belong to
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        record_count = _write_lines(archive, RECORDS, records)
        head = GENESIS

        def lines() -> Iterable[bytes]:
            nonlocal head
            for each in seals:
                head = each.seal
                yield seal_line(each)

        seal_count = _write_lines(archive, SEALS, lines())
        decided = iter(decisions)
        first = next(decided, None)
        decision_count = 0 if first is None else _write_lines(archive, DECISIONS, chain([first], decided))
        manifest = Manifest(book, exported_at, record_count, seal_count, unsealed, head, decision_count)
        archive.writestr(_member(MANIFEST), _manifest_bytes(manifest))
    return manifest


def read_bundle(source: BinaryIO, *, name: str, size_max: int = SIZE_MAX) -> Bundle:
    """Open a bundle; `source` stays open as long as the lines are read.

    Parameters
    ----------
    name : what messages call the file
    size_max : largest content accepted, bytes unpacked

    Raises
    ------
    FileUnreadable (bundle-damaged, bundle-not-one): no zip file, a member is missing or fails its checksum, the
        manifest is not one of this format, or the file was made to exhaust its reader
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.namelist()
            if sorted(set(members) | {DECISIONS}) != sorted((*NEEDED, DECISIONS)) or len(members) > len(set(members)):
                raise FileUnreadable("bundle-not-one", file=name, expected=", ".join(NEEDED))
            _check_sizes(archive, size_max)
            manifest = _read_manifest(archive.read(MANIFEST), name)
            counts = {RECORDS: manifest.records, SEALS: manifest.seals, DECISIONS: manifest.decisions}
            lines = {each: Lines(source, name, each, counts[each]) for each in members if each != MANIFEST}
            return Bundle(manifest, lines[RECORDS], lines[SEALS], lines.get(DECISIONS, ()))
    except DAMAGE as error:
        raise FileUnreadable("bundle-damaged", file=name, reason=str(error)) from error


def _check_sizes(archive: zipfile.ZipFile, size_max: int) -> None:
    """No more is unpacked than a member says it holds, so what it says is judged before."""
    if sum(member.file_size for member in archive.infolist()) > size_max:
        raise ValueError(f"> {size_max} bytes")
    for member in archive.infolist():
        if member.file_size > LINE_MAX and member.filename == MANIFEST:
            raise ValueError(f"{MANIFEST} > {LINE_MAX} bytes")
        if member.file_size > max(RATIO_FREE, RATIO_MAX * member.compress_size):
            raise ValueError(f"{member.filename}: {member.file_size} / {member.compress_size} > {RATIO_MAX}")


def _read_lines(archive: zipfile.ZipFile, member: str, count: int) -> Iterator[bytes]:
    """The lines of a member without their newlines, one by one; a last line without its newline is a line too."""
    short = read = 0
    with archive.open(member) as packed, io.BufferedReader(packed) as stream:  # type: ignore[type-var]
        while line := stream.readline(LINE_MAX + 1):
            if len(line) > LINE_MAX:
                raise ValueError(f"> {LINE_MAX} bytes")
            short += len(line) < LINE_MIN
            if short > SHORT_MAX or read >= count + SURPLUS_MAX:
                raise ValueError(f"{short} of {read} lines are no record; {count} in {MANIFEST}")
            read += 1
            yield line.removesuffix(b"\n")


def _write_lines(archive: zipfile.ZipFile, name: str, lines: Iterable[bytes]) -> int:
    count = 0
    with archive.open(_member(name), "w", force_zip64=True) as member:
        for line in lines:
            member.write(line + b"\n")
            count += 1
    return count


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _STAMP)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _manifest_bytes(manifest: Manifest) -> bytes:
    moment = manifest.exported_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    content: dict[str, Any] = {
        "format": FORMAT,
        "book": manifest.book,
        "exported_at": moment,
        "records": manifest.records,
        "seals": manifest.seals,
        "unsealed": manifest.unsealed,
        "head": manifest.head,
        "decisions": manifest.decisions,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def _read_manifest(content: bytes, name: str) -> Manifest:
    try:
        raw = json.loads(content)
        if raw.pop("format") != FORMAT:
            raise FileUnreadable("bundle-format", file=name, expected=FORMAT)
        counts = {each: int(raw[each]) for each in ("records", "seals", "unsealed", "decisions") if each in raw}
        return Manifest(**raw | counts | {"exported_at": datetime.fromisoformat(raw["exported_at"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise FileUnreadable("bundle-damaged", file=name, reason=f"{MANIFEST}: {error}") from error
