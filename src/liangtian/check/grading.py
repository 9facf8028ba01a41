"""The grade of farmland: its own (GDDB of DLTB), else that of the grade layer lying on it, else unknown.

The grade layer is laid over the parcels that have no grade: its records carry ids of their own, and a parcel may hold
ground of two grades. Each part then counts with its own grade. Where the layer does not cover a parcel, or says two
things of the same ground, that ground has no grade.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.check.overlay import Pieces, sharing
from liangtian.onemap.farmland import WORST, grades_of
from liangtian.space.area import ellipsoidal_area
from liangtian.space.overlay import shared
from liangtian.units import net_dm2, round_dm2

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Pieces parted by grade; every piece is in it, most of them as one part. Each of shape (m,), by piece.

    Attributes
    ----------
    piece : position of the piece
    grade : 1–15, 0 where unknown
    area_dm2, net_dm2 : the parts of a piece add up to the piece
    from_layer : the grade was taken from the grade layer
    """

    piece: Ints
    grade: Ints
    area_dm2: Ints
    net_dm2: Ints
    from_layer: npt.NDArray[np.bool_]


def undivided(grade: Ints, area_dm2: Ints, net: Ints) -> Parts:
    """Every piece as one part, with its own grade."""
    return Parts(np.arange(len(grade)), grade, area_dm2, net, np.zeros(len(grade), dtype=bool))


def divided(parts: Parts, pieces: Pieces, ridge: Ints, layer: Pieces, *, wanted: Ints, tolerance_dm2: int) -> Parts:
    """Part the wanted pieces by the grades of the layer lying on them.

    Parameters
    ----------
    parts : `undivided`
    ridge : shape (n,), ridge coefficient of each piece, millionths
    layer : pieces of the grade layer, with column `GDDB`
    wanted : shape (k,), positions of the pieces that lack a grade
    tolerance_dm2 : ground left over or covered twice up to this much is put to the largest part of its piece
    """
    piece, grade, area = _laid_over(pieces, layer, wanted)
    covered = np.bincount(piece, weights=area, minlength=len(pieces)).astype(np.int64)
    rest = pieces.area_dm2 - covered
    agreed = rest[piece] >= -tolerance_dm2
    piece, grade, area = piece[agreed], grade[agreed], area[agreed]
    held = np.unique(piece)
    bare = held[rest[held] > tolerance_dm2]
    piece, grade = np.r_[piece, bare], np.r_[grade, np.zeros(len(bare), dtype=np.int64)]
    area = _made_up(np.r_[area, rest[bare]], piece, pieces.area_dm2)
    net = _made_up(net_dm2(area, ridge[piece]), piece, parts.net_dm2)
    return _replaced(parts, Parts(piece, grade, area, net, grade > 0))


def _made_up(values: Ints, piece: Ints, total: Ints) -> Ints:
    """The values, the largest of each piece changed so that they add up to its total.

    Examples
    --------
    >>> _made_up(np.array([5, 9, 7]), np.array([0, 0, 1]), np.array([15, 6])).tolist()
    [5, 10, 6]
    """
    order = np.lexsort((-values, piece))
    largest = order[np.r_[True, np.diff(piece[order]) > 0][: len(order)]]
    missing = total - np.bincount(piece, weights=values, minlength=len(total)).astype(np.int64)
    made = values.copy()
    made[largest] += missing[piece[largest]]
    return made


def _replaced(parts: Parts, fresh: Parts) -> Parts:
    """The parts with some pieces parted anew, by piece."""
    stay = ~np.isin(parts.piece, fresh.piece)
    columns = ("piece", "grade", "area_dm2", "net_dm2", "from_layer")
    joined = [np.concatenate([getattr(parts, name)[stay], getattr(fresh, name)]) for name in columns]
    order = np.lexsort((joined[1], joined[0]))
    return Parts(*(values[order] for values in joined))


def _laid_over(pieces: Pieces, layer: Pieces, wanted: Ints) -> tuple[Ints, Ints, Ints]:
    """Ground of each grade on the wanted pieces: position of the piece, grade, hundredths of m²; one a piece and grade."""
    grade = grades_of(layer.attributes["GDDB"])
    over, under = shapely.STRtree(layer.shapes).query(pieces.shapes[wanted])
    over, under = wanted[over[grade[under] > 0]], under[grade[under] > 0]
    area = _shared_dm2(pieces, over, layer.shapes[under])
    named = over * (WORST + 1) + grade[under]
    each, at = np.unique(named[area > 0], return_inverse=True)
    summed = np.bincount(at, weights=area[area > 0], minlength=len(each)).astype(np.int64)
    return each // (WORST + 1), each % (WORST + 1), summed


def _shared_dm2(pieces: Pieces, at: Ints, grounds: npt.NDArray[np.object_]) -> Ints:
    """Area a piece has in a ground, shape (k,): most lie whole inside or beside it, as one outline was drawn along the other."""
    shapes, area = pieces.shapes[at], pieces.area_dm2[at].copy()
    met = shapely.intersects(grounds, shapely.point_on_surface(shapes))
    whole = met.copy()
    whole[met] = shapely.covers(grounds[met], shapes[met])
    beside = ~met
    beside[beside] = ~sharing(grounds[beside], shapes[beside])
    cut = ~whole & ~beside
    area[beside] = 0
    area[cut] = round_dm2(ellipsoidal_area(shared(shapes[cut], grounds[cut]), pieces.crs))
    return area
