"""Which place speaks for which ground, where several publish the same layer (decision 0011).

A place speaks for its own ground; what a higher place published holds for the rest. Where a place ends is told by the
administrative areas, else the village survey areas, else the land-use parcels; where none of them is published, by the
outlines of the version itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.onemap import snapshot
from liangtian.onemap.index import Index
from liangtian.onemap.places import lies_in, stem
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import reproject
from liangtian.space.overlay import remainder
from liangtian.units import round_dm2

GROUND_COLUMNS = {"XZQ": "XZQDM", "CJDCQ": "ZLDWDM", "DLTB": "ZLDWDM"}
"""Layers that tell where a place ends, first come first asked, and their column of codes."""

FORM = 1  # raise when shares are cut otherwise; older ones are cut again
Find = Callable[[str], Index]


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """A version as far as precedence goes: for which place it was published, of which layer, with which content."""

    place: str
    layer: str
    digest: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where the ground of a place is drawn: rows of a snapshot whose code begins so; without a column all of them."""

    digest: str
    column: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A version and the ground it leaves to nearer places.

    Attributes
    ----------
    left : one entry a nearer place; the first of its sources that has any row draws the ground
    """

    claim: Claim
    left: tuple[tuple[Source, ...], ...] = ()

    @property
    def key(self) -> str:
        """Names the content of the share: the digest of the snapshot if nothing is left to anybody."""
        if not self.left:
            return self.claim.digest
        named = f"{FORM} {self.claim.digest} {self.left}"
        return hashlib.sha256(named.encode()).hexdigest()


def is_nearer(one: str, other: str) -> bool:
    """Whether one place speaks before another: it lies in it, or is a functional zone, which has no code.

    Examples
    --------
    >>> is_nearer("339901", "339900"), is_nearer("339900", "339901"), is_nearer("339901", "339902")
    (True, False, False)
    >>> is_nearer("zone-1", "339901"), is_nearer("339901", "zone-1"), is_nearer("3399", "339900")
    (True, False, False)
    """
    if not (one.isdecimal() and other.isdecimal()):
        return other.isdecimal()
    return lies_in(one, other) and stem(one) != stem(other)


def shares(layer: str, claims: Iterable[Claim]) -> list[Share]:
    """What each version of a layer speaks for.

    Parameters
    ----------
    claims : of one date: the newest version of each place, of this layer and of those in `GROUND_COLUMNS`

    Returns
    -------
    list of Share, by place
    """
    given = set(claims)
    asked = sorted(claim for claim in given if claim.layer == layer)
    if len(asked) == 1:
        return [Share(asked[0])]  # as nearly always: nobody is nearer
    known = sorted(given)
    return [
        Share(claim, tuple(_sources(other, known) for other in asked if is_nearer(other.place, claim.place)))
        for claim in asked
    ]


def sources_of(place: str, claims: Iterable[Claim]) -> tuple[Source, ...]:
    """Where the ground of a place may be drawn, in the order they are asked."""
    known = list(claims)
    found: list[Source] = []
    for layer, column in GROUND_COLUMNS.items():
        told = [claim for claim in known if claim.layer == layer]
        own = [Source(claim.digest) for claim in told if stem(claim.place) == stem(place)]
        if own:
            return (*found, own[0])  # a version is never empty: nothing after it is asked
        above = [claim for claim in told if place.isdecimal() and is_nearer(place, claim.place)]
        above.sort(key=lambda claim: -len(stem(claim.place)))
        found += [Source(claim.digest, column, stem(place)) for claim in above if claim.place.isdecimal()]
    return tuple(found)


def _sources(claim: Claim, known: Sequence[Claim]) -> tuple[Source, ...]:
    return (*sources_of(claim.place, known), Source(claim.digest))


def drawn(sources: Sequence[Source], find: Find, crs: CRS) -> shapely.Geometry | None:
    """The ground the first source with any row draws, in the plane asked for; None if none of them has one."""
    for source in sources:
        index = find(source.digest)
        rows = np.arange(len(index))
        if source.column:
            codes = index.column(source.column, rows).cast(pa.string())
            rows = rows[np.asarray(pc.fill_null(pc.starts_with(codes, source.prefix), False))]
        if len(rows):
            return shapely.union_all(reproject(index.geometry(rows), index.crs, crs))
    return None


def remaining(table: pa.Table, share: Share, find: Find) -> pa.Table:
    """A snapshot without the ground it leaves: parcels there are out, those on the edge are cut and measured anew.

    Parameters
    ----------
    table : in snapshot form
    find : the index of a digest
    """
    crs = snapshot.crs_of(table)
    grounds = [shape for sources in share.left if (shape := drawn(sources, find, crs)) is not None]
    ground = shapely.union_all(grounds)
    shapes = shapely.from_wkb(table[snapshot.GEOMETRY].to_numpy(zero_copy_only=False))
    shapely.prepare(ground)
    meets = np.flatnonzero(shapely.intersects(ground, shapes))
    rest = remainder(shapes[meets], ground)
    cut = shapely.area(shapes[meets]) - shapely.area(rest) > 1e-6  # what only touches stays as it was published
    at, rest = meets[cut], rest[cut]
    area = table[snapshot.AREA].to_numpy().copy()
    area[at] = round_dm2(ellipsoidal_area(rest, crs))
    shapes[at] = rest
    kept = np.ones(len(shapes), dtype=bool)
    kept[at] = area[at] > 0
    changed = _with_geometry(table, shapes, area)
    return changed.filter(pa.array(kept))


def _with_geometry(table: pa.Table, shapes: np.ndarray, area: np.ndarray) -> pa.Table:
    """The same rows with other outlines."""
    bounds = pa.StructArray.from_arrays(list(shapely.bounds(shapes).T), names=["xmin", "ymin", "xmax", "ymax"])
    columns = {
        snapshot.AREA: pa.array(area),
        snapshot.BBOX: bounds,
        snapshot.GEOMETRY: pa.array(shapely.to_wkb(shapes, byte_order=1), type=pa.binary()),
    }
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    return table
