"""Land that works may not touch: steep land, and parcels that reach into a line drawn elsewhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from liangtian.onemap.snapshot import ID
from liangtian.planning.parcels import Parcels
from liangtian.space.area import ellipsoidal_area
from liangtian.space.overlay import shared

STEEP = "5"  # slope grade above 25°


def steep(parcels: Parcels) -> tuple[str, ...]:
    """Parcels of slope grade 5, above 25°.

    Source
    ------
    Zhejiang land consolidation rules 2018, art. 11: no farmland is opened up above 25°.
    """
    at = np.flatnonzero(np.array(parcels.text("GDPDJB").to_pylist(), dtype=object) == STEEP)
    return _ids(parcels, at)


def reaching_into(parcels: Parcels, shapes: npt.NDArray[np.object_], *, least_m2: float = 1.0) -> tuple[str, ...]:
    """Parcels of which some ground, `least_m2` or more, lies inside polygons.

    Parameters
    ----------
    shapes : shape (k,), valid polygons in the plane of the parcels
    least_m2 : ellipsoidal; less is taken for a line drawn along the same border
    """
    return _ids(parcels, np.flatnonzero(inside_m2(parcels, shapes) >= least_m2))


def mostly_inside(parcels: Parcels, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Which parcels lie inside polygons by half of their area or more, shape (n,); the polygons do not overlap."""
    whole = np.bincount(parcels.owner, weights=parcels.area_dm2, minlength=len(parcels.attributes)) / 100.0
    return np.asarray((2.0 * inside_m2(parcels, shapes) >= whole) & (whole > 0))


def inside_m2(parcels: Parcels, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Ellipsoidal area of each parcel inside polygons, shape (n,)."""
    pieces = parcels.outlines.polygons(np.arange(len(parcels.outlines)))
    part, at = shapely.STRtree(shapes).query(pieces, predicate="intersects")
    common = shared(pieces[part], shapes[at])
    # Shared lines and points have no area, and nothing to measure.
    real = shapely.area(common) > 0
    area = np.zeros(len(part))
    area[real] = ellipsoidal_area(common[real], parcels.crs)
    inside = np.bincount(parcels.owner[part], weights=area, minlength=len(parcels.attributes))
    return np.asarray(inside, dtype=np.float64)


def _ids(parcels: Parcels, rows: npt.NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(sorted(parcels.attributes[ID].take(pa.array(rows)).to_pylist()))
