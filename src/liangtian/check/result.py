"""The result of a check: a stable JSON document, and shapes for the map."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from liangtian.check.gather import Boundary, Gathered
from liangtian.check.suspicion import UNREAD
from liangtian.finding import Finding, Outcome, Step
from liangtian.messages import Language, render
from liangtian.onemap.snapshot import ID
from liangtian.space.crs import CGCS2000, geographic, is_cgcs2000, reproject
from liangtian.units import m2_from_dm2


@dataclass(frozen=True, slots=True, eq=False)
class CheckResult:
    """What a check concluded.

    Attributes
    ----------
    head : kind, on, place, documents, rules_digest, kernel, boundary, layers
    findings : in the order of documents, clauses and obligations
    gathered : facts and tables
    boundary : the ground asked about
    notes : what reading the boundary file assumed or found: coordinate system, swapped axes, declared areas …
    """

    head: dict[str, Any]
    findings: tuple[Finding, ...]
    gathered: Gathered
    boundary: Boundary
    notes: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Outcome:
        """The gravest outcome; a boundary of which plots were left out is never found to comply."""
        return verdict((*self.findings, *(note for note in self.notes if note.rule == UNREAD)))

    @property
    def facts(self) -> dict[str, Any]:
        return self.gathered.facts

    def data(self, *, lang: Language = "zh") -> dict[str, Any]:
        """The result as a document (docs/reference/check.md); areas are Decimal m² with two places."""
        notes = [{"rule": note.rule, "message": render(note, lang=lang)} for note in self.notes]
        head = {**self.head, "boundary": {**self.head["boundary"], "notes": notes}}
        return {**head, **self.gathered.tables, "findings": [as_data(f, lang=lang) for f in self.findings]}

    def to_json(self, *, lang: Language = "zh") -> str:
        """The same bytes for the same inputs: keys in fixed order, areas as numbers with two decimals."""
        return to_json(self.data(lang=lang))

    def geojson(self) -> dict[str, Any]:
        """Boundary, cut pieces and control overlaps for the map: longitude and latitude, role in `properties`."""
        features = [_feature(self.boundary.shape, self.boundary.crs, {"role": "boundary"})]
        pieces = self.gathered.pieces
        if pieces is not None:
            shapes, names = _degrees(pieces.shapes, pieces.crs), pieces.attributes.select([ID, "DLBM"])
            about_each = zip(*names.to_pydict().values(), strict=True)
            for shape, dm2, (one, code) in zip(shapes, pieces.area_dm2, about_each, strict=True):
                about = {"role": "piece", "parcel_id": one, "DLBM": code, "area_m2": float(m2_from_dm2(int(dm2)))}
                features.append(_geojson_feature(shape, about))
        for layer, overlap in self.gathered.overlaps.items():
            for role, shapes in (("overlap", overlap.parts), ("touching", overlap.touching)):
                features += [_feature(shape, self.boundary.crs, {"role": role, "layer": layer}) for shape in shapes]
        return {"type": "FeatureCollection", "features": features}


def _feature(shape: shapely.Geometry, crs: CRS, about: Mapping[str, Any]) -> dict[str, Any]:
    return _geojson_feature(_degrees(np.array([shape], dtype=object), crs)[0], about)


def _geojson_feature(shape: shapely.Geometry, about: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": dict(about)}


def _degrees(shapes: npt.NDArray[np.object_], crs: CRS) -> npt.NDArray[np.object_]:
    target = CGCS2000 if is_cgcs2000(crs) else geographic(crs)
    return np.asarray(shapely.set_precision(reproject(shapes, crs, target), 0), dtype=object)


def as_data(finding: Finding, *, lang: Language = "zh") -> dict[str, Any]:
    """One finding as the result document has it: every area with two decimals."""
    unit = _unit(finding)
    return {
        "rule": finding.rule,
        "outcome": finding.outcome.value,
        "measured": _exact(finding.measured, unit),
        "required": _exact(finding.required, unit),
        "parcels": list(finding.parcels),
        "message": render(finding, lang=lang),
        "trace": [_step(step) for step in finding.trace],
    }


def _unit(finding: Finding) -> str:
    """The unit of what a finding compared, else of the fact that decided."""
    compared = next((step.detail.get("unit") for step in finding.trace if step.kind == "compare"), None)
    return str(compared or next((step.detail.get("unit") for step in finding.trace if step.kind == "fact"), ""))


def _step(step: Step) -> dict[str, Any]:
    value = _exact(step.value, str(step.detail.get("unit", ""))) if step.kind == "fact" else step.value
    return {"kind": step.kind, "name": step.name, "value": value, **step.detail}


def _exact(value: object, unit: str) -> object:
    """A figure in m² with two decimals, in the rows of a table those whose name says m²; anything else as it is."""
    if isinstance(value, Mapping):
        return {name: _exact(each, "m2" if str(name).endswith("_m2") else "") for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(each, unit) for each in value]
    if unit != "m2" or isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return Decimal(str(value)).quantize(Decimal("0.01"))


def verdict(findings: Sequence[Finding]) -> Outcome:
    """The gravest outcome: fail before unknown before pass; not applicable alone is a pass."""
    met = {finding.outcome for finding in findings}
    return next((o for o in (Outcome.FAIL, Outcome.UNKNOWN) if o in met), Outcome.PASS)


_NUMBER = re.compile(r'"\\u0000(-?[0-9.]+)\\u0000"')


def to_json(document: Mapping[str, Any]) -> str:
    """JSON text in which a Decimal stands as a number with all its places.

    Examples
    --------
    >>> print(to_json({"area_m2": Decimal("100.00"), "name": "水田"}))
    {
     "area_m2": 100.00,
     "name": "水田"
    }
    """

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"\0{value:f}\0"
        if isinstance(value, Mapping):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        return value

    return _NUMBER.sub(r"\1", json.dumps(plain(document), ensure_ascii=False, indent=1))
