"""`liangtian layout LAYER|FILE`: another layout of permanent basic farmland."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from liangtian.check.gather import boundary_of
from liangtian.check.library import layout_limits_on
from liangtian.check.result import to_json
from liangtian.cli.blocks import Exact, found_land, parcels_of, rule_of
from liangtian.cli.options import DateType, file_options, home_option, opened, values_option, write_layer
from liangtian.errors import LayerInvalid
from liangtian.messages import Language, render_text
from liangtian.onemap.catalogue import Catalogue
from liangtian.planning.exclusion import mostly_inside
from liangtian.planning.layer import layout_features
from liangtian.planning.layout import Layout, adjusted
from liangtian.planning.parcels import Parcels
from liangtian.planning.program import Effort
from liangtian.planning.sentences import area_words
from liangtian.space.crs import reproject

BASIC = "YJJBNTTB"


@click.command()
@click.argument("source", metavar="LAYER|FILE")
@click.option("--basic", type=click.Path(path_type=Path), help="Basic farmland; default: the published layer.")
@click.option("--on", type=DateType(), metavar="DATE", help="Business date; default: the newest values and versions.")
@click.option("--place", help="Only parcels of this place, by its code.")
@click.option("--leaving", multiple=True, metavar="ID", help="A parcel that a project takes out; repeatable.")
@click.option("--kept", multiple=True, metavar="ID", help="A parcel that stays; repeatable.")
@click.option("--barred", multiple=True, metavar="ID", help="A parcel not to become basic farmland; repeatable.")
@click.option("--grown-share", type=Exact(), default="0.01", show_default=True, help="What the whole may grow by.")
@click.option("--seconds", type=click.FloatRange(0), default=60, show_default=True, help="Solver time.")
@click.option("--out", "output", type=click.Path(path_type=Path), help="Also write what moves to a new file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@values_option
@home_option
@file_options
@click.pass_context
def layout(
    context: click.Context, /, source: str, home: Path, as_json: bool, output: Path | None, **given: Any
) -> None:
    """Choose what moves out of and into basic farmland so that it hangs together better and is no worse.

    Exit code 1 if the limits allow no adjustment, 3 if none was found in the time given.
    """
    on, place, basic = given.pop("on"), given.pop("place"), given.pop("basic")
    chosen = {name: given.pop(name) for name in ("leaving", "kept", "barred")}
    limits = layout_limits_on(on or date.max, place or "", given["values"], grown_share=given.pop("grown_share"))
    rule, effort = rule_of(on, place, given), Effort(given.pop("seconds"))
    land = parcels_of(found_land(source, home, on or date.max, place, given), place, None, given)
    shapes = _basic(land, basic, (home, on or date.max), given)
    made = adjusted(land, mostly_inside(land, shapes), rule, limits, effort=effort, **chosen)
    if output is not None:
        write_layer(layout_features(land, made), output)
    click.echo(to_json({**asdict(made), "limits": _plain(limits)}) if as_json else _text(made, context.obj))
    context.exit({None: 0, "unsolved": 3}.get(made.cause, 1))


def _basic(
    land: Parcels, path: Path | None, where: tuple[Path, date], options: dict[str, Any]
) -> npt.NDArray[np.object_]:
    if path is not None:
        with opened(path, options) as features:
            boundary = boundary_of(features)
        return reproject(np.array([boundary.shape], dtype=object), boundary.crs, land.crs)
    home, on = where
    catalogue = Catalogue(home)
    indexes = catalogue.indexes(BASIC, catalogue.all_valid_on(on).get(BASIC, ()))
    if not indexes:
        raise LayerInvalid("layout-no-basic", on=on.isoformat())
    return np.concatenate([reproject(each.geometry(np.arange(len(each))), each.crs, land.crs) for each in indexes])


def _plain(limits: Any) -> dict[str, float]:
    return {name: float(getattr(limits, name)) for name in ("added_share", "moved_share", "grown_share")}


def _text(made: Layout, lang: Language) -> str:
    if made.cause is not None:
        return render_text(f"layout-{made.cause}", {}, lang=lang)
    words = {
        "out": len(made.removed),
        "out_area": area_words(made.removed_m2, lang=lang),
        "in": len(made.added),
        "in_area": area_words(made.added_m2, lang=lang),
        "pairs": f"{made.before.pairs} → {made.after.pairs}",
        "mesh": " → ".join(area_words(Fraction(each.mesh_m2), lang=lang) for each in (made.before, made.after)),
        "grade": f"{made.before.grade or '—'} → {made.after.grade or '—'}",
    }
    lines = [render_text("layout-made" if made.proven else "layout-made-unproven", words, lang=lang)]
    lines += [f"-\t{name}" for name in made.removed] + [f"+\t{name}" for name in made.added]
    return "\n".join(lines)
