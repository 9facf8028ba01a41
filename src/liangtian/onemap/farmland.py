"""What the columns of farmland say as numbers: ridge coefficients (KCXS) and quality grades (GDDB)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
BEST, WORST = 1, 15


def ridge_millionths(values: pa.Array | pa.ChunkedArray) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Ridge coefficients (KCXS) in millionths, and which of them are coefficients; what is none counts as 0.

    Examples
    --------
    >>> ridge, known = ridge_millionths(pa.array([0.068, None, 1.5]))
    >>> ridge.tolist(), known.tolist()
    ([68000, 0, 0], [True, True, False])
    """
    given = pc.fill_null(values.cast(pa.float64()), 0.0).to_numpy()
    known = (given >= 0) & (given < 1)
    return np.round(np.where(known, given, 0.0) * 1e6).astype(np.int64), known


def grades_of(values: pa.Array | pa.ChunkedArray) -> Ints:
    """Grades 1–15 of a column; 0 for null and for what is no grade.

    Examples
    --------
    >>> grades_of(pa.array([7, None, 16])).tolist()
    [7, 0, 0]
    """
    given = np.asarray(pc.fill_null(values.cast(pa.int64()), 0), dtype=np.int64)
    return np.where((given >= BEST) & (given <= WORST), given, 0)
