"""Make a check, and make it again: gather, decide, record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from django.db import transaction
from pyproj import CRS

from liangtian.check import run as kernel
from liangtian.check.result import CheckResult, as_data, to_json
from liangtian.check.suspicion import UNREAD
from liangtian.formats.features import Features
from liangtian.policy.facts import plain_facts
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.policy.values_file import read_values, write_values
from liangtian.rules.documents import DOCUMENTS
from liangtian.space.crs import geographic, transformer
from liangtian_web.onemap.boundaries import DRAWN
from liangtian_web.onemap.queries import catalogue_for, the_catalogue
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import names_of_places
from liangtian_web.people.requests import Request
from liangtian_web.review.models import Finding, Run
from liangtian_web.rulebook.queries import approved_adoptions, values_at
from liangtian_web.trail.actions import note


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asks: a boundary and the question about it."""

    name: str
    kind: str
    on: date
    place: Place
    declared: dict[str, object]


def check(who: Request | User, boundary: Features, asked: Asked) -> Run:
    """Check a boundary and keep the run with its findings.

    Raises
    ------
    LiangtianError : it cannot be measured or judged
    """
    values = values_at(asked.place)
    question = kernel.Question(
        asked.on,
        asked.kind,
        asked.place.code,
        asked.declared,
        adoptions=approved_adoptions(),
        values=values,
        names=names_of_places(),
    )
    layers = catalogue_for(who if isinstance(who, User) else who.user)

    result = kernel.check(boundary, layers, question)

    return record(who, boundary, asked, result, values)


def again(run: Run, **more: Any) -> kernel.Question:
    """The question of a run, with the documents and the values of places it was decided by."""
    documents = run.data["documents"]
    values = read_values(run.values, "values.toml", Parameters(DOCUMENTS)) if run.values else ()
    return kernel.Question(run.on, run.kind, run.data["place"], documents=documents, values=values, **more)


def record(
    who: Request | User, boundary: Features, asked: Asked, result: CheckResult, values: tuple[Parameter, ...]
) -> Run:
    """Run, findings and the trail's entry: all or nothing.

    Parameters
    ----------
    values : those the result was decided by, which may no longer be those of the place
    """
    data = result.data()
    shape = shapely.union_all([g for g in boundary.geometry if g is not None])
    with transaction.atomic():
        run = Run.objects.create(
            name=asked.name,
            kind=asked.kind,
            on=asked.on,
            place=asked.place,
            verdict=str(result.verdict),
            source="" if boundary.source.startswith(DRAWN) else boundary.source[:200],
            vertices=_corners(shape),
            crs=boundary.crs.name[:100] if boundary.crs else "",
            boundary=shapely.to_wkb(shape, byte_order=1),
            boundary_crs=boundary.crs.to_wkt() if boundary.crs else "",
            box=_degrees_box(shape, boundary.crs),
            area_m2=Decimal(str(data["boundary"]["area_m2"])),
            facts=plain_facts(result.facts),
            declared=plain_facts(asked.declared),
            result=result.to_json(lang="zh"),
            result_en=result.to_json(lang="en"),
            shapes=json.dumps(result.geojson(), ensure_ascii=False),
            layers=[{"name": each["name"], "digest": each["digest"]} for each in data["layers"]],
            values=write_values(values),
            rules_digest=data["rules_digest"],
            kernel=data["kernel"],
            user=who if isinstance(who, User) else who.user,
        )
        Finding.objects.bulk_create(_rows(run))
        note(who, "review.check", f"run:{run.uuid}", on=run.on, place=run.place, rules_digest=run.rules_digest)
    return run


def _rows(run: Run) -> list[Finding]:
    plain = json.loads(run.result)
    return [
        Finding(
            run=run,
            ordinal=n,
            **{key: each[key] for key in ("rule", "outcome", "message", "measured", "required", "parcels")},
        )
        for n, each in enumerate(plain["findings"])
    ]


def _corners(shape: shapely.Geometry) -> int:
    """Boundary points, the closing point of each ring not counted."""
    rings = int(shapely.get_num_geometries(shape) + np.sum(shapely.get_num_interior_rings(shapely.get_parts(shape))))
    return int(shapely.get_num_coordinates(shape)) - rings


def _degrees_box(shape: shapely.Geometry, crs: CRS | None) -> tuple[float, ...]:
    if crs is None or crs.is_geographic:
        return tuple(shape.bounds)
    west, south, east, north = shape.bounds
    return transformer(crs, geographic(crs)).transform_bounds(west, south, east, north, densify_pts=9)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A run made again: whether it came out the same, and what did not (what, before, after)."""

    same: bool
    differences: list[tuple[str, Any, Any]]
    rules_changed: bool


def recheck(request: Request, run: Run) -> Repeated:
    """Decide again from the stored facts with today's rule code.

    Raises
    ------
    LiangtianError : the facts no longer fit the dictionary
    """
    question = again(run)

    findings, digest = kernel.recheck(run.facts, question)
    now = to_json({"findings": [as_data(f) for f in findings]})
    before = to_json({"findings": run.data["findings"]})

    note(request, "review.recheck", f"run:{run.uuid}", on=run.on, place=run.place, rules_digest=digest)
    differences = differing(run.data, json.loads(now, parse_float=Decimal))
    return Repeated(now == before, differences, digest != run.rules_digest)


def remeasure(request: Request, run: Run) -> Repeated:
    """Measure and decide again on the very snapshots the run names.

    Raises
    ------
    LiangtianError : a snapshot is gone, or the boundary cannot be measured
    """
    boundary = stored_boundary(run)
    versions: dict[str, list[str]] = {}
    for each in run.layers:
        versions.setdefault(each["name"], []).append(each["digest"])
    names = {row["code"]: row["name"] for row in run.data["places"] if row["name"]}
    notes = run.data["boundary"]["notes"]  # of the file, which is not read again
    partial = any(each["rule"] == UNREAD for each in notes)
    question = again(run, declared=run.declared, versions=versions, names=names, partial=partial)

    result = kernel.check(boundary, the_catalogue(), question)
    data = result.data()
    data["boundary"]["notes"] = notes
    now = to_json(data)

    note(request, "review.remeasure", f"run:{run.uuid}", on=run.on, place=run.place)
    differences = differing(run.data, json.loads(now, parse_float=Decimal))
    return Repeated(now == run.result, differences, result.head["rules_digest"] != run.rules_digest)


def stored_boundary(run: Run) -> Features:
    """The boundary of a run, as it was given."""
    return Features(
        geometry=np.array([shapely.from_wkb(bytes(run.boundary))], dtype=object),
        attributes=pa.table({"name": [run.name]}),
        crs=CRS.from_wkt(run.boundary_crs),
        source=run.source or DRAWN,
        rows=np.array([1]),
    )


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Figures and findings that differ between two results, for those both have."""
    rows = [(key, one[key], other[key]) for key in one if key in other and key != "findings" and one[key] != other[key]]
    before, after = ({f["rule"]: f for f in data["findings"]} for data in (one, other))
    for rule in sorted(before.keys() | after.keys()):
        a, b = before.get(rule), after.get(rule)
        if a != b:
            rows.append((rule, a and a["message"], b and b["message"]))
    return rows
