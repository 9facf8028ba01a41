"""`liangtian area FILE`: ellipsoidal areas of a file's polygons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from liangtian.check.result import to_json
from liangtian.cli.options import file_options, opened
from liangtian.errors import CrsMismatch
from liangtian.messages import Language, render, render_text
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import to_measuring_plane
from liangtian.units import display_area, m2_from_dm2, round_dm2


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@file_options
@click.pass_obj
def area(lang: Language, /, file: Path, as_json: bool, **options: Any) -> None:
    """Print the ellipsoidal area of every polygon of FILE, and their sum.

    What reading met or assumed stands on standard error. Exit code: 1 if a plot of the file could not be read.
    """
    with opened(file, options) as features:
        if features.crs is None:
            raise CrsMismatch("check-boundary-no-crs", source=features.source)
        geometry, plane = to_measuring_plane(features.geometry, features.crs)
        areas = round_dm2(ellipsoidal_area(geometry, plane))
        ids = [str(row) for row in features.rows.tolist()]
    _print(ids, areas, as_json=as_json, lang=lang)
    for finding in features.findings:
        click.echo(render(finding, lang=lang), err=True)
    unread = any(each.params.get("severity") == "error" for each in features.findings)
    raise click.exceptions.Exit(1 if unread else 0)


def _print(ids: list[str], areas: npt.NDArray[np.int64], *, as_json: bool, lang: Language) -> None:
    sizes, total = [m2_from_dm2(dm2) for dm2 in areas.tolist()], m2_from_dm2(int(areas.sum()))
    if as_json:
        rows = [{"id": one, "area_m2": size} for one, size in zip(ids, sizes, strict=True)]
        click.echo(to_json({"features": rows, "total_m2": total}))
        return
    for one, size in zip(ids, sizes, strict=True):
        figures = {"id": one, "m2": f"{size:,}", "mu": display_area(size, "mu")}
        click.echo(render_text("area-line", figures, lang=lang))
    sums = {"m2": f"{total:,}", "mu": display_area(total, "mu"), "ha": display_area(total, "ha")}
    click.echo(render_text("area-total", sums, lang=lang))
