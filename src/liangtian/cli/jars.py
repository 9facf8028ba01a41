"""`liangtian jars FOLDER`: fetch the jars of Apache Sedona, and of object storage, by their Maven coordinates."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from liangtian.engine.cluster import resolve
from liangtian.engine.jars import checked, wanted
from liangtian.errors import EngineUnavailable


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), envvar="LIANGTIAN_JARS")
@click.option("--storage", is_flag=True, help="Also those for object storage (s3a).")
def jars(folder: Path, storage: bool) -> None:
    """Fetch what the cluster engine needs besides Spark into FOLDER, and check it; what is there already is only checked.

    Spark's own resolver fetches from Maven Central, or from where its settings send it.
    """
    try:
        found = checked(folder, storage=storage)
    except EngineUnavailable:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="liangtian-jars-") as cache:
            for path in resolve(Path(cache), wanted(folder, storage=storage)):
                shutil.copyfile(path, folder / path.name)
        found = checked(folder, storage=storage)
    for path in found:
        click.echo(path)
