"""`liangtian rank FILE`: candidate projects in order, what would change it, and the best choice for the funds."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from liangtian.check.library import criteria_on, targets_on
from liangtian.check.result import to_json
from liangtian.cli.options import DateType, text_of
from liangtian.errors import LayerInvalid
from liangtian.messages import Language, render_text
from liangtian.planning.portfolio import Portfolio, best_portfolio
from liangtian.planning.ranking import Candidate, Ranked, Sensitivity, marks_of_facts, ranked, sensitivities
from liangtian.units import round_half_up

FACTS = {"连片规模": True, "亩均投资": False}
"""Facts measured rather than marked, and whether much of them is good: largest block, cost by area."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", type=DateType(), metavar="DATE", help="Business date; default: the newest values.")
@click.option("--place", default="", help="Place whose values hold, by its code.")
@click.option("--first", type=click.IntRange(1), default=10, show_default=True, help="Projects whose order is to stay.")
@click.option("--programme", is_flag=True, help="Choose for the 1211 targets, besides those the file gives.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def rank(context: click.Context, /, file: Path, on: date | None, place: str, **asked: Any) -> None:
    """Rank the projects of a TOML file by weighted marks and choose among them; exit code 1 if targets cannot be met."""
    day = on or date.max
    given = _read(file)
    candidates = _candidates(given, file.name)
    weights = _weights(given, criteria_on(day, place))
    order = ranked(candidates, weights)
    moves = sensitivities(candidates, weights, asked["first"])
    targets = {name: int(value) for name, value in given.get("targets", {}).items()}
    targets = (targets_on(day, place) if asked["programme"] else {}) | targets
    funds = given.get("funds_yuan")
    chosen = None
    if funds is not None or targets:
        everything = sum(each.cost_fen for each in candidates)
        limit = everything if funds is None else int(Fraction(funds) * 100)
        chosen = best_portfolio(candidates, order, funds_fen=limit, targets=targets)
    click.echo(_json(order, moves, chosen) if asked["as_json"] else _text(order, moves, chosen, context.obj))
    context.exit(0 if chosen is None or chosen.feasible else 1)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text_of(file), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise LayerInvalid("rank-file-unreadable", file=file.name, reason=str(error)) from error


def _weights(given: dict[str, Any], criteria: tuple[str, ...]) -> dict[str, Fraction]:
    """Those of the file; without any, one for each criterion of the joint review."""
    named = given.get("weights") or dict.fromkeys(criteria, 1)
    missing = [name for name in criteria if name not in named]
    if missing:
        raise LayerInvalid("rank-criteria-missing", criteria="、".join(missing))
    return {name: Fraction(weight) for name, weight in named.items()}


def _candidates(given: dict[str, Any], source: str) -> list[Candidate]:
    rows = given.get("project", [])
    if not rows:
        raise LayerInvalid("rank-no-projects", file=source)
    facts = {
        "连片规模": {row["number"]: Fraction(row["block_mu"]) for row in rows if "block_mu" in row},
        "亩均投资": {
            row["number"]: Fraction(row["cost_yuan"]) / Fraction(row["gains"]["area_m2"])
            for row in rows
            if row.get("gains", {}).get("area_m2") and "cost_yuan" in row
        },
    }
    marks = {name: marks_of_facts(facts[name], high_is_good=good) for name, good in FACTS.items()}
    found = []
    for row in rows:
        measured = {name: marks[name][row["number"]] for name in FACTS if row["number"] in marks[name]}
        given_marks = {name: Fraction(mark) for name, mark in row.get("marks", {}).items()}
        cost = int(Fraction(row.get("cost_yuan", 0)) * 100)
        gains = {name: int(gain) for name, gain in row.get("gains", {}).items()}
        found.append(Candidate(row["number"], measured | given_marks, cost, gains))
    return found


def _json(order: tuple[Ranked, ...], moves: tuple[Sensitivity, ...], chosen: Portfolio | None) -> str:
    ranks = [{"rank": r.rank, "project": r.project, "score": _mark(r.score), "tie": r.tie} for r in order]
    weights = [
        {
            "criterion": m.criterion,
            "weight": _mark(m.weight),
            "least": _mark(m.least),
            "most": None if m.most is None else _mark(m.most),
            "below": m.below,
            "above": m.above,
        }
        for m in moves
    ]
    plain = None if chosen is None else asdict(chosen) | {"score": _mark(chosen.score)}
    return to_json({"order": ranks, "weights": weights, "portfolio": plain})


def _text(order: tuple[Ranked, ...], moves: tuple[Sensitivity, ...], chosen: Portfolio | None, lang: Language) -> str:
    lines = [render_text("rank-head", {}, lang=lang)]
    for each in order:
        said = (
            ""
            if each.tie is None
            else render_text(
                "rank-tie-number" if each.tie == "project" else "rank-tie", {"criterion": each.tie}, lang=lang
            )
        )
        lines.append(f"{each.rank}\t{each.project}\t{_mark(each.score)}\t{said}".rstrip())
    for move in moves:
        words = {"criterion": move.criterion, "weight": _mark(move.weight), "least": _mark(move.least)}
        words["most"] = "∞" if move.most is None else str(_mark(move.most))
        lines.append(render_text("rank-interval", words, lang=lang))
    if chosen is None:
        return "\n".join(lines)
    words = {
        "projects": "、".join(chosen.projects),
        "yuan": f"{chosen.cost_fen / 100:,.2f}",
        "score": str(_mark(chosen.score)),
    }
    lines.append(render_text("rank-chosen" if chosen.feasible else "rank-none", words, lang=lang))
    for target in chosen.targets:
        about = {"name": target.name, "needed": target.needed, "brought": target.brought, "possible": target.possible}
        lines.append(render_text("rank-target", about, lang=lang))
    return "\n".join(lines)


def _mark(value: Fraction) -> Decimal:
    return round_half_up(value, 3)
