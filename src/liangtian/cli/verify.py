"""`liangtian verify BUNDLE`: check an exported book without the database it comes from."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from liangtian.check.booked import check_rulebook
from liangtian.check.result import to_json
from liangtian.cli.options import DateType
from liangtian.finding import Outcome
from liangtian.ledger.bundle import read_bundle
from liangtian.ledger.checks import CHECKS, Verdict
from liangtian.ledger.checks import verify as verify_bundle
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.messages import Language, render, render_text
from liangtian.policy.parameters import Parameters
from liangtian.rules.documents import DOCUMENTS

EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.UNKNOWN: 3}
_MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.UNKNOWN: "?"}


@click.command()
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--head", help="The head of the book as published: its last seal, 64 hexadecimal digits.")
@click.option(
    "--on", type=DateType(), metavar="DATE", help="Day whose tolerance between lots holds; default: the export."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(context: click.Context, bundle: Path, head: str | None, on: date | None, as_json: bool) -> None:
    """Verify the exported book BUNDLE: chain, conservation, balances on every day, ground credited once, pooling by the rulebook.

    Exit code 0: all of it holds; 1: something does not; 3: something cannot be told, or the file cannot be read. Without
    --head the end of the book cannot be told: the manifest is as easily rewritten as the rest.
    """
    with bundle.open("rb") as source:
        read = read_bundle(source, name=bundle.name)
        rule = _exclusivity(on or read.manifest.exported_at.date())
        verdict = verify_bundle(read, rule, published=head, checks={**CHECKS, "BOOK-09": check_rulebook})
    click.echo(to_json(_data(verdict, context.obj)) if as_json else _text(verdict, context.obj))
    context.exit(EXIT_CODES[verdict.outcome])


def _exclusivity(on: date) -> Exclusivity:
    """The tolerance of the rulebook on a day."""
    tolerance = Parameters(DOCUMENTS).resolve("liangtian-2026（技术）.line_tolerance", on=on, place="").table
    return Exclusivity.of(tolerance["area_m2"], tolerance["mean_width_m"])


def _data(verdict: Verdict, lang: Language) -> dict[str, Any]:
    manifest = verdict.manifest
    return {
        "outcome": verdict.outcome.value,
        "book": manifest.book,
        "exported_at": manifest.exported_at.isoformat(),
        "head": manifest.head,
        "records": manifest.records,
        "seals": manifest.seals,
        "unsealed": manifest.unsealed,
        "lots": verdict.lots,
        "lots_without_ground": verdict.groundless_lots,
        "findings": [
            {
                "rule": finding.rule,
                "outcome": finding.outcome.value,
                "message_id": finding.message_id,
                "params": dict(finding.params),
                "message": render(finding, lang=lang),
            }
            for finding in verdict.findings
        ],
    }


def _text(verdict: Verdict, lang: Language) -> str:
    data = _data(verdict, lang)
    lines = [f"{_MARKS[each.outcome]} {each.rule} {render(each, lang=lang)}" for each in verdict.findings]
    return "\n".join([render_text("verify-book", data, lang=lang), *lines])
