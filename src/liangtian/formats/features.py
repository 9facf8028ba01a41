"""The one table that every reader returns and every writer takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyproj import CRS

from liangtian.finding import Finding


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Features of one layer of one file, as read: nothing repaired, nothing reprojected.

    Attributes
    ----------
    geometry : shape (n,), object array of shapely geometries (2D), None where the record has none
    attributes : n rows, the file's own column names
    crs : what the file declares or what its coordinates prove; None if neither
    source : file name, with `|layer` where a container holds several; used in messages only
    rows : shape (n,), 1-based record number, or line number of the header for text formats
    findings : defects and assumptions met while reading (rule ids TXT-…, VCT-…, FILE-…, CRS-…)
    """

    geometry: npt.NDArray[np.object_]
    attributes: pa.Table
    crs: CRS | None
    source: str
    rows: npt.NDArray[np.int64]
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.geometry)
