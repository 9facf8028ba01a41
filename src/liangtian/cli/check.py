"""`liangtian check BOUNDARY`: from a boundary file to a clause-cited check."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from liangtian.check.result import CheckResult
from liangtian.check.run import KINDS, Question
from liangtian.check.run import check as run_check
from liangtian.cli.options import adoptions_of, file_options, home_option, names_of, on_option, opened
from liangtian.errors import FileUnreadable, LiangtianError
from liangtian.finding import Outcome
from liangtian.messages import Language, render, render_text
from liangtian.onemap.catalogue import Catalogue
from liangtian.reports.document import render_report
from liangtian.units import display_area

EXIT = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.UNKNOWN: 3}


@click.command()
@click.argument("boundary", type=click.Path(path_type=Path))
@on_option
@click.option("--kind", type=click.Choice(KINDS), default="single-site", show_default=True, help="Kind of land use.")
@click.option("--place", help="Code of the responsible place; default: the county with most of the ground.")
@click.option("--facts", "facts_file", type=click.Path(path_type=Path), help="TOML file of declared facts.")
@click.option("--version", "named", multiple=True, metavar="LAYER=DIGEST", help="Use this version of a layer.")
@click.option("--report", type=click.Path(path_type=Path), help="Write a .docx, .xlsx or .html report.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@home_option
@file_options
@click.pass_obj
def check(lang: Language, /, boundary: Path, home: Path, as_json: bool, report: Path | None, **given: Any) -> None:
    """Check what a project boundary takes, which lines it crosses, which clauses it meets or breaks.

    Exit code: 1 if any clause fails, else 3 if any is unknown, else 0; 2 usage; 3 error.
    """
    question = Question(
        on=given.pop("on"),
        kind=given.pop("kind"),
        place=given.pop("place"),
        declared=declared_in(given.pop("facts_file")),
        versions=_named(given.pop("named")),
        adoptions=adoptions_of(home),
        names=names_of(home),
    )
    with opened(boundary, given) as features:
        result = run_check(features, Catalogue(home), question)
    if report is not None:
        _write_report(result, report, lang)
    click.echo(result.to_json(lang=lang) if as_json else _summary(result, lang))
    raise click.exceptions.Exit(EXIT[result.verdict])


def _write_report(result: CheckResult, path: Path, lang: Language) -> None:
    content = render_report(result.data(lang=lang), path.suffix, lang=lang)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise LiangtianError("check-report-not-written", file=str(path), reason=str(error)) from error


def declared_in(path: Path | None) -> dict[str, object]:
    """The facts of a TOML file; none without one.

    Raises
    ------
    FileUnreadable (check-facts-unreadable)
    """
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileUnreadable("check-facts-unreadable", file=path.name, reason=str(error)) from error


def _named(texts: Sequence[str]) -> dict[str, list[str]]:
    """`LAYER=DIGEST`, once or more for a layer, by layer."""
    versions: dict[str, list[str]] = {}
    for text in texts:
        layer, equals, digest = text.partition("=")
        if not equals:
            raise click.BadParameter(f"“{text}”: LAYER=DIGEST", param_hint="--version")
        versions.setdefault(layer.upper(), []).append(digest)
    return versions


def _summary(result: CheckResult, lang: Language) -> str:
    """The result for a terminal: figures first, then one line a finding."""
    data = result.gathered.tables
    figures = [
        ("boundary", result.facts["boundary_m2"]),
        ("farmland", data["farmland"]["area_m2"]),
        ("basic-farmland", data["basic_farmland"]["overlap_m2"]),
        ("red-line", data["red_line"]["overlap_m2"]),
        ("required-quantity", data["required"]["quantity_m2"]),
        ("required-paddy", data["required"]["paddy_m2"]),
    ]
    lines = [render_text("check-head", result.head, lang=lang)]
    lines += [f"（{note['rule']}）{note['message']}" for note in result.data(lang=lang)["boundary"]["notes"]]
    for name, value in figures:
        label = render_text(f"figure-{name}", {}, lang=lang)
        lines.append(f"{label}\t{'—' if value is None else _area(value, lang)}")
    kg = data["required"]["capacity_kg"]
    lines.append(f"{render_text('figure-required-capacity', {}, lang=lang)}\t{'—' if kg is None else f'{kg:,} kg'}")
    if not result.findings:
        lines.append(render_text("check-no-documents", result.head, lang=lang))
    for finding in result.findings:
        word = render_text(f"outcome-{finding.outcome.value}", {}, lang=lang)
        lines.append(f"[{word}] {finding.rule}\t{render(finding, lang=lang)}")
    return "\n".join(lines)


def _area(value: Decimal, lang: Language) -> str:
    return render_text("figure-area", {"m2": f"{value:,}", "mu": display_area(value, "mu")}, lang=lang)
