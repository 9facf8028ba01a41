"""The verification bundle: a book in one zip file that anyone can check without the database. Format: docs/reference/bundle.md."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from liangtian.errors import FileUnreadable
from liangtian.ledger.chain import GENESIS, Seal, seal_line

FORMAT = "liangtian-book/1"
MANIFEST, RECORDS, SEALS = "manifest.json", "records.jsonl", "seals.jsonl"
SIZE_MAX = 8 << 30
"""Largest content read, bytes: beyond it the file is taken for one made to fill the memory. So with the bounds that follow."""
RATIO_MAX, RATIO_FREE = 300, 1 << 20
"""How many times its packed size a member may unpack to, once it is larger than the second: records all alike pack a hundred
times, what is made of nothing a thousand."""
LINE_MAX, LINE_MIN = 32 << 20, 100
"""Longest line, bytes: the boundary of a lot of a million points; and what every record and seal is longer than."""
SHORT_MAX = SURPLUS_MAX = 1_000
"""How many lines shorter than any record, and how many more than the manifest counts, are read before reading stops."""

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
    """

    book: str
    exported_at: datetime
    records: int
    seals: int
    unsealed: int
    head: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as read, nothing of it judged: lines are bytes without their newline."""

    manifest: Manifest
    records: Sequence[bytes]
    seals: Sequence[bytes]


def write_bundle(
    target: BinaryIO,
    records: Iterable[bytes],
    seals: Iterable[Seal],
    *,
    book: str,
    exported_at: datetime,
    unsealed: int = 0,
) -> Manifest:
    """Write a bundle; the same book gives the same bytes.

    Parameters
    ----------
    records : canonical bytes of every sealed record, in the order of the seals; read once, so a database may stream them
    seals : every seal, in order
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
        manifest = Manifest(book, exported_at, record_count, seal_count, unsealed, head)
        archive.writestr(_member(MANIFEST), _manifest_bytes(manifest))
    return manifest


def read_bundle(source: BinaryIO, *, name: str, size_max: int = SIZE_MAX) -> Bundle:
    """Read a bundle.

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
            if sorted(archive.namelist()) != sorted((MANIFEST, RECORDS, SEALS)):
                raise FileUnreadable("bundle-not-one", file=name, expected=", ".join((MANIFEST, RECORDS, SEALS)))
            _check_sizes(archive, size_max)
            manifest = _read_manifest(archive.read(MANIFEST), name)
            records = _read_lines(archive, RECORDS, manifest.records)
            return Bundle(manifest, records, _read_lines(archive, SEALS, manifest.seals))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
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


def _read_lines(archive: zipfile.ZipFile, member: str, count: int) -> list[bytes]:
    """The lines of a member without their newlines, one by one; a last line without its newline is a line too."""
    lines: list[bytes] = []
    short = 0
    with archive.open(member) as packed, io.BufferedReader(packed) as stream:  # type: ignore[type-var]
        while line := stream.readline(LINE_MAX + 1):
            if len(line) > LINE_MAX:
                raise ValueError(f"{member}: line {len(lines) + 1} > {LINE_MAX} bytes")
            short += len(line) < LINE_MIN
            if short > SHORT_MAX or len(lines) >= count + SURPLUS_MAX:
                raise ValueError(f"{member}: {len(lines)} lines, {short} of them no record; {count} in {MANIFEST}")
            lines.append(line.removesuffix(b"\n"))
    return lines


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
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def _read_manifest(content: bytes, name: str) -> Manifest:
    try:
        raw = json.loads(content)
        if raw.pop("format") != FORMAT:
            raise FileUnreadable("bundle-format", file=name, expected=FORMAT)
        counts = {each: int(raw[each]) for each in ("records", "seals", "unsealed")}
        return Manifest(**raw | counts | {"exported_at": datetime.fromisoformat(raw["exported_at"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise FileUnreadable("bundle-damaged", file=name, reason=f"{MANIFEST}: {error}") from error
