"""Office files as the same bytes every time: zip entries in order, with one date."""

from __future__ import annotations

import io
import zipfile
from datetime import date

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first day a zip can name


def settled(content: bytes, on: str) -> bytes:
    """Rewrite an office package with the business date in place of the clock's."""
    day = date.fromisoformat(on)
    stamp = (day.year, day.month, day.day, 0, 0, 0) if day.year >= 1980 else EARLIEST
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()
