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
from liangtian.messages import Language, render
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import to_measuring_plane
from liangtian.units import display_area, m2_from_dm2, round_dm2


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@file_options
@click.pass_obj
def area(lang: Language | None, /, file: Path, as_json: bool, **options: Any) -> None:
    """Print the ellipsoidal area of every polygon of FILE, and their sum.

    What reading met or assumed stands on standard error. Exit code: 1 if a plot of the file could not be read.
    """
    with opened(file, options) as features:
        if features.crs is None:
            raise CrsMismatch("check-boundary-no-crs", source=features.source)
        geometry, plane = to_measuring_plane(features.geometry, features.crs)
        areas = round_dm2(ellipsoidal_area(geometry, plane))
        ids = [str(row) for row in features.rows.tolist()]
    _print(ids, areas, as_json=as_json)
    for finding in features.findings:
        click.echo(render(finding, lang=lang or "zh"), err=True)
    unread = any(each.params.get("severity") == "error" for each in features.findings)
    raise click.exceptions.Exit(1 if unread else 0)


def _print(ids: list[str], areas: npt.NDArray[np.int64], *, as_json: bool) -> None:
    if as_json:
        rows = [{"id": one, "area_m2": m2_from_dm2(dm2)} for one, dm2 in zip(ids, areas.tolist(), strict=True)]
        click.echo(to_json({"features": rows, "total_m2": m2_from_dm2(int(areas.sum()))}))
        return
    for one, dm2 in zip(ids, areas.tolist(), strict=True):
        click.echo(f"{one}\t{m2_from_dm2(dm2):,} m²\t{display_area(m2_from_dm2(dm2), 'mu')} 亩")
    total = m2_from_dm2(int(areas.sum()))
    click.echo(f"合计\t{total:,} m²\t{display_area(total, 'mu')} 亩\t{display_area(total, 'ha')} 公顷")
