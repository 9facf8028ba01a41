"""How well machines can work fields: regularity of shape, one figure a field.

Ratios of lengths and areas in the measuring plane: its scale cancels out. Lengths are those of the plane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Regularity:
    """Figures of n fields, each of shape (n,).

    Attributes
    ----------
    rectangularity : 1 for a rectangle, smaller the more of its frame a field leaves out
    elongation : short side of the frame by the long one; 1 for a square
    length_m : long side of the frame: how far a machine goes before it turns
    convexity : 1 where nothing is notched out
    corners : vertices of the outline and of holes
    """

    rectangularity: Floats
    elongation: Floats
    length_m: Floats
    convexity: Floats
    corners: npt.NDArray[np.int64]


def regularity(fields: Geometries) -> Regularity:
    """Measure the shape of fields.

    Parameters
    ----------
    fields : shape (n,), valid polygons with area, projected metres

    Source
    ------
    Rectangularity = area / area of the minimum rotated rectangle: Rosin (1999), Measuring rectangularity, Machine
    Vision and Applications 11. Convexity = area / area of the convex hull, elongation = sides of the rectangle, and
    what they mean for field work: Oksanen (2013), Shape-describing indices for agricultural field plots and their
    relationship to operational efficiency, Computers and Electronics in Agriculture 98.

    Examples
    --------
    >>> made = regularity(np.array([shapely.box(0, 0, 40, 10), shapely.Polygon([(0, 0), (4, 0), (0, 3)])]))
    >>> made.rectangularity.round(2).tolist(), made.elongation[:1].tolist(), made.length_m[:1].tolist()
    ([1.0, 0.5], [0.25], [40.0])
    >>> made.convexity.tolist(), made.corners.tolist()
    ([1.0, 1.0], [4, 3])
    """
    area = shapely.area(fields)
    frame = shapely.minimum_rotated_rectangle(fields)
    corner = shapely.get_coordinates(shapely.get_exterior_ring(frame)).reshape(-1, 5, 2)
    side = np.hypot(*np.moveaxis(corner[:, 1:3] - corner[:, :2], 2, 0)) if len(fields) else np.empty((0, 2))
    long = side.max(axis=1, initial=0.0)
    rings = shapely.get_num_interior_rings(fields) + 1
    return Regularity(
        np.minimum(area / shapely.area(frame), 1.0),
        side.min(axis=1, initial=np.inf) / long,
        long,
        np.minimum(area / shapely.area(shapely.convex_hull(fields)), 1.0),
        (shapely.get_num_coordinates(fields) - rings).astype(np.int64),
    )
