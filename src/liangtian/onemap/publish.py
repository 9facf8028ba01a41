"""Publishing a layer: examine it, put it into snapshot form, store it whole or not at all, enter it in the catalogue.

Storing the same content for the same place and date again changes nothing. What is interrupted before the catalogue entry
is written leaves no version behind, and nothing is told after it: whoever stops a publication has not published.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from pyproj import CRS

from liangtian.errors import CatalogueError, LayerInvalid
from liangtian.finding import Finding, Outcome
from liangtian.formats.features import Features
from liangtian.messages import render
from liangtian.onemap import index, quality, quality_geometry, seal, snapshot
from liangtian.onemap.catalogue import Catalogue, LayerVersion, write_json
from liangtian.onemap.defects import Subject
from liangtian.onemap.layers import Conformed, LayerSpec, conform
from liangtian.onemap.mapping import SchemaMapping
from liangtian.onemap.precedence import drawn, sources_of

Progress = Callable[[float, str], None]
AXES_RULE = "CRS-02"  # what the reader says when it found north before east


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What examining a file found.

    Attributes
    ----------
    level : refused | findings | clean
    findings : of the reader, the layer's rules and the repairs, in that order
    layer : the file in the layer's columns, repaired where that was asked for
    subject : the layer with what the rules measured on the way
    """

    level: quality.QualityLevel
    findings: tuple[Finding, ...]
    layer: Conformed
    subject: Subject


def examine(
    features: Features,
    spec: LayerSpec,
    *,
    mapping: SchemaMapping | None = None,
    repair: bool = False,
    north_first: bool = False,
    extent: shapely.Geometry | None = None,
) -> Report:
    """Judge a file as a layer, publishing nothing.

    Parameters
    ----------
    repair : replace invalid outlines by the repair proposed for them; each one is recorded as a finding
    north_first : the publisher says that north stands before east in the file; nobody else may decide that for a layer
    extent : ground of the place, in the CRS of the file: gaps of a layer that tiles are sought up to its edge

    Raises
    ------
    LayerInvalid (layer-invalid): the columns cannot be told at all (see `layers.conform`), or the axes are exchanged
        and nobody said so.
    """
    if not north_first:
        _refuse_exchanged_axes(features)
    layer = conform(features, spec, mapping)
    repairs: tuple[Finding, ...] = ()
    if repair:
        layer, repairs = quality_geometry.repair(layer)
    subject = Subject(layer, extent if spec.tiles else None)
    findings = (*features.findings, *repairs, *quality.check_subject(subject))
    return Report(quality.quality_level(findings), findings, layer, subject)


def _refuse_exchanged_axes(features: Features) -> None:
    for finding in features.findings:
        if finding.rule == AXES_RULE:
            raise LayerInvalid("publish-axes-exchanged", source=features.source, crs=finding.params["crs"])


def extent_of(features: Features, spec: LayerSpec, *, place: str, on: date, home: Path) -> shapely.Geometry | None:
    """The ground of a place as its published administrative areas draw it, in the CRS of a file.

    None where nobody published them for the date, or for the administrative areas themselves.
    """
    if not spec.tiles or spec.code == "XZQ" or features.crs is None:
        return None
    catalogue = Catalogue(home)
    return drawn(sources_of(place, [v.claim for v in catalogue.valid_on("XZQ", on)]), catalogue.index_of, features.crs)


def publish(
    features: Features,
    spec: LayerSpec,
    *,
    place: str,
    on: date,
    home: Path,
    publisher: str,
    recorded_at: str,
    mapping: SchemaMapping | None = None,
    repair: bool = False,
    north_first: bool = False,
    progress: Progress | None = None,
) -> LayerVersion:
    """Publish a file as a version of a layer of a place, valid from a date.

    Parameters
    ----------
    home : folder of snapshots and catalogue
    publisher, recorded_at : who, and the ISO time the outermost layer read from its clock
    progress : called with the share done (0–1) and the id of a message that says what is being done

    Raises
    ------
    LayerInvalid (layer-invalid): the quality rules refuse the file; `params["findings"]` holds every finding.
    """
    tell = progress or _silent
    tell(0.0, "publish-examining")
    extent = extent_of(features, spec, place=place, on=on, home=home)
    report = examine(features, spec, mapping=mapping, repair=repair, north_first=north_first, extent=extent)
    if report.level == "refused":
        raise LayerInvalid("publish-refused", **_refusal(report, features.source, spec))
    if features.crs is None:
        raise LayerInvalid("publish-no-crs", source=features.source)
    catalogue, kept = Catalogue(home), report_data(report)
    digest, plane = _store(report.subject, catalogue, tell)
    del report  # the index needs the memory
    tell(0.9, "publish-indexing")
    index.load(catalogue.snapshot_path(digest), catalogue.index_path(digest))
    write_json(catalogue.quality_path(digest, on.isoformat()), kept)
    version = LayerVersion(
        place=place,
        layer=spec.code,
        on=on.isoformat(),
        digest=digest,
        rows=len(features),
        crs=plane.name,
        quality={"level": kept["level"], "counts": kept["counts"]},
        source=_source(features, mapping, repaired=repair, north_first=north_first),
        publisher=publisher,
        recorded_at=recorded_at,
    )
    recorded = catalogue.record(version)
    with suppress(CatalogueError):  # another layer's snapshot may be unsound: that is said where it is asked for
        catalogue.cut_shares(on)
    return recorded


def _source(features: Features, mapping: SchemaMapping | None, *, repaired: bool, north_first: bool) -> dict[str, Any]:
    """Where a version came from, and what was assumed and repaired on the way."""
    return {
        "file": features.source,
        "crs": features.crs.name if features.crs else "",
        "mapping": mapping.title if mapping else "",
        "repaired": repaired,
        "north_first": north_first,
    }


def _store(subject: Subject, catalogue: Catalogue, tell: Progress) -> tuple[str, CRS]:
    """Write the snapshot of a layer unless it is there already, and whole; its digest and plane."""
    tell(0.5, "publish-measuring")
    layer = subject.layer
    subject.__dict__.pop("coverage", None)  # nobody asks again, and it is as large as the layer
    draft = snapshot.draft(subject.plane, layer.ids, layer.features.attributes, subject.plane_crs, subject.area_dm2)
    tell(0.7, "publish-digesting")
    digest = draft.digest()
    tell(0.8, "publish-storing")
    if not _is_stored(catalogue, digest, len(draft)):
        snapshot.write(draft, catalogue.snapshot_path(digest))
        shutil.rmtree(catalogue.index_path(digest), ignore_errors=True)  # it may have been made of what lay there
    seal.seal(catalogue.snapshot_path(digest))
    return digest, subject.plane_crs


def _is_stored(catalogue: Catalogue, digest: str, rows: int) -> bool:
    """Whether the very content is there already; a file nobody sealed is read and asked."""
    path = catalogue.snapshot_path(digest)
    state = catalogue.state(digest)
    if state == "unsealed":
        return snapshot.is_whole(path, rows) and snapshot.digest(snapshot.read(path)) == digest
    return state == "sound" and snapshot.is_whole(path, rows)


def _silent(share: float, message_id: str) -> None:
    """Nobody watches."""


def _refusal(report: Report, source: str, spec: LayerSpec) -> dict[str, Any]:
    refusing = [f for f in report.findings if quality.quality_level((f,)) == "refused"]
    return {
        "source": source,
        "layer": spec.zh,
        "layer_en": spec.en,
        "count": len(refusing),
        "findings": report.findings,
    }


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    """Defects by rule, in order of rule."""
    failed = Counter(finding.rule for finding in findings if finding.outcome is not Outcome.PASS)
    return dict(sorted(failed.items()))


def report_data(report: Report) -> dict[str, Any]:
    """The quality report as it is stored and shown: level, counts, and every finding with row, parcel, place."""
    return {
        "level": report.level,
        "rows": len(report.layer.features),
        "counts": _counts(report.findings),
        "findings": [_finding_data(finding) for finding in report.findings],
    }


def _finding_data(finding: Finding) -> dict[str, Any]:
    where = finding.where
    return {
        "rule": finding.rule,
        "outcome": finding.outcome.value,
        "zh": render(finding, lang="zh"),
        "en": render(finding, lang="en"),
        "row": where.row if where else None,
        "x": where.x if where else None,
        "y": where.y if where else None,
        "parcels": list(finding.parcels),
    }
