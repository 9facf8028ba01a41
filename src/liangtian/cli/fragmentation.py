"""`liangtian fragmentation LAYER|FILE`: how far farmland is broken up, and what a change did to it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from liangtian.check.result import to_json
from liangtian.check.works import least_piece_dm2, works_on
from liangtian.cli.blocks import LEVELS, Exact, found_land, parcels_of, rule_of
from liangtian.cli.options import DateType, file_options, home_option, opened, values_option
from liangtian.messages import Language, render, render_text
from liangtian.planning.blocks import blocks_of
from liangtian.planning.design import of_pieces, remeasured
from liangtian.planning.fragmentation import BETTER, UNITS, Change, Fragmentation, compared, fragmentation_of
from liangtian.planning.layer import pieces_of
from liangtian.planning.network import Need
from liangtian.planning.works import ground_of


@click.command()
@click.argument("source", metavar="LAYER|FILE")
@click.option("--before", metavar="LAYER|FILE", help="Compare with this land, as it was.")
@click.option(
    "--design",
    "plan",
    type=click.Path(path_type=Path),
    help="Compare with this land as the design will leave it: the layer that liangtian design wrote.",
)
@click.option("--before-on", type=DateType(), metavar="DATE", help="Day the land before is of, where it is published.")
@click.option("--on", type=DateType(), metavar="DATE", help="Business date; default: the newest values and versions.")
@click.option("--place", help="Only parcels of this place, by its code.")
@click.option("--within", type=click.Path(path_type=Path), help="Cut the land by this boundary first.")
@click.option("--by", type=click.Choice(list(LEVELS)), help="End blocks at the borders of these places.")
@click.option("--gap", type=Exact(), metavar="M", help="As of `liangtian blocks`.")
@click.option("--across", type=Exact(), metavar="M", help="As of `liangtian blocks`.")
@click.option(
    "--cell", type=click.FloatRange(1), default=30, show_default=True, help="Cells of the aggregation index, m."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@values_option
@home_option
@file_options
@click.pass_obj
def fragmentation(lang: Language, /, source: str, home: Path, as_json: bool, **given: Any) -> None:
    """Measure how far farmland is broken up: sizes, blocks, mesh, edges, and shape of fields."""
    earlier, earlier_on, plan = given.pop("before"), given.pop("before_on"), given.pop("plan")
    if plan is not None and (earlier or earlier_on):
        raise click.UsageError(render_text("fragmentation-one-comparison", {}, lang=lang))
    asked = {name: given.pop(name) for name in ("on", "place", "within", "by", "gap", "across", "cell", "values")}
    now = _measured(source, (home, lang), asked, given)
    before = None
    if plan is not None:
        before, now = now, _designed(source, home, asked | {"plan": plan}, given)
    elif earlier or earlier_on:
        before = _measured(earlier or source, (home, lang), asked | {"on": earlier_on}, given)
    changes = compared(before, now) if before and now else ()
    if as_json:
        plain = {
            "fragmentation": None if now is None else asdict(now),
            "before": None if before is None else asdict(before),
            "changes": [asdict(change) for change in changes],
        }
        click.echo(to_json(plain))
        return
    click.echo(_text(now, changes, lang))


def _measured(
    source: str, where: tuple[Path, Language], asked: dict[str, Any], options: dict[str, Any]
) -> Fragmentation | None:
    home, lang = where
    on, place = asked["on"] or date.max, asked["place"]
    found = found_land(source, home, on, place, options)
    land = parcels_of(found, place, asked["within"], options)
    rule = rule_of(asked["on"], place, dict(asked))
    for note in found.notes:
        click.echo(f"（{note.rule}）{render(note, lang=lang)}", err=True)
    return fragmentation_of(blocks_of(land, rule, digits=LEVELS.get(asked["by"])), cell_m=asked["cell"])


def _designed(source: str, home: Path, asked: dict[str, Any], options: dict[str, Any]) -> Fragmentation | None:
    """The land once the pieces of a design are farmland, found anew from its geometry."""
    on, place, values = asked["on"] or date.max, asked["place"], asked["values"]
    land = parcels_of(found_land(source, home, on, place, options), place, asked["within"], options)
    rule, digits = rule_of(asked["on"], place, dict(asked)), LEVELS.get(asked["by"])
    works, least_dm2 = works_on(on, place or "", values), least_piece_dm2(on, place or "", values)
    ground = ground_of(land, rule, works, least_piece_dm2=least_dm2, digits=digits)
    with opened(asked["plan"], {"layer": None, "encoding": None, "crs": None, "strict_datum": False}) as features:
        pieces = pieces_of(features, ground)
    made = of_pieces(ground, Need.of(Fraction(0)), pieces)
    return fragmentation_of(remeasured(ground, made, rule, digits=digits), cell_m=asked["cell"])


def _text(now: Fragmentation | None, changes: tuple[Change, ...], lang: Language) -> str:
    if now is None:
        return render_text("fragmentation-none", {}, lang=lang)
    rows = changes or tuple(Change(name, None, getattr(now, name), None) for name in BETTER)
    lines = []
    for row in rows:
        name = f"{render_text(f'fragmentation-{row.name}', {}, lang=lang)} {UNITS.get(row.name, '')}".rstrip()
        mark = (
            ""
            if row.better is None
            else render_text("fragmentation-better" if row.better else "fragmentation-worse", {}, lang=lang)
        )
        figures = [_figure(row.before), _figure(row.after)] if changes else [_figure(row.after)]
        lines.append("\t".join([name, *figures, mark]).rstrip())
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
