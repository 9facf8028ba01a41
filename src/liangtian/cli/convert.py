"""`liangtian convert SRC DST`: any format in, any format out, nothing moved unless asked."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import click
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from liangtian.errors import CrsMismatch
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.formats.opening import open_features
from liangtian.messages import Language, render
from liangtian.space.crs import reproject
from liangtian.space.detect import label


def named_crs(text: str) -> CRS:
    """A coordinate system as PROJ knows it: `EPSG:4549`, WKT or a PROJ string."""
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise click.BadParameter(f"{text}: no such coordinate system; write for example EPSG:4549") from error


@click.command()
@click.argument("src", type=click.Path(path_type=Path))
@click.argument("dst", type=click.Path(path_type=Path))
@click.option("--layer", help="Layer of a container, or one dataset of a zip.")
@click.option("--encoding", help="Encoding of the source's text, where the file states it wrongly.")
@click.option("--out-encoding", help="utf-8 or gbk; by default a shapefile is written in UTF-8, TXT and VCT in GBK.")
@click.option(
    "--crs",
    type=named_crs,
    metavar="EPSG:xxxx",
    help="The source's coordinate system, where the file names none or a wrong one.",
)
@click.option("--to-crs", type=named_crs, metavar="EPSG:xxxx", help="Move the coordinates to this system.")
@click.option("--strict-datum", is_flag=True, help="Refuse WGS 84 instead of taking it as CGCS2000.")
@click.option("--transformation", help="PROJ pipeline to CGCS2000 degrees, for Xian 1980 and Beijing 1954.")
@click.pass_context
def convert(
    ctx: click.Context,
    *,
    src: Path,
    dst: Path,
    layer: str | None,
    encoding: str | None,
    out_encoding: str | None,
    crs: CRS | None,
    to_crs: CRS | None,
    strict_datum: bool,
    transformation: str | None,
) -> None:
    """Convert the vector file SRC to the new file DST; the formats follow from the suffixes."""
    with tempfile.TemporaryDirectory(prefix="liangtian-") as workdir:
        features = open_features(
            src,
            workdir=Path(workdir),
            layer=layer,
            encoding=encoding,
            crs=crs,
            strict_datum=strict_datum,
            transformation=transformation,
        )
    if to_crs is not None:
        features = moved(features, to_crs)
    vector.write(features, dst, encoding=out_encoding)
    lang: Language = ctx.obj if ctx.obj in ("zh", "en") else "zh"
    for finding in features.findings:
        click.echo(render(finding, lang=lang), err=True)


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
