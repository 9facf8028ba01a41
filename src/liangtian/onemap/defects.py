"""What a quality rule sees (`Subject`), what it answers (`Hits`), and how the answer becomes findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.finding import Finding, Outcome, Where
from liangtian.onemap.columns import decoded, whole
from liangtian.onemap.landclass import is_farmland
from liangtian.onemap.layers import Conformed
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import reproject, to_measuring_plane
from liangtian.space.packed import measured, replaced
from liangtian.space.topology import (
    Copies,
    Coverage,
    Invalid,
    coverage,
    find_duplicates,
    find_invalid,
    is_absent,
    is_flat,
    is_polygonal,
)
from liangtian.units import round_dm2

Index = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

LIMIT = 10_000
"""Findings kept per rule, in row order; one more finding then states the full count."""


class Subject:
    """A conformed layer as the rules see it; what costs time is computed once, when a rule first asks.

    `farmland` is the mask of DLBM 01xx; `plane` the geometry in the plane the layer is measured in; `area_dm2` the
    ellipsoidal area in hundredths of m², 0 where there is no polygon; `absent`, `polygonal`, `flat` what each geometry is.
    All arrays have shape (n,).
    """

    def __init__(self, layer: Conformed, extent: shapely.Geometry | None = None) -> None:
        """`extent`: the ground the layer should cover, in the CRS of the file; None if unknown."""
        self.layer = layer
        self.extent = extent
        self.geometry = layer.features.geometry

    def text(self, name: str) -> pa.Array:
        return decoded(self._column(name))

    def _column(self, name: str) -> pa.Array:
        return whole(self.layer.features.attributes[name])

    def number(self, name: str) -> Floats:
        """A number column with nan for null; whole numbers beyond 2**53 are as near as numbers come."""
        column = self._column(name).cast(pa.float64(), safe=False)
        return np.asarray(pc.fill_null(column, np.nan), dtype=np.float64)

    def filled(self, name: str) -> Mask:
        return np.asarray(pc.is_valid(self._column(name)))

    def among(self, name: str, codes: Sequence[str]) -> Mask:
        """Whether the value is one of `codes`; False for null."""
        column, wanted = self._column(name), pa.array(codes, pa.string())
        if not pa.types.is_dictionary(column.type):
            return np.asarray(pc.is_in(column, value_set=wanted))
        return np.asarray(pc.fill_null(pc.is_in(column.dictionary, value_set=wanted).take(column.indices), False))

    def has_column(self, name: str) -> bool:
        return name not in self.layer.absent

    @cached_property
    def _kinds(self) -> npt.NDArray[np.bool_]:
        return measured(
            self.geometry, lambda part: np.stack([is_absent(part), is_polygonal(part), is_flat(part)], axis=1)
        )

    @property
    def absent(self) -> Mask:
        return self._kinds[:, 0]

    @property
    def polygonal(self) -> Mask:
        return self._kinds[:, 1]

    @property
    def flat(self) -> Mask:
        return self._kinds[:, 2]

    @cached_property
    def can_measure(self) -> bool:
        absent = self.absent.copy()
        absent[self.invalid.unmeasurable] = True
        return self.layer.features.crs is not None and not absent.all()

    @cached_property
    def farmland(self) -> Mask:
        return is_farmland(self.text("DLBM"))

    @property
    def _crs(self) -> CRS:
        crs = self.layer.features.crs
        assert crs is not None, "rules that measure are asked only when `can_measure`"
        return crs

    @cached_property
    def _plane(self) -> tuple[Geometries, CRS]:
        crs = self.layer.features.crs
        assert crs is not None
        if not len(self.invalid.unmeasurable):
            return to_measuring_plane(self.geometry, self._crs)
        nothing = np.full(len(self.invalid.unmeasurable), None, dtype=object)
        return to_measuring_plane(replaced(self.geometry, self.invalid.unmeasurable, nothing), self._crs)

    @property
    def plane(self) -> Geometries:
        return self._plane[0]

    @property
    def plane_crs(self) -> CRS:
        return self._plane[1]

    @property
    def plane_extent(self) -> shapely.Geometry | None:
        if self.extent is None:
            return None
        return reproject(np.array([self.extent], dtype=object), self._crs, self._plane[1])[0]

    @cached_property
    def coverage(self) -> Coverage:
        return coverage(self.plane, self.invalid if self.plane is self.geometry else None)

    @cached_property
    def invalid(self) -> Invalid:
        return find_invalid(self.geometry)

    @cached_property
    def copies(self) -> Copies:
        return find_duplicates(self.geometry)

    @cached_property
    def area_dm2(self) -> Index:
        return self.measure_dm2(self.plane)

    def measure_dm2(self, pieces: Geometries) -> Index:
        """Ellipsoidal area of pieces that lie in the plane, hundredths of m²; shape (k,)."""
        return round_dm2(ellipsoidal_area(pieces, self._plane[1]))

    def places(self, pieces: Geometries) -> Floats:
        """A point inside each piece of the plane, in the CRS of the file; shape (k, 2)."""
        points = reproject(shapely.point_on_surface(pieces), self._plane[1], self._crs)
        return np.asarray(shapely.get_coordinates(points)).reshape(-1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """The defects one rule found.

    Attributes
    ----------
    at : shape (k,), positions of the rows, in order; -1 for a place that belongs to no row (a gap)
    values : what the sentence names, one value a hit
    measured, required : JSON-ready, one a hit, or empty
    others : shape (k,), positions of a second parcel concerned, or empty
    xy : shape (k, 2), the place of each defect in the file's CRS; None for a point inside the parcel
    """

    at: Index
    values: Mapping[str, Sequence[object]] = field(default_factory=dict)
    measured: Sequence[object] = ()
    required: Sequence[object] = ()
    others: Index = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    xy: Floats | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One quality rule.

    `refuse` makes the layer unusable, `note` does not. `check` is None for a rule about the layer as a whole or about
    what was done to it. `needs` are columns without which the rule cannot be asked;
    `measures` says that it needs a CRS and at least one geometry. `status` is `text`, `ours` or `unverified`.
    """

    id: str
    severity: Literal["refuse", "note"]
    message_id: str
    check: Callable[[Subject], Iterator[Hits]] | None
    source: str
    layers: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    measures: bool = False
    status: Literal["text", "ours", "unverified"] = "text"


def rows_where(subject: Subject, mask: Mask, **columns: str) -> Iterator[Hits]:
    """The rows of a mask; the sentence names the values of `columns` (sentence place = column)."""
    at = np.flatnonzero(mask).astype(np.int64)
    if len(at):
        shown = at[:LIMIT]
        values = {place: _shown(subject.text(name).take(shown)) for place, name in columns.items()}
        yield Hits(at, values)


def findings_of(rule: Rule, subject: Subject, hits: tuple[Hits, ...]) -> list[Finding]:
    """One finding a hit, in row order, at most `LIMIT`, then one with the full count."""
    placed = [pair for some in hits for pair in _findings(rule, subject, some)]
    placed.sort(key=lambda pair: pair[0])
    found = [finding for _, finding in placed[:LIMIT]]
    count = sum(len(some.at) for some in hits)
    if count > LIMIT:
        params = {"rule": rule.id, "count": count, "shown": LIMIT}
        source = subject.layer.features.source
        found.append(Finding(rule.id, Outcome.FAIL, "layer-more-findings", params, where=Where(source)))
    return found


def _findings(rule: Rule, subject: Subject, hits: Hits) -> Iterator[tuple[int, Finding]]:
    """The first `LIMIT` findings of some hits, each with its position."""
    features, ids = subject.layer.features, subject.layer.ids
    at, others = hits.at[:LIMIT], hits.others[:LIMIT]
    xy = _inner_points(subject, at) if hits.xy is None else hits.xy[:LIMIT]
    names = ids.take(pa.array(at, mask=at < 0)).to_pylist()
    second = ids.take(pa.array(others)).to_pylist() or [None] * len(at)
    rows = features.rows[at].tolist()
    for k, (name, other, (x, y)) in enumerate(zip(names, second, xy.tolist(), strict=True)):
        row = rows[k] if at[k] >= 0 else None
        named = {"row": row, "parcel": name, "other": other} if name is not None else {}
        parcels = tuple(sorted({parcel for parcel in (name, other) if parcel is not None}))
        place = (x, y) if np.isfinite(x) and np.isfinite(y) else (None, None)
        yield (
            int(at[k]),
            Finding(
                rule.id,
                Outcome.FAIL,
                rule.message_id,
                {key: values[k] for key, values in hits.values.items()} | named,
                measured=hits.measured[k] if len(hits.measured) else None,
                required=hits.required[k] if len(hits.required) else None,
                parcels=parcels,
                where=Where(features.source, row, *place),
            ),
        )


def of_layer(rule_id: str, subject: Subject, message_id: str, outcome: Outcome, **params: object) -> Finding:
    """A finding about the layer as a whole."""
    source = subject.layer.features.source
    return Finding(rule_id, outcome, message_id, {"file": source, **params}, where=Where(source))


def m2(area_dm2: Index) -> list[float]:
    """Hundredths of m² as JSON-ready m²."""
    return [value / 100 for value in area_dm2.tolist()]


def _inner_points(subject: Subject, at: Index) -> Floats:
    xy = np.full((len(at), 2), np.nan)
    geometry = subject.geometry[at]
    here = np.flatnonzero(~is_absent(geometry))
    # A shape without a single sound coordinate has no inner point: its place stays unknown.
    points = shapely.point_on_surface(geometry[here])
    good = ~is_absent(points)
    xy[here[good]] = shapely.get_coordinates(points[good])
    return xy


def _shown(values: pa.Array) -> list[object]:
    return ["" if value is None else value for value in values.to_pylist()]
