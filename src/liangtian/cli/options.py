"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import click
from pyproj import CRS
from pyproj.exceptions import CRSError

from liangtian.errors import FileUnreadable
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.formats.opening import open_features
from liangtian.planning.layer import in_degrees
from liangtian.policy.adoption import Adoption, read_adoptions, read_names
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.policy.values_file import read_values
from liangtian.rules.documents import DOCUMENTS

F = TypeVar("F", bound=Callable[..., Any])


class DateType(click.ParamType[date]):
    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a business date has no zone
        except ValueError:
            self.fail(f"“{value}” 不是日期，请写成 2024-06-01 / is not a date; write 2024-06-01", param, ctx)


class CrsType(click.ParamType[CRS]):
    name = "crs"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> CRS:
        if isinstance(value, CRS):
            return value
        try:
            return CRS.from_user_input(str(value))
        except CRSError:
            self.fail(f"不认识坐标系“{value}”，请写成 EPSG:4528 / unknown CRS; write EPSG:4528", param, ctx)


home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    envvar="LIANGTIAN_HOME",
    show_default=True,
    help="Folder of snapshots and catalogue.",
)


def _values(ctx: click.Context, param: click.Parameter, path: Path | None) -> tuple[Parameter, ...]:
    return () if path is None else read_values(text_of(path), path.name, Parameters(DOCUMENTS))


values_option = click.option(
    "--values",
    type=click.Path(path_type=Path),
    callback=_values,
    help="Approved values of places, as the rulebook's page gives them out (TOML).",
)
on_option = click.option("--on", type=DateType(), required=True, metavar="DATE", help="Business date, e.g. 2024-06-01.")


def file_options(command: F) -> F:
    """Options of every command that opens a vector file."""
    for option in (
        click.option("--strict-datum", is_flag=True, help="Refuse WGS84 instead of taking it as CGCS2000."),
        click.option("--crs", type=CrsType(), help="Coordinate system, where the file does not say it."),
        click.option("--encoding", help="Encoding of text, where the file does not say it."),
        click.option("--layer-name", "layer", help="Layer, where a file holds several."),
    ):
        command = option(command)
    return command


@contextmanager
def opened(path: Path, options: dict[str, Any]) -> Iterator[Features]:
    """A vector file read with the shared options; archives are unpacked into a folder that goes away."""
    with TemporaryDirectory(prefix="liangtian-") as folder:
        yield open_features(path, workdir=Path(folder), **options)


def text_of(path: Path) -> str:
    """The text of a TOML file the user names.

    Raises
    ------
    FileUnreadable (file-not-text)
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable("file-not-text", file=path.name, reason=str(error)) from error


def adoptions_of(home: Path) -> tuple[Adoption, ...] | None:
    """The installation's own `adopts.toml`, else None: the demonstration's."""
    path = home / "adopts.toml"
    return read_adoptions(path.read_text("utf-8", errors="replace"), path.name) if path.exists() else None


def names_of(home: Path) -> dict[str, str] | None:
    """What the installation's `adopts.toml` calls its places, else None: the demonstration's."""
    path = home / "adopts.toml"
    return read_names(path.read_text("utf-8", errors="replace"), path.name) if path.exists() else None


def write_layer(features: Features, path: Path) -> None:
    """Write what was computed to a new file; GeoJSON in longitude and latitude, the others as measured."""
    vector.write(in_degrees(features) if path.suffix.lower() in {".geojson", ".json"} else features, path)
