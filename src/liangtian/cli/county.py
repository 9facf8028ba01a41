"""`liangtian county DIR`: write the demonstration municipality, its sample projects, heights, persons and planted facts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
from pyproj import CRS

from liangtian.datasets.county import FEWEST_PARCELS
from liangtian.datasets.lands import LARGEST, MOST_PARCELS, generate_lands
from liangtian.datasets.potential import populations
from liangtian.datasets.projects import planted, sample_projects
from liangtian.datasets.relief import relief
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.formats.persons import write_persons
from liangtian.formats.raster import is_readable, write_elevation
from liangtian.space.crs import reproject


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--parcels", type=click.IntRange(FEWEST_PARCELS, MOST_PARCELS), default=150_000, help="About how many parcels."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, help="Another seed, another land.")
def county(folder: Path, parcels: int, seed: int) -> None:
    """Write an invented municipality to DIR: layers as GeoPackage, projects/*.geojson, persons.csv, planted.json.

    With the extra `raster` installed, and up to two million parcels, also dem.tif.
    """
    (folder / "projects").mkdir(parents=True, exist_ok=True)
    written: Counter[str] = Counter()
    persons: dict[str, int] = {}
    for number, layers in enumerate(generate_lands(parcels=parcels, seed=seed)):
        put = vector.append if number else vector.write
        for code in layers:
            put(layers[code], folder / f"{code}.gpkg")
            written[code] += len(layers[code])
        persons |= populations(layers)
        if number == 0:
            _write_examples(layers, folder)
        if parcels <= LARGEST and is_readable():
            write_elevation(relief(layers["XZQ"], parcels=parcels, seed=seed), folder / "dem.tif")
        layers.clear()  # the next land needs the memory
    write_persons(persons, folder / "persons.csv")
    for code, count in written.items():
        click.echo(f"{code}\t{count:,}")


def _write_examples(layers: Mapping[str, Features], folder: Path) -> None:
    """Sample projects and planted facts, all on the first land."""
    lonlat = CRS.from_epsg(4490)
    for name, project in sample_projects(layers).items():
        moved = replace(project, geometry=reproject(project.geometry, project.crs or lonlat, lonlat), crs=lonlat)
        vector.write(moved, folder / "projects" / f"{name}.geojson")
    facts = json.dumps(planted(layers), ensure_ascii=False, indent=1)
    (folder / "planted.json").write_text(facts + "\n", encoding="utf-8")
