"""What was computed of pieces of layers, kept beside the indexes by a digest of all it hangs on; may be deleted any time."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int32]


class KeptLabels:
    """Whole numbers by digest, a file each: `<folder>/<two digits>/<digest>.npy`.

    Parameters
    ----------
    folder : made when first written to

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept = KeptLabels(Path(folder))
    ...     kept["ab12"] = np.array([0, 0, 2], dtype=np.int32)
    ...     kept.get("ab12").tolist(), kept.get("cd34")
    ([0, 0, 2], None)
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, digest: str, /) -> Labels | None:
        """The numbers; None where there are none or the file is damaged."""
        try:
            found = np.load(self._path(digest), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
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

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.npy"
