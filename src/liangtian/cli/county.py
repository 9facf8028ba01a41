"""`liangtian county DIR`: write the demonstration municipality, its sample projects and its planted facts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
from pyproj import CRS

from liangtian.datasets.county import FEWEST_PARCELS, generate
from liangtian.datasets.projects import planted, sample_projects
from liangtian.formats import vector
from liangtian.space.crs import reproject


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--parcels", type=click.IntRange(min=FEWEST_PARCELS), default=150_000, help="About how many parcels.")
@click.option("--seed", type=click.IntRange(min=0), default=1, help="Another seed, another land.")
def county(folder: Path, parcels: int, seed: int) -> None:
    """Write an invented municipality to DIR: layers as GeoPackage, projects/*.geojson, planted.json."""
    layers = generate(parcels=parcels, seed=seed)
    (folder / "projects").mkdir(parents=True, exist_ok=True)
    for code, features in layers.items():
        vector.write(features, folder / f"{code}.gpkg")
        click.echo(f"{code}\t{len(features):,}")
    lonlat = CRS.from_epsg(4490)
    for name, project in sample_projects(layers).items():
        moved = replace(project, geometry=reproject(project.geometry, project.crs or lonlat, lonlat), crs=lonlat)
        vector.write(moved, folder / "projects" / f"{name}.geojson")
    facts = json.dumps(planted(layers), ensure_ascii=False, indent=1)
    (folder / "planted.json").write_text(facts + "\n", encoding="utf-8")
