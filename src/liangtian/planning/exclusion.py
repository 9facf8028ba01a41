"""Land that works may not touch: steep land, and parcels that reach into a line drawn elsewhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from liangtian.onemap.snapshot import ID
from liangtian.planning.parcels import Parcels
from liangtian.space.area import ellipsoidal_area

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
    pieces = parcels.outlines.polygons(np.arange(len(parcels.outlines)))
    part, at = shapely.STRtree(shapes).query(pieces, predicate="intersects")
    shared = shapely.intersection(pieces[part], shapes[at])
    # Shared lines and points have no area, and nothing to measure.
    real = shapely.area(shared) > 0
    area = np.zeros(len(part))
    area[real] = ellipsoidal_area(shared[real], parcels.crs)
    inside = np.bincount(parcels.owner[part], weights=area, minlength=len(parcels.attributes))
    return _ids(parcels, np.flatnonzero(inside >= least_m2))


def _ids(parcels: Parcels, rows: npt.NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(sorted(parcels.attributes[ID].take(pa.array(rows)).to_pylist()))
