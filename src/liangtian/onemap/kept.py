"""What was computed of pieces of layers, kept beside the indexes by a digest of all it hangs on; may be deleted any time."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int32]


class KeptLabels:
    """Whole numbers by digest, a file each: `<folder>/<two digits>/<digest>.npy`. Its time says when it was last used.

    Parameters
    ----------
    folder : made when first written to

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept = KeptLabels(Path(folder))
    ...     kept["ab12"] = np.array([0, 0, 2], dtype=np.int32)
    ...     kept.get("ab12").tolist(), kept.get("cd34"), kept.sweep(0.0), kept.sweep(float("inf"))
    ([0, 0, 2], None, 0, 1)
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, digest: str, /) -> Labels | None:
        """The numbers; None where there are none or the file is damaged."""
        path = self._path(digest)
        try:
            found = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        with suppress(OSError):  # swept meanwhile, or a home that may only be read
            os.utime(path)
        return found if found.dtype == np.int32 else None

    def __setitem__(self, digest: str, label: Labels, /) -> None:
        """Keep numbers, whole or not at all; whoever writes the same digest writes the same bytes."""
        path = self._path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".partial", dir=path.parent)
        with os.fdopen(handle, "wb") as sink:
            np.save(sink, label, allow_pickle=False)
        Path(name).chmod(0o644)
        Path(name).replace(path)

    def sweep(self, since: float) -> int:
        """Delete what was neither written nor read since a moment, seconds of the epoch; how many."""
        old = [path for path in self._folder.glob("*/*") if path.stat().st_mtime < since]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.npy"
