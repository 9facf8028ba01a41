"""The seal of a snapshot: size, time and SHA-256 of its file as it was stored, so that a missing or altered one is known.

Looking at a seal costs a `stat`; the file is hashed only when its size or time has changed, as after a restore.
Whether the content is what the digest in its name says is `Catalogue.verify`'s to find.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import get_ident
from typing import Literal

State = Literal["sound", "unsealed", "missing", "altered"]


def seal_path(snapshot: Path) -> Path:
    """Where the seal of a snapshot lies.

    Examples
    --------
    >>> seal_path(Path("snapshots/ab.parquet")).name
    'ab.seal'
    """
    return snapshot.with_suffix(".seal")


def seal(snapshot: Path) -> None:
    """Write down what the file is like now."""
    about = snapshot.stat()
    kept = {"size": about.st_size, "mtime_ns": about.st_mtime_ns}
    kept["sha256"] = _sha256(snapshot, about.st_size, about.st_mtime_ns)  # type: ignore[assignment]
    partial = snapshot.with_suffix(f".{os.getpid()}-{get_ident()}.partial")
    partial.write_text(json.dumps(kept), "utf-8")
    partial.replace(seal_path(snapshot))


def state(snapshot: Path) -> State:
    """Whether a snapshot file is as it was sealed: `unsealed` if it never was, as before seals existed."""
    try:
        about = snapshot.stat()
    except FileNotFoundError:
        return "missing"
    try:
        kept = json.loads(seal_path(snapshot).read_text("utf-8"))
        size, mtime_ns, sha256 = kept["size"], kept["mtime_ns"], kept["sha256"]
    except (OSError, ValueError, LookupError, TypeError):  # half written, or none of ours
        return "unsealed"
    if (size, mtime_ns) == (about.st_size, about.st_mtime_ns):
        return "sound"
    if size != about.st_size or sha256 != _sha256(snapshot, about.st_size, about.st_mtime_ns):
        return "altered"
    with suppress(OSError):  # a home that may only be read is hashed once a process
        seal(snapshot)
    return "sound"


@lru_cache(maxsize=256)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
