"""`liangtian potential LAYER|FILE`: the potential of land consolidation by village, town and parcel, with reasons."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np
from pyproj import CRS

from liangtian.check.gather import boundary_of
from liangtian.check.potential import survey_on
from liangtian.check.result import to_json
from liangtian.cli.options import CrsType, file_options, home_option, on_option, opened, write_layer
from liangtian.errors import LayerInvalid, LiangtianError
from liangtian.formats.persons import read_persons
from liangtian.formats.raster import read_elevation
from liangtian.messages import Language, render, render_text
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.index import Index
from liangtian.planning import land
from liangtian.planning.potential import Level, PlaceSum, Potential
from liangtian.planning.potential_document import document, kind_name
from liangtian.planning.potential_gather import Given, grounds
from liangtian.reports.potential import render_potential
from liangtian.space.crs import reproject
from liangtian.units import display_area


@click.command()
@click.argument("source", metavar="LAYER|FILE")
@on_option
@click.option("--place", help="Only parcels of this place, by its code.")
@click.option("--dem", type=click.Path(path_type=Path), help="Elevation model: any raster of heights in metres.")
@click.option("--dem-nodata", metavar="VALUE|none", help="Its value for missing heights, where the file has none.")
@click.option("--dem-crs", type=CrsType(), help="Its coordinate system, where the file does not say it.")
@click.option("--persons", type=click.Path(path_type=Path), help="CSV of registered persons: village code, number.")
@click.option("--exclude", multiple=True, type=click.Path(path_type=Path), help="Ground to keep off; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--report", type=click.Path(path_type=Path), help="Also write a report: .xlsx, .docx or .html.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write the net ground of candidates to a new file.")
@home_option
@file_options
@click.pass_obj
def potential(lang: Language, /, source: str, on: date, place: str | None, home: Path, **asked: Any) -> None:
    """Survey the potential of the land: LAYER is the published DLTB, FILE any file of land-use parcels.

    The other layers (STBHHX, SYBHQ, EDLD, FZLD, LNDL, ZZDK, GDDB) are the published ones; what is not published leaves
    open what it would decide.
    """
    own = {name: asked.pop(name) for name in ("dem", "dem_nodata", "dem_crs", "persons", "exclude")}
    as_json, report, out = (asked.pop(name) for name in ("as_json", "report", "out"))
    catalogue = Catalogue(home)
    parcels = _parcels(source, asked)
    around = grounds(catalogue, on, place, parcels)
    made = survey_on(catalogue, on, place, given=_given(own, around, asked), parcels=parcels)
    if out is not None:
        write_layer(made.features(), out)
    if report is not None or as_json:
        data = document(made, on=on, place=place, lang=lang)
        if report is not None:
            _write(report, render_potential(data, report.suffix, lang=lang))
        if as_json:
            click.echo(to_json(data))
            return
    for note in made.findings:
        click.echo(f"（{note.rule}）{render(note, lang=lang)}", err=True)
    click.echo(_summary(made, lang))


def _parcels(source: str, options: dict[str, Any]) -> Index | None:
    """Parcels of a file; None: the published ones."""
    if Path(source).exists():
        with opened(Path(source), options) as features:
            return land.indexed(features)
    if source.upper() != "DLTB":
        raise LayerInvalid("blocks-not-land-use", layer=source.upper())
    return None


def _given(
    own: dict[str, Any], around: tuple[tuple[float, float, float, float], CRS], options: dict[str, Any]
) -> Given:
    bounds, crs = around
    elevation = None
    if own["dem"] is not None:
        stated = {"nodata": own["dem_nodata"], "crs": own["dem_crs"]}
        elevation = read_elevation(own["dem"], **stated, around=bounds, around_crs=crs)
    excluded = {}
    for path in own["exclude"]:
        with opened(path, options) as features:
            boundary = boundary_of(features)
        excluded[path.name] = reproject(np.array([boundary.shape], dtype=object), boundary.crs, crs)
    persons = None if own["persons"] is None else read_persons(own["persons"])
    return Given(elevation, persons, excluded)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise LiangtianError("check-report-not-written", file=str(path), reason=str(error)) from error


def _summary(made: Potential, lang: Language) -> str:
    """Totals, then the towns."""
    head = render_text("potential-columns", {}, lang=lang)
    lines = [render_text("potential-title", {}, lang=lang), head, *(_line(row, lang) for row in made.total())]
    level: Level = "town"
    place = None
    for row in made.by_place(level):
        if row.place != place:
            place = row.place
            lines.append(f"{place} {made.names.get(place, '')}".rstrip())
        lines.append(_line(row, lang))
    return "\n".join(lines)


def _line(row: PlaceSum, lang: Language) -> str:
    figures = (row.count, display_area(row.net_m2, "mu"), row.unknown, display_area(row.unknown_m2, "mu"), row.excluded)
    return "\t".join([kind_name(row.kind, lang), *(str(figure) for figure in figures)])
