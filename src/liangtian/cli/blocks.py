"""`liangtian blocks LAYER|FILE`: contiguous blocks of farmland, largest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from liangtian.check.blocks import (
    TILES,
    Found,
    cut_out,
    doubts,
    inclusions,
    plain_rule,
    published,
    published_notes,
    rows_of,
    steep_fields,
)
from liangtian.check.gather import boundary_of
from liangtian.check.result import to_json
from liangtian.check.run import technical_on
from liangtian.cli.engine import blocks_on, engine_options, plane_of, prefix_of, refuse, snapshots_of, where_of
from liangtian.cli.options import DateType, file_options, home_option, opened, values_option, write_layer
from liangtian.errors import LayerInvalid
from liangtian.messages import Language, render, render_text
from liangtian.onemap.catalogue import Catalogue
from liangtian.planning import land, parcels
from liangtian.planning.blocks import BlockRule, Blocks, blocks_of
from liangtian.planning.land import unclassed_named
from liangtian.planning.layer import as_features, outlines_of
from liangtian.planning.parcels import Parcels
from liangtian.planning.spread import BlockTable, Reading
from liangtian.policy.values import Parameter
from liangtian.units import display_area, m2_from_dm2

LEVELS = {"county": 6, "town": 9, "village": 12}
GRADES = ("1", "2", "3", "4", "5")  # of slope
SHOWN = 20  # blocks a terminal lists


class Exact(click.ParamType[Fraction]):
    """A finite decimal number that is not negative, kept exact."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"“{value}” 不是数 / is not a number", param, ctx)
        if not number.is_finite() or number < 0:
            self.fail(render_text("blocks-bad-length", {"value": value}), param, ctx)
        return Fraction(number)


@click.command()
@click.argument("source", metavar="LAYER|FILE")
@click.option("--on", type=DateType(), metavar="DATE", help="Business date; default: the newest values and versions.")
@click.option("--place", help="Only parcels of this place, by its code.")
@click.option("--within", type=click.Path(path_type=Path), help="Cut the land by this boundary first.")
@click.option("--by", type=click.Choice(list(LEVELS)), help="End blocks at the borders of these places.")
@click.option(
    "--gap", type=Exact(), metavar="M", help="Join across gaps up to so many metres of any ground but barriers."
)
@click.option("--across", type=Exact(), metavar="M", help="Join across internal classes up to so many metres.")
@click.option(
    "--steep",
    metavar="FILE|GRADE",
    help="Steep ground ends blocks: polygons of a file, or parcels from a slope grade on.",
)
@click.option("--min-mu", type=Exact(), default="0", metavar="N", help="Leave out blocks below N mu net.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--inclusions", is_flag=True, help="With --json, also the other land that each block encloses, by class.")
@click.option("--output", type=click.Path(path_type=Path), help="Also write the outlines of the blocks to a new file.")
@engine_options
@values_option
@home_option
@file_options
@click.pass_obj
def blocks(lang: Language, /, source: str, home: Path, min_mu: Fraction, as_json: bool, **given: Any) -> None:
    """Join farmland into contiguous blocks: LAYER is a published DLTB, FILE any file of land-use parcels."""
    on, place, within, by = (given.pop(name) for name in ("on", "place", "within", "by"))
    rule, output, others = rule_of(on, place, given), given.pop("output"), given.pop("inclusions") and as_json
    steep, where = given.pop("steep"), where_of(given)
    made: Blocks | BlockTable
    if where.configuration.engine == "cluster":
        rule = with_grade(rule, steep) if steep in GRADES else rule
        drawn_only = {"within": within, "output": output, "inclusions": others or None}
        refuse(drawn_only | {"steep": None if steep in GRADES else steep})
        paths, used = snapshots_of(source, Catalogue(home), on or date.max, place)
        made = blocks_on(where, paths, Reading(plane_of(paths), rule, prefix_of(place), LEVELS.get(by)))
        notes = [*unclassed_named(made.unclassed), *published_notes(used)]
    else:
        found = found_land(source, home, on or date.max, place, given)
        chosen, rule = with_terrain(parcels_of(found, place, within, given), rule, steep, given)
        kept = None if Path(source).exists() else Catalogue(home).kept(TILES)
        made = blocks_of(chosen, rule, digits=LEVELS.get(by), kept=kept)
        notes = [*found.notes, *steep_fields(chosen)]
    notes = [*notes, *doubts(made)]
    shown = made.at_least(min_mu)
    rows = rows_of(made, shown, on or date.max)
    if isinstance(made, Blocks) and (others or output is not None):
        drawn = outlines_of(made, rule, shown)
        if output is not None:
            write_layer(as_features(made, drawn), output)
        if others:
            rows = [row | {"others": each} for row, each in zip(rows, inclusions(made, drawn), strict=True)]
    if as_json:
        said = [{"rule": note.rule, "message": render(note, lang=lang)} for note in notes]
        click.echo(to_json({"blocks": rows, "rule": plain_rule(rule), "findings": said}))
        return
    for note in notes:
        click.echo(f"（{note.rule}）{render(note, lang=lang)}", err=True)
    click.echo(_summary(made, rows, lang))


def rule_of(on: date | None, place: str | None, given: dict[str, Any]) -> BlockRule:
    """What joins and what cuts: the values of the day and place, or those asked for, which are taken out of `given`."""
    gap_m, across_m = given.pop("gap", None), given.pop("across", None)
    values: tuple[Parameter, ...] = given.pop("values")
    rule = technical_on(on or date.max, place or "", values).block
    return replace(
        rule,
        gap_m=rule.gap_m if gap_m is None else gap_m,
        across_m=rule.across_m if across_m is None else across_m,
    )


def found_land(source: str, home: Path, on: date, place: str | None, options: dict[str, Any]) -> Found:
    path = Path(source)
    if path.exists():
        with opened(path, options) as features:
            layer = land.indexed(features)
            rows = land.rows_in(layer, place)
            notes = [*features.findings, *land.unclassed(layer, rows), *land.overlapping(layer, rows)]
            notes += land.uncovered(layer)
            return Found([layer], notes, features.source)
    return published(source, Catalogue(home), on, place)


def parcels_of(found: Found, place: str | None, within: Path | None, options: dict[str, Any]) -> Parcels:
    if within is not None:
        with opened(within, options) as features:
            boundary = boundary_of(features)
        chosen = [cut_out(found, boundary.shape, boundary.crs, place)]
    else:
        chosen = [parcels.of_index(index, land.rows_in(index, place)) for index in found.indexes]
    chosen = [each for each in chosen if len(each.attributes)]
    if not chosen:
        raise LayerInvalid("blocks-empty", source=found.source)
    return parcels.joined(chosen)


def with_terrain(
    chosen: Parcels, rule: BlockRule, steep: str | None, options: dict[str, Any]
) -> tuple[Parcels, BlockRule]:
    """The land with steep ground drawn in a file, or the rule with another grade.

    Raises
    ------
    LayerInvalid (layer-invalid): neither a grade nor a file of valid polygons.
    """
    if steep is None:
        return chosen, rule
    if steep in GRADES:
        return chosen, with_grade(rule, steep)
    if not Path(steep).exists():
        raise LayerInvalid("blocks-steep-unknown", given=steep)
    with opened(Path(steep), options) as features:
        return replace(chosen, steep=land.steep_ground(features, chosen.crs)), rule


def with_grade(rule: BlockRule, steep: str) -> BlockRule:
    """The rule with another grade from which ground is steep."""
    return replace(rule, steep_grade=int(steep))


def _summary(made: Blocks | BlockTable, rows: list[dict[str, Any]], lang: Language) -> str:
    if not rows:
        return render_text("blocks-none", {}, lang=lang)
    total = m2_from_dm2(int(made.net_dm2.sum()))
    head = {"count": len(made), "net_m2": f"{total:,}", "net_mu": display_area(total, "mu")}
    lines = [render_text("blocks-head", head | {"shown": min(len(rows), SHOWN)}, lang=lang)]
    lines.append(render_text("blocks-columns", {}, lang=lang))
    for row in rows[:SHOWN]:
        net = row["net_m2"]
        size = render_text(f"block-class-{row['size_class']}", {}, lang=lang) if row["size_class"] else ""
        figures = ("—", "—") if net is None else (f"{net:,}", display_area(net, "mu"))
        lines.append("\t".join([row["id"], *figures, str(row["parcels"]), str(row["grade"] or "—"), size]))
    return "\n".join(lines)
