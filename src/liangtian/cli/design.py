"""`liangtian design LAYER|FILE`: the cheapest conversions after which farmland hangs together."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import numpy as np

from liangtian.check.blocks import Found, doubts, plain_rule
from liangtian.check.designs import FORBIDDEN, Reasons, control_lines, data, first_reasons, lines_missing
from liangtian.check.gather import boundary_of
from liangtian.check.result import to_json
from liangtian.check.works import least_piece_dm2, works_on
from liangtian.cli.blocks import LEVELS, Exact, found_land, parcels_of, rule_of
from liangtian.cli.options import DateType, file_options, home_option, opened, values_option, write_layer
from liangtian.messages import Language, render, render_text
from liangtian.onemap.catalogue import Catalogue
from liangtian.planning import exclusion
from liangtian.planning.blocks import Blocks
from liangtian.planning.design import Design, of_pieces, remeasured
from liangtian.planning.design import design as cheapest_design
from liangtian.planning.layer import design_features
from liangtian.planning.network import Need
from liangtian.planning.parcels import Parcels
from liangtian.planning.program import Effort
from liangtian.planning.sentences import area_words
from liangtian.planning.works import Ground, ground_of
from liangtian.space.crs import reproject
from liangtian.units import m2_from_dm2

SHOWN = 30  # conversions a terminal lists
STEPS = 4  # sizes of block besides the one asked for


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say besides the land."""

    need: Need
    effort: Effort
    pieces: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


@click.command()
@click.argument("source", metavar="LAYER|FILE")
@click.option("--on", type=DateType(), metavar="DATE", help="Business date; default: the newest values and versions.")
@click.option("--place", help="Only parcels of this place, by its code.")
@click.option("--within", type=click.Path(path_type=Path), help="Cut the land by this boundary, the project area.")
@click.option("--by", type=click.Choice(list(LEVELS)), help="End blocks at the borders of these places.")
@click.option("--gap", type=Exact(), metavar="M", help="As of `liangtian blocks`.")
@click.option("--across", type=Exact(), metavar="M", help="As of `liangtian blocks`.")
@click.option(
    "--block-mu", type=Exact(), default="1000", show_default=True, metavar="N", help="Least net size of a block."
)
@click.option("--count", type=click.IntRange(1), default=1, show_default=True, help="How many such blocks.")
@click.option("--gain-mu", type=Exact(), default="0", metavar="N", help="Least farmland to be won by all conversions.")
@click.option("--budget-yuan", type=Exact(), metavar="YUAN", help="What may be spent.")
@click.option("--exclude", multiple=True, type=click.Path(path_type=Path), help="Land not to be touched; repeatable.")
@click.option("--leave", multiple=True, metavar="ID", help="A parcel not to be touched; repeatable.")
@click.option(
    "--piece", "pieces", multiple=True, metavar="ID", help="Measure this choice instead of solving; repeatable."
)
@click.option("--add", multiple=True, metavar="ID", help="Then convert this piece too; repeatable.")
@click.option("--remove", multiple=True, metavar="ID", help="Then leave this piece as it is; repeatable.")
@click.option("--seconds", type=click.FloatRange(0), default=120, show_default=True, help="Solver time.")
@click.option("--gap-share", type=click.FloatRange(0, 1), default=0, show_default=True, help="Stop this near the best.")
@click.option("--alternatives", is_flag=True, help="Also design larger blocks: what more area costs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--out", "--output", "output", type=click.Path(path_type=Path), help="Also write the conversions to a new file."
)
@values_option
@home_option
@file_options
@click.pass_context
def design(
    context: click.Context, /, source: str, home: Path, as_json: bool, output: Path | None, **given: Any
) -> None:
    """Find the cheapest land to convert so that farmland forms a contiguous block.

    Exit code 1 if there is none, 3 if none was found in the time given.
    """
    lang: Language = context.obj
    asked, alternatives = _asked(given), given.pop("alternatives")
    on, place, within, by = (given.pop(name) for name in ("on", "place", "within", "by"))
    values = given["values"]
    rule = rule_of(on, place, given)
    avoid, leave = given.pop("exclude"), given.pop("leave")
    found = found_land(source, home, on or date.max, place, given)
    land = parcels_of(found, place, within, given)
    excluded = _excluded(land, (source, home, on or date.max, place), (avoid, leave), given)
    day, here = on or date.max, place or ""
    ground = ground_of(
        land,
        rule,
        works_on(day, here, values),
        excluded=excluded,
        least_piece_dm2=least_piece_dm2(day, here, values),
        digits=LEVELS.get(by),
    )
    found.notes.extend(doubts(ground.blocks))
    if not Path(source).exists():
        found.notes.extend(lines_missing(Catalogue(home), day, here or None))
    made = _made(ground, asked)
    proof = remeasured(ground, made, rule, digits=LEVELS.get(by))
    others = _alternatives(ground, made, asked) if alternatives else []
    if output is not None:
        write_layer(design_features(ground, made), output)
    if as_json:
        said = [{"rule": note.rule, "message": render(note, lang=lang)} for note in found.notes]
        click.echo(to_json({**_document(made, others, proof), "rule": plain_rule(rule), "findings": said}))
    else:
        click.echo(_text(made, others, found, lang))
    unsolved = made.shortfall is not None and made.shortfall.cause == "unsolved"
    context.exit(0 if made.outcome.meets(made.need) else 3 if unsolved else 1)


def _document(made: Design, others: list[Design], proof: Blocks) -> dict[str, Any]:
    """A design with others beside it, and its largest blocks as measured anew after the conversions."""
    blocks = [m2_from_dm2(int(each)) for each in proof.net_dm2[: max(len(made.outcome.blocks_dm2), 1)]]
    return data(made) | {"alternatives": [data(each) for each in others], "remeasured_m2": blocks}


def _asked(given: dict[str, Any]) -> Asked:
    budget = given.pop("budget_yuan")
    need = Need.of(
        given.pop("block_mu"),
        count=given.pop("count"),
        gain_mu=given.pop("gain_mu"),
        budget_fen=None if budget is None else int(budget * 100),
    )
    effort = Effort(given.pop("seconds"), given.pop("gap_share"), _progress if sys.stderr.isatty() else None)
    return Asked(need, effort, given.pop("pieces"), given.pop("add"), given.pop("remove"))


def _progress(done: int, total: int) -> None:
    click.echo(f"\r{done}/{total} s", nl=False, err=True)


def _excluded(
    land: Parcels, asked: tuple[str, Path, date, str | None], own: tuple[Any, Any], options: dict[str, Any]
) -> dict[str, str]:
    """Reasons by parcel; the first that holds: named, steep, inside a file, inside a published control line."""
    avoid, leave = own
    found: list[Reasons] = [("named", leave), ("slope", exclusion.steep(land))]
    for path in avoid:
        with opened(path, options) as features:
            boundary = boundary_of(features)
        shape = reproject(np.array([boundary.shape], dtype=object), boundary.crs, land.crs)
        found.append((path.name, exclusion.reaching_into(land, shape)))
    source, home, on, place = asked
    if not Path(source).exists():
        found += control_lines(land, Catalogue(home), on, place)
    return first_reasons(found)


def _made(ground: Ground, asked: Asked) -> Design:
    made = (
        of_pieces(ground, asked.need, asked.pieces)
        if asked.pieces
        else cheapest_design(ground, asked.need, asked.effort)
    )
    if not asked.added and not asked.removed:
        return made
    return of_pieces(ground, asked.need, sorted({*made.pieces, *asked.added} - {*asked.removed}))


def _alternatives(ground: Ground, made: Design, asked: Asked) -> list[Design]:
    """Designs for sizes in equal steps from the one asked for to the largest there could be."""
    network = ground.network
    most = network.outcome(~network.standing, asked.need).largest_dm2
    least = asked.need.block_dm2
    sizes = [int(least + Fraction(most - least, STEPS) * step) for step in range(1, STEPS + 1)]
    needs = [Need(size, asked.need.count, asked.need.gain_dm2, asked.need.budget_fen) for size in sizes if size > least]
    return [cheapest_design(ground, need, asked.effort) for need in needs]


def _text(made: Design, others: list[Design], found: Found, lang: Language) -> str:
    lines = [f"（{note.rule}）{render(note, lang=lang)}" for note in found.notes]
    largest = made.outcome.blocks_dm2[0] if made.outcome.blocks_dm2 else made.outcome.largest_dm2
    words = {
        "count": len(made.conversions),
        "yuan": f"{made.cost_fen / 100:,.2f}",
        "size": area_words(m2_from_dm2(largest), lang=lang, exact=True),
        "need": area_words(m2_from_dm2(made.need.block_dm2), lang=lang),
        "gap": f"{float(made.gap):.2%}",
        "bound": f"{made.bound_fen / 100:,.2f}",
        "greedy": "—" if made.greedy_fen is None else f"{made.greedy_fen / 100:,.2f}",
    }
    if made.shortfall is not None:
        return "\n".join([*lines, *_short(made, words, lang)])
    met = made.outcome.meets(made.need)
    head = ("design-none-needed" if not made.conversions else "design-met") if met else "design-unmet"
    lines.append(render_text(head, words, lang=lang))
    if made.bound_fen or made.proven:
        lines.append(render_text("design-proven" if made.proven else "design-gap", words, lang=lang))
    for row in made.conversions[:SHOWN]:
        works = render_text(f"works-{row.works}", {}, lang=lang)
        lines.append(
            "\t".join([row.piece, row.code, works, f"{row.net_m2:,}", f"{row.cost_fen / 100:,.2f}", row.clause])
        )
    for each in others:
        size = area_words(m2_from_dm2(each.need.block_dm2), lang=lang)
        cost = "—" if each.shortfall else f"{each.cost_fen / 100:,.2f}"
        lines.append(
            render_text("design-alternative", {"size": size, "yuan": cost, "gap": f"{float(each.gap):.2%}"}, lang=lang)
        )
    return "\n".join(lines)


def _short(made: Design, words: dict[str, Any], lang: Language) -> list[str]:
    short = made.shortfall
    assert short is not None
    price = "—" if short.cheapest_fen is None else f"{short.cheapest_fen / 100:,.2f}"
    words = words | {"reach": area_words(short.reach_m2, lang=lang), "reaching": short.reaching, "price": price}
    lines = [render_text(f"design-short-{short.cause}", words, lang=lang)]
    for each in short.exclusions:
        area, reach = area_words(each.area_m2, lang=lang), area_words(each.reach_m2, lang=lang)
        about = {"reason": _reason(each.reason, lang), "count": each.parcels, "area": area, "reach": reach}
        lines.append(render_text("design-excluded", about, lang=lang))
    return lines


def _reason(reason: str, lang: Language) -> str:
    known = {"named", "slope", *FORBIDDEN}
    return render_text(f"exclusion-{reason}", {}, lang=lang) if reason in known else reason
