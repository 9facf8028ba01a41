"""Move a real boundary into the invented municipality: the outline is real, the ground it lies on is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from pyproj import CRS

from liangtian.formats.features import Features
from liangtian.space.crs import to_measuring_plane


def moved_into(boundary: Features, middle: tuple[float, float], plane: CRS) -> Features:
    """Translate a boundary, by whole metres and without turning it, so that its middle lies at a point of `plane`."""
    assert boundary.crs is not None
    shapes, _ = to_measuring_plane(boundary.geometry, boundary.crs)
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    shift = np.round(np.array(middle) - [(x0 + x1) / 2, (y0 + y1) / 2])
    return replace(boundary, geometry=shapely.transform(shapes, lambda xy: xy + shift), crs=plane)
