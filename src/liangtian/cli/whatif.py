"""`liangtian whatif OVERLAY --over CASES`: what would change if values were different."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from liangtian.cli.options import DateType, adoptions_of, home_option, text_of
from liangtian.messages import Language
from liangtian.policy.adoption import adopted, demonstration_adoptions
from liangtian.policy.cases import read_cases, read_openings
from liangtian.policy.clause import Case
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.policy.values_file import read_values
from liangtian.policy.whatif import Comparison, compare
from liangtian.policy.whatif_words import sentences
from liangtian.rules.documents import DOCUMENTS


@click.command()
@click.argument("overlay", type=click.Path(path_type=Path), required=False)
@click.option("--over", "cases", type=click.Path(path_type=Path), required=True, help="File or folder of cases (TOML).")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A value on trial, as TOML writes it.")
@click.option("--since", type=DateType(), metavar="DATE", help="First day of the values of --set.")
@click.option("--until", type=DateType(), metavar="DATE", help="Their last day.")
@click.option("--region", metavar="CODE", help="The place they are tried at; default: everywhere.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@home_option
@click.pass_obj
def whatif(lang: Language, /, overlay: Path | None, cases: Path, as_json: bool, home: Path, **trial: Any) -> None:
    """Try other values over stored cases: which outcomes and amounts change, which pools go below zero.

    OVERLAY is a TOML file of [[value]] blocks: name, since, value, unit, and if wanted until and place; --set adds
    values on the command line.
    """
    known = Parameters(DOCUMENTS)
    values = _values(overlay, trial, known)
    files = [(file.name, text_of(file)) for file in _files(cases)]
    written = [case for name, text in files for case in read_cases(text, name)]
    openings = [opening for name, text in files for opening in read_openings(text, name)]
    adoptions = adoptions_of(home) or demonstration_adoptions()

    rulebooks: dict[tuple[str, ...], Rulebook] = {}

    def rulebook_for(case: Case) -> Rulebook:
        documents = adopted(DOCUMENTS, adoptions, on=case.on, place=case.place, within=case.within)
        return rulebooks.get(tuple(documents)) or rulebooks.setdefault(tuple(documents), Rulebook(documents))

    compared = compare(((case.name, case.case) for case in written), rulebook_for, values, openings)

    if as_json:
        click.echo(json.dumps(_data(compared), ensure_ascii=False, indent=1, default=str))
    else:
        click.echo("\n".join(sentences(compared, values, known, lang)))


def _values(overlay: Path | None, trial: dict[str, Any], known: Parameters) -> tuple[Parameter, ...]:
    """The values of the file, then those of --set, read by the same reader."""
    if overlay is None and not trial["given"]:
        raise click.UsageError("OVERLAY | --set NAME=VALUE")
    if trial["given"] and trial["since"] is None:
        raise click.BadParameter("--set NAME=VALUE --since DATE", param_hint="--since")
    found = () if overlay is None else _read(text_of(overlay), overlay.name, known)
    typed = "\n".join(_block(text, trial, known) for text in trial["given"])
    return (*found, *(_read(typed, "--set", known) if typed else ()))


def _read(text: str, source: str, known: Parameters) -> tuple[Parameter, ...]:
    return read_values(text, source, known, cited=False, on_trial=True)


def _block(text: str, trial: dict[str, Any], known: Parameters) -> str:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"“{text}”: NAME=VALUE", param_hint="--set")
    declared = known.history(name.strip())
    fields = {
        "name": json.dumps(name.strip(), ensure_ascii=False),
        "unit": json.dumps(declared[-1].unit if declared else "", ensure_ascii=False),
        "since": trial["since"].isoformat(),
        "value": " ".join(value.split()),
    }
    fields |= {"until": trial["until"].isoformat()} if trial["until"] else {}
    fields |= {"place": json.dumps(trial["region"])} if trial["region"] else {}
    return "[[value]]\n" + "".join(f"{key} = {each}\n" for key, each in fields.items())


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
