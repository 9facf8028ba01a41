"""The main job: gather the facts of a boundary from the layers, decide by the clauses, give back a result to record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from importlib.metadata import version as installed_version
from typing import Any

from liangtian.check.absence import doubt_unread
from liangtian.check.gather import (
    Boundary,
    Gathered,
    Technical,
    boundary_of,
    gather,
    versions_for,
)
from liangtian.check.overlay import LineTolerance, cut
from liangtian.check.result import CheckResult
from liangtian.check.suspicion import doubts, unread
from liangtian.errors import LiangtianError, ParameterMissing
from liangtian.finding import Finding
from liangtian.formats.features import Features
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.precedence import shares
from liangtian.planning.blocks import BlockRule
from liangtian.policy.adoption import Adoption, adopted, demonstration_adoptions, demonstration_names
from liangtian.policy.clause import Case
from liangtian.policy.document import Document
from liangtian.policy.evaluate import Rulebook, rules_digest
from liangtian.policy.facts import STATED, dictionary, read_facts
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter, values_digest
from liangtian.rules.documents import DOCUMENTS

KINDS: Sequence[str] = tuple(dictionary()["kind"].values)
EVENT = "check"
TECHNICAL = "liangtian-2026（技术）"
KERNEL = installed_version("liangtian")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a boundary.

    Attributes
    ----------
    on : business date
    kind : a value of the fact `kind` (`KINDS`)
    place : code of the responsible place; None takes the county with most of the ground
    declared : facts the user states (`policy/dictionary/`, supplier `declared` or `registered`)
    versions : layer code → digests (one a place), for layers not to be taken by date
    adoptions : which places adopted which documents
    documents : ids of the documents to decide by, whatever is adopted: those of a result to be decided again
    values : values of places, beside those the documents declare
    names : code of a place → its name, for places no published layer names
    partial : plots of the boundary were left out when it was first read, and only the others are asked about again
    """

    on: date
    kind: str = "single-site"
    place: str | None = None
    declared: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    adoptions: Iterable[Adoption] | None = None
    documents: Sequence[str] | None = None
    values: tuple[Parameter, ...] = ()
    names: Mapping[str, str] | None = None
    partial: bool = False


def check(features: Features, catalogue: Catalogue, question: Question) -> CheckResult:
    """Check a boundary against the layers published under a home.

    Raises
    ------
    LayerInvalid, CrsMismatch : the boundary cannot be measured.
    LiangtianError : unknown kind, unknown place, or a declared fact that is none.
    """
    if question.kind not in KINDS:
        raise LiangtianError("check-kind-unknown", kind=question.kind, known="、".join(KINDS))
    declared = read_facts(question.declared, allowed=STATED)
    boundary = boundary_of(features)
    versions = versions_for(catalogue, on=question.on, named=question.versions)
    technical = technical_on(question.on, question.place or "", question.values)
    gathered = gather(
        boundary,
        catalogue,
        versions,
        kind=question.kind,
        on=question.on,
        technical=technical,
        place=question.place or "",
    )
    missing = unread(features)
    if missing or question.partial:
        doubt_unread(gathered.facts)
    place = question.place or _main_place(gathered, boundary, catalogue, versions, features.source)
    gathered.facts.update(declared)
    _name_places(gathered, demonstration_names() if question.names is None else question.names)

    documents = _documents(question, place)
    findings = _decide(documents, question.values, Case(question.on, place, EVENT, gathered.facts))

    head = _head(question, place, documents) | {
        "boundary": {"area_m2": gathered.facts["boundary_m2"]},
        "layers": [_named(version) for layer in versions.values() for version in layer],
        "technical": [{"name": step.name, "value": step.value, **step.detail} for step in technical.steps],
    }
    notes = features.findings + missing + doubts(features, boundary, [catalogue.index(v) for v in versions["DLTB"]])
    return CheckResult(head, findings, gathered, boundary, notes)


def _name_places(gathered: Gathered, names: Mapping[str, str]) -> None:
    for row in gathered.tables["places"]:
        row["name"] = row["name"] or names.get(row["code"])


def recheck(facts: Mapping[str, object], question: Question) -> tuple[tuple[Finding, ...], str]:
    """Decide again from stored facts, without layers: findings, and the digest of the rules that decided.

    Parameters
    ----------
    facts : as `policy.facts.plain_facts` stored them
    question : with place, documents and values of the stored result
    """
    documents = _documents(question, question.place or "")
    case = Case(question.on, question.place or "", EVENT, read_facts(facts))
    return _decide(documents, question.values, case), rules_digest(documents)


def technical_on(on: date, place: str, values: Iterable[Parameter] = ()) -> Technical:
    """The technical values in force: sliver tolerance, grain capacity by grade, what joins a block.

    Parameters
    ----------
    values : values of places, beside the declared ones; those that are not technical are passed over

    Raises
    ------
    ParameterMissing (parameter-missing): the date lies before the first of them.
    """
    parameters = Parameters({"liangtian-2026": DOCUMENTS["liangtian-2026"]})
    held = parameters.with_values(each for each in values if each.name.startswith(f"{TECHNICAL}."))

    def resolve(name: str) -> Any:
        return held.resolve(f"{TECHNICAL}.{name}", on=on, place=place)

    since = min(each.since for each in parameters)
    if on < since:
        raise ParameterMissing("check-before-technical", on=on.isoformat(), since=since.isoformat())
    tolerance, capacity = resolve("line_tolerance"), resolve("capacity_by_grade")
    internal, barriers = resolve("block_internal_classes"), resolve("block_barrier_classes")
    across, gap, steep = (resolve(f"block_{name}") for name in ("across_m", "gap_m", "steep_grade"))
    return Technical(
        LineTolerance(area_m2=tolerance.table["area_m2"], width_m=tolerance.table["mean_width_m"]),
        {int(grade): kg for grade, kg in capacity.table.items()},
        BlockRule(internal.names, barriers.names, across.number, gap.number, steep_grade=int(steep.number)),
        tuple(each.step for each in (tolerance, capacity, internal, barriers, across, gap, steep)),
    )


def _decide(documents: Mapping[str, Document], values: tuple[Parameter, ...], case: Case) -> tuple[Finding, ...]:
    return _rulebook(tuple(documents), values).decide(case).findings


@lru_cache(maxsize=16)
def _rulebook(documents: tuple[str, ...], values: tuple[Parameter, ...]) -> Rulebook:
    chosen = {name: DOCUMENTS[name] for name in documents}
    return Rulebook(chosen, Parameters(chosen).with_values(values) if values else None)


def _documents(question: Question, place: str) -> dict[str, Document]:
    if question.documents is not None:
        return {name: DOCUMENTS[name] for name in question.documents}
    adoptions = demonstration_adoptions() if question.adoptions is None else question.adoptions
    return adopted(DOCUMENTS, adoptions, on=question.on, place=place)


def _head(question: Question, place: str, documents: Mapping[str, Document]) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "on": question.on.isoformat(),
        "place": place,
        "documents": list(documents),
        "rules_digest": _rules_digest(tuple(documents)),
        "values_digest": values_digest(question.values),
        "kernel": KERNEL,
    }


@cache
def _rules_digest(documents: tuple[str, ...]) -> str:
    """The rules of a running process do not change."""
    return rules_digest({name: DOCUMENTS[name] for name in documents})


def _named(version: LayerVersion) -> dict[str, str]:
    return {"name": version.layer, "version": version.name, "digest": version.digest, "on": version.on}


def _main_place(
    gathered: Gathered,
    boundary: Boundary,
    catalogue: Catalogue,
    versions: Mapping[str, Sequence[LayerVersion]],
    source: str,
) -> str:
    """The county with most of the ground; without codes in the layer, the place whose parcels cover most of it."""
    counties = [row for row in gathered.tables["places"] if row["level"] == "county"]
    if counties:
        return str(max(counties, key=lambda row: (row["area_m2"], row["code"]))["code"])
    if gathered.pieces is None or not len(gathered.pieces):
        raise LiangtianError("check-place-unknown", source=source)
    claims = [version.claim for layer in versions.values() for version in layer]
    ground = {share.claim.place: catalogue.share(share) for share in shares("DLTB", claims)}
    layers = {place: ([index], ()) for place, index in ground.items() if index is not None}
    covered = {place: pieces.total_dm2 for place, pieces in cut(layers, boundary.shape, boundary.crs).items()}
    return max(covered, key=covered.__getitem__)
