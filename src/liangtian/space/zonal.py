"""Means of a grid over polygons by exact coverage, through the library `exactextract` (extra `raster`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from exactextract import exact_extract
from exactextract.feature import FeatureSource, JSONFeature
from exactextract.raster import NumPyRasterSource
from exactextract.writer import Writer

Floats = npt.NDArray[np.float64]


class _Outline(JSONFeature):  # type: ignore[misc]
    """One polygon, handed over as WKB: as GeoJSON it would take three times as long."""

    def __init__(self, number: int, outline: bytes) -> None:
        super().__init__({"id": number, "properties": {}})
        self._outline = outline

    def geometry(self) -> bytes:
        return self._outline


class _Outlines(FeatureSource):  # type: ignore[misc]
    def __init__(self, outlines: Sequence[bytes]) -> None:
        super().__init__()
        self._outlines = outlines

    def count(self) -> int:
        return len(self._outlines)

    def srs_wkt(self) -> None:
        return None

    def __iter__(self) -> Iterator[_Outline]:
        return (_Outline(number, outline) for number, outline in enumerate(self._outlines))


class _Figures(Writer):  # type: ignore[misc]
    def __init__(self, size: int) -> None:
        super().__init__()
        self.mean, self.count = np.full(size, np.nan), np.zeros(size)

    def write(self, feature: JSONFeature) -> None:
        read = JSONFeature()
        feature.copy_to(read)
        mean, count = read.get("mean"), read.get("count")
        self.mean[read.get("id")] = np.nan if mean is None else mean
        self.count[read.get("id")] = count or 0.0

    def features(self) -> None:
        return None


def means(
    values: Floats, bounds: tuple[float, float, float, float], outlines: Sequence[bytes]
) -> tuple[Floats, Floats]:
    """Mean of the values in each polygon, and the cells it was taken over; cells at the edge count by their share inside.

    Parameters
    ----------
    values : shape (rows, columns), north up; nan where there is none
    bounds : west, south, east, north of the grid
    outlines : n polygons as WKB, in the coordinate system of the grid

    Returns
    -------
    shape (n,) each; nan and 0 where a polygon meets no value

    Examples
    --------
    >>> import shapely
    >>> mean, count = means(np.array([[1.0, 5.0]]), (0, 0, 2, 1), shapely.to_wkb([shapely.box(0, 0, 1.5, 1)]))
    >>> mean.round(3).tolist(), count.tolist()
    ([2.333], [1.5])
    """
    west, south, east, north = bounds
    figures = _Figures(len(outlines))
    if len(outlines):
        grid = NumPyRasterSource(values, xmin=west, ymin=south, xmax=east, ymax=north, nodata=np.nan)
        exact_extract(grid, _Outlines(outlines), ["mean", "count"], include_cols=["id"], output=figures)
    return figures.mean, figures.count
