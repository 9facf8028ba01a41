"""`liangtian convert SRC DST`: any format in, any format out, nothing moved unless asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from liangtian.cli.options import CrsType, file_options, opened
from liangtian.errors import CrsMismatch
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.messages import Language, render
from liangtian.space.crs import reproject
from liangtian.space.detect import label


@click.command()
@click.argument("src", type=click.Path(path_type=Path))
@click.argument("dst", type=click.Path(path_type=Path))
@file_options
@click.option("--to-crs", type=CrsType(), help="Move the coordinates to this system.")
@click.option("--out-encoding", help="utf-8 or gbk; by default a shapefile is written in UTF-8, TXT and VCT in GBK.")
@click.option("--transformation", help="PROJ pipeline to CGCS2000 degrees, for Xian 1980 and Beijing 1954.")
@click.pass_obj
def convert(
    lang: Language | None, /, src: Path, dst: Path, *, to_crs: CRS | None, out_encoding: str | None, **options: Any
) -> None:
    """Convert the vector file SRC to the new file DST; the formats follow from the suffixes.

    A shapefile holds names of 10 bytes: the column declared_area_ha of a TXT is decl_ha in it, and is read back as itself.
    """
    with opened(src, options) as features:
        written = features if to_crs is None else moved(features, to_crs)
        vector.write(written, dst, encoding=out_encoding)
    for finding in features.findings:
        click.echo(render(finding, lang=lang or "zh"), err=True)


def moved(features: Features, target: CRS) -> Features:
    """Move features to another coordinate system, by a known transformation or not at all.

    Raises
    ------
    CrsMismatch (crs-no-transformation) : PROJ knows no transformation between the two datums.
    """
    if features.crs is None or features.crs == target:
        return replace(features, crs=target)
    try:
        Transformer.from_crs(features.crs, target, always_xy=True, allow_ballpark=False)
        geometry = reproject(features.geometry, features.crs, target)
    except ProjError as error:
        names = {"crs": label(features.crs), "target": label(target)}
        raise CrsMismatch("crs-no-transformation", source=features.source, **names) from error
    return replace(features, geometry=geometry, crs=target)
