"""Walk through a VCT file line by line: sections, coordinate blocks, records that end with "0"."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from liangtian.errors import FileUnreadable
from liangtian.formats.defects import DefectLog, Severity

RULES: dict[str, tuple[str, Severity]] = {
    "vct-crs-unknown": ("VCT-01", "note"),
    "vct-section-missing": ("VCT-02", "warning"),
    "vct-count-wrong": ("VCT-03", "error"),
    "vct-bad-number": ("VCT-04", "error"),
    "vct-segment-unknown": ("VCT-05", "error"),
    "vct-composition-unknown": ("VCT-06", "error"),
    "vct-line-missing": ("VCT-07", "error"),
    "vct-ring-open": ("VCT-08", "error"),
    "vct-ring-short": ("VCT-09", "error"),
    "vct-code-unknown": ("VCT-10", "error"),
    "vct-id-repeated": ("VCT-11", "warning"),
    "vct-zone-contradiction": ("VCT-12", "warning"),
    "vct-table-count": ("VCT-13", "warning"),
    "vct-table-unknown": ("VCT-14", "warning"),
    "vct-attribute-width": ("VCT-15", "warning"),
    "vct-attribute-value": ("VCT-16", "warning"),
    "vct-attribute-missing": ("VCT-17", "warning"),
    "vct-attribute-orphan": ("VCT-18", "warning"),
    "vct-text-damaged": ("VCT-19", "warning"),
}
RECORD_END = "0"
OWN_IDS_FROM = 1 << 62
_PIECE = 4096
_FLUSH_AT = 20_000


class BadRecord(Exception):
    """A record that cannot be used; the section's loop logs it and goes on behind its "0"."""

    def __init__(self, message_id: str, line: int, **params: object) -> None:
        super().__init__(message_id)
        self.message_id, self.line, self.params = message_id, line, params


def whole(text: str) -> int:
    """An id or a count: a whole number that fits 62 bits (the ids above are ours, for lines of direct polygons).

    Raises
    ------
    ValueError
    """
    value = int(text)
    if abs(value) >= OWN_IDS_FROM:
        raise ValueError(text)
    return value


class Lines:
    """The file's lines without outer spaces, with the number of the last one taken."""

    def __init__(self, stream: Iterable[str], source: str) -> None:
        self._stream: Iterator[str] = iter(stream)
        self._pushed: deque[str] = deque()
        self.source = source
        self.number = 0
        self.section = ""

    def next(self) -> str | None:
        """The next line, None at the end of the file."""
        line = self._pushed.popleft() if self._pushed else next(self._stream, None)
        if line is None:
            return None
        self.number += 1
        return line.strip()

    def next_filled(self) -> str | None:
        """The next line that is not blank."""
        line = self.next()
        while line == "":
            line = self.next()
        return line

    def field(self) -> str:
        """The next line of a record; the section must not end here."""
        line = self.next()
        if line is None:
            self.truncated()
        if line == f"{self.section}End":
            self.push_back([line])
            raise BadRecord("vct-count-wrong", self.number + 1, declared="-", found=line)
        return line

    def integer(self) -> int:
        line = self.field()
        try:
            return whole(line)
        except ValueError:
            raise BadRecord("vct-bad-number", self.number, text=line[:60]) from None

    def block(self, count: int) -> list[str]:
        """`count` lines, fewer if the record or its section ends before."""
        taken: list[str] = []
        stops = (RECORD_END, f"{self.section}End")
        while len(taken) < count:
            piece = self._take(min(count - len(taken), _PIECE))
            if not piece:
                self.truncated()
            stop = next((i for i, line in enumerate(piece) if line in stops), None)
            if stop is not None:
                self.push_back(piece[stop:])
                return taken + piece[:stop]
            taken += piece
        return taken

    def _take(self, count: int) -> list[str]:
        taken = [self._pushed.popleft() for _ in range(min(count, len(self._pushed)))]
        taken += [line.strip() for line in islice(self._stream, count - len(taken))]
        self.number += len(taken)
        return taken

    def push_back(self, lines: list[str]) -> None:
        """Give lines back, to be taken again first."""
        self._pushed.extendleft(reversed(lines))
        self.number -= len(lines)

    def records(self) -> Iterator[str]:
        """First line of each record (or plain line) until the section ends."""
        end = f"{self.section}End"
        while (line := self.next_filled()) != end:
            if line is None:
                self.truncated()
            yield line

    def recover(self, bad: BadRecord, log: DefectLog) -> None:
        """Log the record and go behind its "0", or to the end of the section."""
        log.add(bad.message_id, bad.line, **bad.params)
        end = f"{self.section}End"
        while (line := self.next()) != RECORD_END:
            if line is None:
                self.truncated()
            if line == end:
                self.push_back([line])
                return

    def end_record(self, declared: int, at: int) -> None:
        """Take the record's "0"; anything else means that the count in line `at` is too small."""
        line = self.field()
        if line != RECORD_END:
            self.push_back([line])
            raise BadRecord("vct-count-wrong", at, declared=declared, found=f"> {declared}")

    def skip_section(self) -> None:
        end = f"{self.section}End"
        while (line := self.next()) != end:
            if line is None:
                self.truncated()

    def truncated(self) -> NoReturn:
        raise FileUnreadable("vct-truncated", source=self.source, section=self.section, line=self.number)


class LineStore:
    """Coordinates of all lines, gathered as text and parsed by numpy in large pieces.

    Attributes
    ----------
    ids, numbers, counts : of each line its id, the line number of its record and its vertex count
    """

    def __init__(self, log: DefectLog, separator: str) -> None:
        self.ids: list[int] = []
        self.numbers: list[int] = []
        self.counts: list[int] = []
        self._log, self._separator = log, separator
        self._pending: list[str] = []
        self._pending_numbers: list[int] = []
        self._parsed: list[npt.NDArray[np.float64]] = []

    def add(self, line_id: int, number: int, vertices: list[str], numbers: list[int]) -> None:
        """Take the line whose record begins in line `number`; `numbers` are those of its vertices."""
        self.ids.append(line_id)
        self.numbers.append(number)
        self.counts.append(len(vertices))
        self._pending += vertices
        self._pending_numbers += numbers
        if len(self._pending) >= _FLUSH_AT:
            self._flush()

    def coordinates(self) -> npt.NDArray[np.float64]:
        """Shape (vertices, 2); NaN where a vertex could not be read (the log says where)."""
        self._flush()
        return np.concatenate([np.empty((0, 2)), *self._parsed])

    def _flush(self) -> None:
        texts, numbers, self._pending, self._pending_numbers = self._pending, self._pending_numbers, [], []
        if not texts:
            return
        try:
            parsed = np.loadtxt(texts, delimiter=self._separator, usecols=(0, 1), comments=None, ndmin=2)
        except ValueError:
            parsed = np.empty((0, 2))
        if len(parsed) != len(texts) or not np.isfinite(parsed).all():
            parsed = np.array([self._vertex(t, n) for t, n in zip(texts, numbers, strict=True)], dtype=np.float64)
        self._parsed.append(parsed)

    def _vertex(self, text: str, number: int) -> tuple[float, float]:
        try:
            x, y = (float(part) for part in text.split(self._separator)[:2])
        except ValueError:
            x = y = np.nan
        if np.isfinite([x, y]).all():
            return x, y
        self._log.add("vct-bad-number", number, text=text[:60])
        return np.nan, np.nan
