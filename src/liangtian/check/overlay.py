"""Cut layers with a boundary: pieces, their ellipsoidal areas, and what merely touches a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS

from liangtian.onemap.index import Index
from liangtian.onemap.snapshot import ID
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import reproject
from liangtian.space.overlay import LEAST_M2, remainder, shared
from liangtian.units import round_dm2

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The parts of parcels that lie inside a boundary.

    Attributes
    ----------
    shapes : shape (k,), polygons or multipolygons in the measuring plane `crs`
    area_dm2 : shape (k,), ellipsoidal, rounded once per piece
    parcel_dm2 : shape (k,), area of the whole parcel each piece belongs to
    attributes : k rows, the columns asked for, `parcel_id` first
    """

    shapes: Shapes
    area_dm2: Ints
    parcel_dm2: Ints
    attributes: pa.Table
    crs: CRS

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def total_dm2(self) -> int:
        return int(self.area_dm2.sum())

    def ids(self, chosen: npt.NDArray[np.bool_] | None = None) -> tuple[str, ...]:
        """Sorted ids of the parcels, of all pieces or of the chosen ones."""
        ids = self.attributes[ID] if chosen is None else self.attributes[ID].filter(pa.array(chosen))
        return tuple(sorted(set(ids.to_pylist())))

    def take(self, rows: Ints) -> Pieces:
        chosen = self.attributes.take(pa.array(rows))
        return Pieces(self.shapes[rows], self.area_dm2[rows], self.parcel_dm2[rows], chosen, self.crs)


def cut(
    layers: Mapping[str, tuple[Sequence[Index], Sequence[str]]], boundary: shapely.Geometry, crs: CRS
) -> dict[str, Pieces]:
    """Cut every parcel of some layers with a boundary, and measure all that was cut through at once.

    Parameters
    ----------
    layers : for each layer, versions that do not cover each other's ground (places side by side), and the
        attributes wanted; a column a version does not have is null
    boundary : valid polygon or multipolygon in `crs`
    crs : measuring plane of the result

    Returns
    -------
    dict : pieces by layer; parcels inside keep the area measured at publishing; slits without area are out
    """
    clips = {layer: [_Clip.of(index, boundary, crs) for index in indexes] for layer, (indexes, _) in layers.items()}
    _measure([clip for found in clips.values() for clip in found])
    return {layer: _joined(found, crs, layers[layer][1]) for layer, found in clips.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Clip:
    """Parcels of one index that meet a boundary; shapes and areas of those not wholly inside are of the part inside."""

    index: Index
    rows: Ints
    shapes: Shapes
    area_dm2: Ints
    through: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, index: Index, boundary: shapely.Geometry, crs: CRS) -> _Clip:
        own = reproject(np.array([boundary], dtype=object), crs, index.crs)[0]
        rows = index.search(own.bounds)
        shapes = index.geometry(rows)
        shapely.prepare(own)
        meets = shapely.intersects(own, shapes)
        rows, shapes = rows[meets], shapes[meets]
        through = ~shapely.covers(own, shapes)
        shapes[through] = shared(shapes[through], own)
        return cls(index, rows, shapes, index.area_dm2[rows], through)

    def pieces(self, crs: CRS, columns: Sequence[str]) -> Pieces:
        kept = np.flatnonzero(self.area_dm2 > 0)
        attributes = self.index.take((ID, *columns), self.rows[kept])
        whole = self.index.area_dm2[self.rows[kept]]
        return Pieces(reproject(self.shapes[kept], self.index.crs, crs), self.area_dm2[kept], whole, attributes, crs)


def _measure(clips: Sequence[_Clip]) -> None:
    """Fill in the areas of what was cut through; all of one plane together, as a measurement costs little more for many."""
    for plane in {clip.index.crs.srs: clip.index.crs for clip in clips}.values():
        here = [clip for clip in clips if clip.index.crs.srs == plane.srs]
        cut_through = np.concatenate([clip.shapes[clip.through] for clip in here])
        area_dm2 = round_dm2(ellipsoidal_area(cut_through, plane))
        ends = np.cumsum([np.count_nonzero(clip.through) for clip in here])
        for clip, part in zip(here, np.split(area_dm2, ends[:-1]), strict=True):
            clip.area_dm2[clip.through] = part


def _joined(clips: Sequence[_Clip], crs: CRS, columns: Sequence[str]) -> Pieces:
    found = [clip.pieces(crs, columns) for clip in clips]
    if len(found) == 1:
        return found[0]
    if not found:
        empty = pa.table({name: pa.array([], pa.string()) for name in (ID, *columns)})
        return Pieces(np.empty(0, dtype=object), *(np.empty(0, dtype=np.int64),) * 2, empty, crs)
    return Pieces(
        np.concatenate([p.shapes for p in found]),
        np.concatenate([p.area_dm2 for p in found]),
        np.concatenate([p.parcel_dm2 for p in found]),
        pa.concat_tables([p.attributes for p in found], promote_options="permissive"),
        crs,
    )


def fitted(pieces: Pieces, whole_dm2: int) -> Pieces:
    """The pieces with what rounding has put beyond the whole taken back, 0.01 m² each from the largest.

    Parameters
    ----------
    whole_dm2 : what was cut; an excess of more than 0.01 m² a piece is ground covered twice and left as it is
    """
    excess = pieces.total_dm2 - whole_dm2
    if not 0 < excess <= len(pieces):
        return pieces
    area_dm2 = pieces.area_dm2.copy()
    area_dm2[np.argsort(-area_dm2, kind="stable")[:excess]] -= 1
    return replace(pieces, area_dm2=area_dm2)


@dataclass(frozen=True, slots=True)
class LineTolerance:
    """A part of an overlap below both limits is said to touch the line, not to cross it."""

    area_m2: Fraction
    width_m: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """What of a boundary lies on (or outside of) a control area.

    Attributes
    ----------
    parts : shape (p,), the connected parts that count
    area_dm2 : their area
    touching : shape (t,), slivers along the line, which do not count
    touching_dm2 : their area
    """

    parts: Shapes
    area_dm2: int
    touching: Shapes
    touching_dm2: int


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Ground to be parted into what counts and what merely touches a line.

    Attributes
    ----------
    merged : what is to be parted, neighbours united: a strip along many parcels is one strip, whatever it is cut into
    beyond : shapes that count as they are
    beyond_dm2 : their area
    """

    merged: shapely.Geometry
    beyond: Shapes = field(default_factory=lambda: np.empty(0, dtype=object))
    beyond_dm2: int = 0


def ground_on(pieces: Pieces, tolerance: LineTolerance, *, disjoint: bool = False) -> Ground:
    """The ground of the pieces of a control area.

    Parameters
    ----------
    disjoint : the layer is known to overlap nowhere, so only small pieces and what they adjoin need merging
    """
    if not disjoint:
        return Ground(shapely.union_all(pieces.shapes))
    near = _near(pieces.shapes, pieces.area_dm2 < 100 * float(tolerance.area_m2))
    return Ground(shapely.union_all(pieces.shapes[near]), pieces.shapes[~near], int(pieces.area_dm2[~near].sum()))


def ground_outside(boundary: shapely.Geometry, pieces: Pieces) -> Ground:
    """The part of a boundary not covered by the pieces of a control area."""
    if not len(pieces):
        return Ground(boundary)
    return Ground(remainder(np.array([boundary], dtype=object), shapely.union_all(pieces.shapes))[0])


def parted(grounds: Sequence[Ground], crs: CRS, tolerance: LineTolerance) -> list[Overlap]:
    """What of each ground counts and what merely touches the line; all are measured at once."""
    each = [_polygons(ground.merged) for ground in grounds]
    parts = np.concatenate([*each, np.empty(0, dtype=object)])
    area = ellipsoidal_area(parts, crs)
    width = 2 * area / np.maximum(shapely.length(parts), 1e-9)  # a strip's perimeter is twice its length
    touches = (area < float(tolerance.area_m2)) & (width < float(tolerance.width_m))
    ends = np.cumsum([len(found) for found in each], dtype=np.int64)
    told = (np.split(values, ends)[:-1] for values in (parts, round_dm2(area), touches))
    return [_overlap(ground, *found) for ground, *found in zip(grounds, *told, strict=True)]


def _overlap(ground: Ground, parts: Shapes, dm2: Ints, touches: npt.NDArray[np.bool_]) -> Overlap:
    counted, counted_dm2 = np.append(ground.beyond, parts[~touches]), ground.beyond_dm2 + int(dm2[~touches].sum())
    return Overlap(counted, counted_dm2, parts[touches], int(dm2[touches].sum()))


def _near(shapes: Shapes, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The chosen shapes and those that meet one of them; shape (k,)."""
    near = chosen.copy()
    if chosen.any():
        near[shapely.STRtree(shapes).query(shapes[chosen], predicate="intersects")[1]] = True
    return near


def _polygons(geometry: shapely.Geometry) -> Shapes:
    parts = np.asarray(shapely.get_parts(shapely.get_parts(geometry)), dtype=object)
    return np.asarray(parts[shapely.get_type_id(parts) == 3], dtype=object)


def on_parts(pieces: Pieces, parts: Shapes) -> npt.NDArray[np.bool_]:
    """Which pieces share ground (not only an edge) with any of the parts; shape (k,).

    Most parts are one piece over again, as the parcels of a control layer mostly are; of the other pieces most are told by
    an inner point. What remains is cut, but not with parts that are a piece over again.
    """
    hit = np.zeros(len(pieces), dtype=bool)
    if not len(parts) or not len(pieces):
        return hit
    part, piece = shapely.STRtree(pieces.shapes).query(parts)
    copies = _copies(parts, pieces.shapes, part, piece)
    hit[piece[copies]] = True
    again = np.zeros(len(parts), dtype=bool)
    again[part[copies]] = True
    part, piece = _left(part, piece, hit)
    shapely.prepare(parts)
    hit[piece[shapely.contains_properly(parts[part], shapely.point_on_surface(pieces.shapes[piece]))]] = True
    part, piece = _left(part, piece, hit)
    part, piece = part[~again[part]], piece[~again[part]]
    share = sharing(parts[part], pieces.shapes[piece])
    part, piece = part[share], piece[share]
    more = shapely.area(shared(parts[part], pieces.shapes[piece])) >= LEAST_M2
    hit[piece[more]] = True
    return hit


def _left(part: Ints, piece: Ints, hit: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The pairs whose piece is not hit yet."""
    left = ~hit[piece]
    return part[left], piece[left]


def _copies(parts: Shapes, shapes: Shapes, part: Ints, shape: Ints) -> npt.NDArray[np.bool_]:
    """Pairs in which the part is the shape over again; shape (k,)."""
    copies: npt.NDArray[np.bool_] = np.abs(shapely.area(parts)[part] - shapely.area(shapes)[shape]) < 1e-3
    one, other = parts[part[copies]], shapes[shape[copies]]
    copies[copies] = shapely.equals_exact(one, other, tolerance=1e-6, normalize=True)
    return copies


def sharing(ground: Shapes | shapely.Geometry, shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Which shapes do more than touch the ground, one for all or one for each: asking is cheaper than cutting."""
    shapely.prepare(ground)
    more: npt.NDArray[np.bool_] = shapely.intersects(ground, shapes)
    other = ground[more] if isinstance(ground, np.ndarray) else ground
    more[more] = ~shapely.touches(other, shapes[more])
    return more


def within_dm2(
    pieces: Pieces, chosen: npt.NDArray[np.bool_], ground: shapely.Geometry, beside: shapely.Geometry
) -> int:
    """Area of the chosen pieces inside `ground`; pieces wholly inside keep the area they have.

    Parameters
    ----------
    beside : whatever of the boundary is not `ground`. A piece that keeps off it lies in the ground: asking that spares
        most cuts, and never meets edges that both got from the boundary, which nearly coincide.
    """
    shapes, area = pieces.shapes[chosen], pieces.area_dm2[chosen]
    whole = ~sharing(beside, shapes) & (shapely.get_num_geometries(shapes) == 1)  # parts may lie here and there
    rest = shapes[~whole]
    cut_through = shared(rest[sharing(ground, rest)], ground)
    return int(area[whole].sum() + round_dm2(ellipsoidal_area(cut_through, pieces.crs)).sum())


def covered_dm2(pieces: Pieces, *, disjoint: bool = False) -> int:
    """Area of the union of the pieces, hundredths of m²: less than their sum where parcels overlap.

    Parameters
    ----------
    disjoint : the layer is known to overlap nowhere, so the sum is the union
    """
    if disjoint or not len(pieces):
        return pieces.total_dm2
    union = shapely.union_all(pieces.shapes)
    return int(round_dm2(ellipsoidal_area(np.array([union], dtype=object), pieces.crs))[0])
