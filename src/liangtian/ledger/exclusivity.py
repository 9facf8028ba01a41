"""The same ground is never credited twice: which lots lie on which, and whether the rule lets them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds
from liangtian.ledger.lots import Box, Ground, Lot, is_within_use, plane
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import reproject
from liangtian.space.overlay import shared
from liangtian.space.topology import mean_width
from liangtian.units import round_dm2, round_half_up

CELL_M = 1000.0

Spans = tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusivity:
    """What the rule tolerates between two credited lots.

    Attributes
    ----------
    area_m2, mean_width_m : a connected part of an overlap below both only touches: boundaries are digitised along the
        lines they respect. All such parts of one pair of lots together stay below the area too
    may_lie_on : pairs of kinds of credit (above, below): work on ground that has earned credits of another kind before.
        Even then no index of area is credited on both
    """

    area_m2: Fraction
    mean_width_m: Fraction
    may_lie_on: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, area_m2: Fraction | int = 0, mean_width_m: Fraction | int = 0) -> Exclusivity:
        """A tolerance (none, where none is given) with the pairs that `kinds.toml` lets lie on one another."""
        pairs = frozenset((above.id, below) for above in credit_kinds().values() for below in above.may_lie_on)
        return cls(area_m2=Fraction(area_m2), mean_width_m=Fraction(mean_width_m), may_lie_on=pairs)

    def overlap_dm2(self, one: Ground, other: Ground) -> int:
        """Ground both lots claim beyond the tolerance, hundredths of m² on the ellipsoid; the plane is that of `one`.

        Examples
        --------
        >>> left, right = (Ground.of(shapely.box(x, 3_375_000, x + 100, 3_375_100), "EPSG:4549") for x in (500_000, 500_099))
        >>> Exclusivity.of().overlap_dm2(left, right)
        10000
        >>> Exclusivity(area_m2=Fraction(101), mean_width_m=Fraction(2)).overlap_dm2(left, right)
        0
        """
        parts, areas = shared_ground(one, other)
        slivers = (areas < float(self.area_m2)) & (mean_width(parts) < float(self.mean_width_m))
        if areas[slivers].sum() >= float(self.area_m2):
            slivers[:] = False  # each is small and all are not: a comb of strips can cover a whole lot
        return int(round_dm2(areas[~slivers]).sum())

    def clash(self, one: Credited, other: Credited) -> int:
        """Ground that two lots are credited for and may not be both, hundredths of m²; 0: they may stand together."""
        if one.ground is None or other.ground is None or not self._exclude(one, other):
            return 0
        return self.overlap_dm2(other.ground, one.ground)

    def _exclude(self, one: Credited, other: Credited) -> bool:
        """Whether they are credited on one day for what cannot be earned twice."""
        if not (self._may_lie(one.lot, other.lot) or self._may_lie(other.lot, one.lot)):
            return any(_meet(a, b) for a in one.spans.values() for b in other.spans.values())
        shared = [name for name in one.spans if name in other.spans and indices()[name].unit == "m2"]
        return any(_meet(one.spans[name], other.spans[name]) for name in shared)

    def _may_lie(self, above: Lot, below: Lot) -> bool:
        """Whether the work came after what it improves: ground improved first was farmland, and is not reclaimed after."""
        return (above.credit, below.credit) in self.may_lie_on and above.on >= below.on


@dataclass(frozen=True, slots=True)
class Credited:
    """A lot with its credits.

    Attributes
    ----------
    ground : its own boundary or the one attached since
    spans : index → the times in which the lot has credits of it in the book
    highest : index → the most it ever had
    """

    lot: Lot
    ground: Ground | None
    spans: Mapping[str, Spans]
    highest: Mapping[str, int]

    def excess(self) -> tuple[str, int] | None:
        """The first index of area credited beyond the ground, and the ground in whole m²; None: the ground suffices."""
        if self.ground is None:
            return None
        ground_m2 = int(round_half_up(Fraction(self.ground.area_dm2, 100)))
        beyond = (name for name, most in self.highest.items() if indices()[name].unit == "m2" and most > ground_m2)
        return next(((name, ground_m2) for name in beyond), None)


class Cells:
    """Which lots touch which 1 km cell of a plane: the same cells the SQL book locks."""

    def __init__(self) -> None:
        self._lots: dict[str, dict[tuple[int, int], set[str]]] = {}

    def add(self, serial: str, ground: Ground) -> None:
        cells = self._lots.setdefault(ground.crs, defaultdict(set))
        for cell in cells_of(ground.box):
            cells[cell].add(serial)

    def near(self, ground: Ground) -> set[str]:
        """Serials of lots in the cells a ground touches, in every plane in use."""
        found: set[str] = set()
        for crs, cells in self._lots.items():
            # Every lot of a plane lies where the plane is used: what lies elsewhere is not near, and could not be drawn.
            if crs == ground.crs or is_within_use(ground.degrees, crs):
                x_min, y_min, x_max, y_max = shapely.bounds(in_plane(ground, crs)).tolist()
                for cell in cells_of((x_min, y_min, x_max, y_max)):
                    found |= cells.get(cell, set())
        return found


def cells_of(box: Box) -> Iterator[tuple[int, int]]:
    """The 1 km cells a box touches, column by column from the south-west.

    Examples
    --------
    >>> list(cells_of((500_900.0, 3_375_100.0, 501_100.0, 3_375_200.0)))
    [(500, 3375), (501, 3375)]
    """
    x_min, y_min, x_max, y_max = (int(np.floor(value / CELL_M)) for value in box)
    return ((x, y) for x in range(x_min, x_max + 1) for y in range(y_min, y_max + 1))


def shared_ground(one: Ground, other: Ground) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """The connected parts of the ground two boundaries share, in the plane of `one`, and their ellipsoidal areas in m²."""
    parts = shapely.get_parts(shared(np.array([one.shape], dtype=object), in_plane(other, one.crs)))
    parts = parts[shapely.area(parts) > 0.0]
    return parts, ellipsoidal_area(parts, plane(one.crs))


def in_plane(ground: Ground, crs: str) -> shapely.Geometry:
    """The boundary in another plane."""
    if ground.crs == crs:
        return ground.shape
    return reproject(np.array([ground.shape], dtype=object), plane(ground.crs), plane(crs))[0]


def _meet(one: Spans, other: Spans) -> bool:
    return any(a < d and c < b for a, b in one for c, d in other)
