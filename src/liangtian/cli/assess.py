"""`liangtian assess PROJECTS`: measure block projects on the published surveys, and answer the targets of 一（五）."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from liangtian.check.block_project_files import projects_of
from liangtian.check.block_projects import (
    FACT,
    BlockProject,
    Difference,
    Measured,
    answers,
    class_on,
    differences,
    facts_of,
    measure,
    overlaps,
)
from liangtian.check.result import as_data, to_json, verdict
from liangtian.check.run import technical_on
from liangtian.cli.check import EXIT, declared_in
from liangtian.cli.options import adoptions_of, file_options, home_option, on_option, opened, values_option
from liangtian.errors import LayerInvalid
from liangtian.finding import Finding
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.messages import Language, render, render_text
from liangtian.onemap.catalogue import Catalogue
from liangtian.policy.adoption import adopted, demonstration_adoptions
from liangtian.policy.facts import STATED, read_facts
from liangtian.policy.unmeasured import reason_of
from liangtian.rules.documents import DOCUMENTS
from liangtian.units import display_area

Found = list[tuple[BlockProject, Measured]]


@click.command()
@click.argument("projects", type=click.Path(path_type=Path))
@on_option
@click.option("--place", required=True, metavar="CODE", help="Code of the county that is assessed.")
@click.option("--facts", "facts_file", type=click.Path(path_type=Path), help="TOML file of stated facts.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@values_option
@home_option
@file_options
@click.pass_obj
def assess(lang: Language, /, projects: Path, home: Path, as_json: bool, **given: Any) -> None:
    """Measure block projects from a file of their boundaries, and say how the targets of block projects stand.

    Each feature names its project (project), the first day of the works (works_on) and the day it was built (built_on).
    Exit code: 1 if any target is missed, else 3 if any is unknown, else 0; 2 usage; 3 error.
    """
    on, place, values = (given.pop(name) for name in ("on", "place", "values"))
    stated = read_facts(declared_in(given.pop("facts_file")), allowed=STATED)
    with opened(projects, given) as features:
        asked = projects_of(features)
    technical, catalogue = technical_on(on, place, values), Catalogue(home)
    _refuse_overlaps(asked, Exclusivity.of(technical.tolerance.area_m2, technical.tolerance.width_m))

    found = [(each, measure(each, catalogue, place, on, technical)) for each in asked]
    facts = facts_of(found)
    differ = differences(_rows(stated), _rows(facts)) if FACT in stated else []
    adoptions = adoptions_of(home)
    documents = adopted(DOCUMENTS, demonstration_adoptions() if adoptions is None else adoptions, on=on, place=place)
    findings = answers(facts | stated, (place,), on, documents, values)

    if as_json:
        rows = [_data(project, figures, on, lang) for project, figures in found]
        said = [as_data(finding, lang=lang) for finding in findings]
        click.echo(
            to_json({"projects": rows, "differences": [_plain(asdict(each)) for each in differ], "findings": said})
        )
    else:
        click.echo("\n".join(_text(found, differ, findings, on, lang)))
    raise click.exceptions.Exit(EXIT[verdict(findings)])


def _refuse_overlaps(asked: list[BlockProject], rule: Exclusivity) -> None:
    """No ground counts twice."""
    for one, other, area_m2 in overlaps(asked, rule):
        raise LayerInvalid("block-projects-overlap", one=one.name, other=other.name, area=f"{area_m2:,}")


def _rows(facts: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    rows: tuple[dict[str, Any], ...] = facts[FACT]
    return rows


def _data(project: BlockProject, found: Measured, on: date, lang: Language) -> dict[str, Any]:
    return _plain({
        "project": project.name, "works_on": project.works_on, "built_on": project.built_on,
        "block_m2": found.block_m2, "size_class": class_on(found.block_m2, on), "farmland_m2": found.farmland_m2,
        "surveyed_on": found.surveyed_on, "surveys": list(found.surveys),
        "reason": None if found.cause is None else reason_of(found.cause, lang),
    })  # fmt: skip


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its days as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _text(
    found: Found, differ: list[Difference], findings: Iterable[Finding], on: date, lang: Language
) -> Iterable[str]:
    yield render_text("assess-columns", {}, lang=lang)
    for project, figures in found:
        size = class_on(figures.block_m2, on)
        words = render_text(f"block-class-{size}", {}, lang=lang) if size else "—"
        days = (f"{each or '—'}" for each in (project.works_on, project.built_on, figures.surveyed_on))
        areas = ("—" if each is None else display_area(each, "mu") for each in (figures.block_m2, figures.farmland_m2))
        yield "\t".join([project.name, *days, *areas, words])
        if figures.cause is not None:
            yield f"  {reason_of(figures.cause, lang)}"
    for each in differ:
        sides = {"stated": _told(each.stated), "measured": _told(each.measured)}
        yield render_text("assess-differs", {"project": each.project, "figure": each.figure, **sides}, lang=lang)
    for finding in findings:
        word = render_text(f"outcome-{finding.outcome.value}", {}, lang=lang)
        yield f"[{word}] {finding.rule}\t{render(finding, lang=lang)}"
    if not findings:
        yield render_text("assess-not-bound", {}, lang=lang)


def _told(value: object) -> str:
    return "—" if value is None else f"{value}"
