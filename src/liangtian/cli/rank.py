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

from liangtian.check.library import candidates_of, criteria_on, targets_on, weights_of
from liangtian.check.result import to_json
from liangtian.cli.options import DateType, text_of
from liangtian.errors import LayerInvalid
from liangtian.messages import Language, render_text
from liangtian.planning.portfolio import Portfolio, best_portfolio
from liangtian.planning.ranking import Ranked, Sensitivity, ranked, sensitivities
from liangtian.units import round_half_up


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
    candidates = candidates_of(given.get("project", []), file.name)
    weights = weights_of(given.get("weights"), criteria_on(day, place))
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
