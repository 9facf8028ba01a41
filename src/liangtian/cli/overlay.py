"""`liangtian overlay LAYER GROUND…`: what of a published layer lies on other layers, as a table with ellipsoidal areas."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from liangtian.check.result import to_json
from liangtian.cli.engine import crs_of, engine_options, where_of
from liangtian.cli.options import DateType, home_option
from liangtian.engine.spatial import opened
from liangtian.errors import LayerInvalid
from liangtian.messages import Language, render_text
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.places import lies_in
from liangtian.planning.crossing import Ground, crossings, screening
from liangtian.units import m2_from_dm2

FARMLAND = {"farmland": True, "other": False}


@click.command()
@click.argument("layer")
@click.argument("grounds", metavar="GROUND…", nargs=-1, required=True)
@click.option("--on", type=DateType(), metavar="DATE", help="Business date; default: the newest versions.")
@click.option("--place", help="Only versions of this place, of places in it, and of those it lies in.")
@click.option(
    "--write", metavar="FOLDER|URL", help="Also write the pieces as Parquet, into a new folder, on object storage too."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@engine_options
@home_option
@click.pass_obj
def overlay(lang: Language, /, layer: str, grounds: tuple[str, ...], home: Path, as_json: bool, **given: Any) -> None:
    """Cut LAYER with each GROUND, published layers, and print the sums of each feature, areas in m².

    GROUND may be DLTB:farmland or DLTB:other: the parcels of those classes alone. So change patches are screened.
    """
    on, place, target, where = given["on"] or date.max, given["place"], given["write"], where_of(given)
    catalogue = Catalogue(home)
    subjects = _snapshots(catalogue, layer, on, place)
    found = [_snapshots(catalogue, ground.partition(":")[0], on, place) for ground in grounds]
    planes = {crs_of(path).srs: crs_of(path) for path in [*subjects, *(path for paths in found for path in paths)]}
    if len(planes) > 1:
        raise LayerInvalid("engine-planes-differ", planes="、".join(crs.name for crs in planes.values()))
    kinds = [FARMLAND.get(ground.partition(":")[2]) for ground in grounds]
    asked = [Ground(tuple(where.paths(paths)), kind) for paths, kind in zip(found, kinds, strict=True)]
    with opened(where.configuration) as engine:
        if target is not None:
            engine.refuse_taken(target)
        crossings(engine, where.paths(subjects), asked, next(iter(planes.values())))
        if target is not None:
            engine.write("crossings", target)
        sums = screening(engine)
    click.echo(_shown(sums, grounds, as_json, lang))


def _snapshots(catalogue: Catalogue, layer: str, on: date, place: str | None) -> list[Path]:
    name, versions = layer.upper(), catalogue.all_valid_on(on)
    used = [v for v in versions.get(name, ()) if place is None or lies_in(place, v.place) or lies_in(v.place, place)]
    if not used:
        raise LayerInvalid("overlay-source-unknown", source=name, on=on.isoformat())
    ends = [version for other in ("XZQ", "CJDCQ") if other != name for version in versions.get(other, ())]
    return catalogue.paths(name, [*used, *ends])


def _shown(sums: pa.Table, grounds: tuple[str, ...], as_json: bool, lang: Language) -> str:
    rows = [
        {
            "id": row["one"],
            "ground": grounds[row["role"] - 1],
            "area_m2": m2_from_dm2(row["area_dm2"]),
            "pieces": row["pieces"],
        }
        for row in sums.to_pylist()
    ]
    if as_json:
        return to_json({"sums": rows})
    head = render_text("overlay-columns", {}, lang=lang)
    return "\n".join([head, *("\t".join(str(value) for value in row.values()) for row in rows)])
