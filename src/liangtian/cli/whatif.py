"""`liangtian whatif OVERLAY --over CASES`: what would change if values were different."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from liangtian.cli.options import adoptions_of, home_option, text_of
from liangtian.messages import Language
from liangtian.policy.adoption import adopted, demonstration_adoptions
from liangtian.policy.cases import read_cases, read_openings
from liangtian.policy.clause import Case
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.parameters import Parameters
from liangtian.policy.values_file import read_values
from liangtian.policy.whatif import Comparison, compare
from liangtian.policy.whatif_words import sentences
from liangtian.rules.documents import DOCUMENTS


@click.command()
@click.argument("overlay", type=click.Path(path_type=Path))
@click.option("--over", "cases", type=click.Path(path_type=Path), required=True, help="File or folder of cases (TOML).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@home_option
@click.pass_obj
def whatif(lang: Language, overlay: Path, cases: Path, as_json: bool, home: Path) -> None:
    """Try values of OVERLAY over stored cases: which outcomes and amounts change, which pools go below zero.

    OVERLAY is a TOML file of [[value]] blocks: name, since, value, unit, and if wanted until and place.
    """
    known = Parameters(DOCUMENTS)
    trial = read_values(text_of(overlay), overlay.name, known, cited=False, on_trial=True)
    files = [(file.name, text_of(file)) for file in _files(cases)]
    written = [case for name, text in files for case in read_cases(text, name)]
    openings = [opening for name, text in files for opening in read_openings(text, name)]
    adoptions = adoptions_of(home) or demonstration_adoptions()

    rulebooks: dict[tuple[str, ...], Rulebook] = {}

    def rulebook_for(case: Case) -> Rulebook:
        documents = adopted(DOCUMENTS, adoptions, on=case.on, place=case.place, within=case.within)
        return rulebooks.get(tuple(documents)) or rulebooks.setdefault(tuple(documents), Rulebook(documents))

    compared = compare(((case.name, case.case) for case in written), rulebook_for, trial, openings)

    if as_json:
        click.echo(json.dumps(_data(compared), ensure_ascii=False, indent=1, default=str))
    else:
        click.echo("\n".join(sentences(compared, trial, known, lang)))


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.toml")) if path.is_dir() else [path]


def _data(compared: Comparison) -> dict[str, Any]:
    changed = [
        {
            "case": each.name,
            "on": each.case.on,
            "place": each.case.place,
            "outcomes": {rule: list(pair) for rule, pair in each.outcomes.items()},
            "postings": {name: list(pair) for name, pair in each.postings.items()},
        }
        for each in compared.changed
    ]
    below = [asdict(each) for each in compared.below]
    return {"asked": compared.asked, "touched": compared.touched, "changed": changed, "below": below}
