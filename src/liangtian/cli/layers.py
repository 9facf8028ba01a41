"""`liangtian layers`: what is published under a home, and whether it is still whole."""

from __future__ import annotations

from pathlib import Path

import click

from liangtian.cli.options import home_option
from liangtian.onemap.catalogue import Catalogue


@click.command()
@home_option
@click.option("--verify", is_flag=True, help="Recompute every digest.")
def layers(home: Path, verify: bool) -> None:
    """List the published layer versions."""
    catalogue = Catalogue(home)
    for version in catalogue.entries():
        if verify:
            catalogue.verify(version)
        level = version.quality.get("level", "")
        click.echo(f"{version.layer}\t{version.place}\t{version.on}\t{version.rows:,}\t{level}\t{version.digest[:16]}")
