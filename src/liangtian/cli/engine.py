"""Options that choose an engine, and blocks of farmland on a cluster for `liangtian blocks`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyproj import CRS

from liangtian.check.blocks import versions_in_force
from liangtian.engine.spatial import Configuration, opened
from liangtian.errors import LayerInvalid
from liangtian.onemap import snapshot
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.places import stem
from liangtian.planning.spread import BlockTable, Reading, spread_blocks

F = TypeVar("F", bound=Callable[..., Any])


class Setting(click.ParamType[tuple[str, str]]):
    name = "key=value"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        name, equals, said = str(value).partition("=")
        if not equals or not name.startswith("spark."):
            self.fail(f"“{value}”应写成 spark.名称=值 / write spark.name=value", param, ctx)
        return name, said


def engine_options(command: F) -> F:
    """Options of every command that can run on a cluster."""
    for option in (
        click.option(
            "--snapshots",
            metavar="URL",
            help="Where workers find the snapshots, if not in the home folder: s3a://bucket/snapshots.",
        ),
        click.option(
            "--spark", type=Setting(), multiple=True, help="A setting of Spark, e.g. spark.executor.memory=4g."
        ),
        click.option(
            "--python", metavar="PATH", help="The workers' Python, with liangtian installed; default: as here."
        ),
        click.option(
            "--jars",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("var/jars"),
            envvar="LIANGTIAN_JARS",
            show_default=True,
            help="Folder of Sedona's jars.",
        ),
        click.option("--master", metavar="URL", envvar="LIANGTIAN_MASTER", help="The cluster, e.g. spark://host:7077."),
        click.option(
            "--engine",
            type=click.Choice(["local", "cluster"]),
            default="local",
            envvar="LIANGTIAN_ENGINE",
            show_default=True,
            help="Where to compute: here, or with Sedona on Spark.",
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Where:
    """An engine, and where it finds snapshots; None: in the home folder."""

    configuration: Configuration
    snapshots: str | None

    def paths(self, found: Iterable[Path]) -> list[str]:
        """Snapshots as the engine reads them."""
        if self.snapshots is None:
            return [str(path.resolve()) for path in found]
        return [f"{self.snapshots.rstrip('/')}/{path.name}" for path in found]


def where_of(given: dict[str, Any]) -> Where:
    """Take the options of `engine_options` out of what a command was given."""
    engine, master, jars, python, spark, snapshots = (
        given.pop(name) for name in ("engine", "master", "jars", "python", "spark", "snapshots")
    )
    return Where(Configuration(engine, master or "", jars, python or sys.executable, spark), snapshots)


def refuse(given: dict[str, Any]) -> None:
    """Options that only the local engine has."""
    named = "、".join(f"--{name}" for name, value in given.items() if value is not None)
    if named:
        raise LayerInvalid("engine-not-with", options=named)


def snapshots_of(
    source: str, catalogue: Catalogue, on: date, place: str | None
) -> tuple[list[Path], list[LayerVersion]]:
    """The snapshots of a published layer in force, and the versions they are of.

    Raises
    ------
    LayerInvalid (layer-invalid): a file, versions in several planes, a layer that is not published or no land use.
    """
    if Path(source).exists():
        raise LayerInvalid("engine-needs-layer", source=source)
    used, ends = versions_in_force(source, catalogue, on, place)
    if not used:
        raise LayerInvalid("blocks-empty", source=source.upper())
    planes = sorted({version.crs for version in used})
    if len(planes) > 1:
        raise LayerInvalid("engine-planes-differ", planes="、".join(planes))
    return catalogue.paths(source.upper(), [*used, *ends]), used


def blocks_on(where: Where, paths: list[Path], reading: Reading) -> BlockTable:
    """Blocks of some snapshots, computed where the configuration says.

    Raises
    ------
    LayerInvalid (layer-invalid): blocks-empty, no parcel of the snapshots lies in the place.
    """
    with opened(where.configuration) as engine:
        made = spread_blocks(engine, where.paths(paths), reading)
    if not len(made) and not any(_has_parcels(path, reading.place) for path in paths):
        raise LayerInvalid("blocks-empty", source="DLTB")
    return made


def _has_parcels(path: Path, place: str) -> bool:
    codes = pc.fill_null(pq.read_table(path, columns=["ZLDWDM"])["ZLDWDM"].cast(pa.string()), "")
    return bool(pc.any(pc.starts_with(codes, place)).as_py())


def plane_of(paths: list[Path]) -> str:
    """The plane of snapshots, as PROJ reads it."""
    return crs_of(paths[0]).to_wkt()


def crs_of(path: Path) -> CRS:
    """The plane of a snapshot."""
    return snapshot.crs_of(pq.read_schema(path).empty_table())


def prefix_of(place: str | None) -> str:
    """How codes of parcels of a place begin."""
    return "" if place is None else stem(place)
