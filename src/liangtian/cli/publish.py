"""`liangtian publish LAYER FILE`: examine a file and publish it as a layer version."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from liangtian.check.result import to_json
from liangtian.cli.options import file_options, home_option, on_option, opened
from liangtian.errors import LayerInvalid
from liangtian.finding import Outcome
from liangtian.messages import Language, render_text
from liangtian.onemap import mapping as mappings
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import examine, extent_of, report_data
from liangtian.onemap.publish import publish as publish_layer
from liangtian.onemap.quality import quality_level

SHOWN = 20  # findings printed to a terminal; the quality report has all


@click.command()
@click.argument("layer_code", metavar="LAYER")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--place", required=True, metavar="CODE", help="Place the layer is published for.")
@on_option
@click.option("--map", "map_name", metavar="FILE|NAME", help="TOML file that maps a foreign schema; or second-survey.")
@click.option("--repair", is_flag=True, help="Use the proposed repair of invalid outlines; each one is recorded.")
@click.option("--north-first", is_flag=True, help="State that north stands before east in the file.")
@click.option("--dry-run", is_flag=True, help="Print the quality report as JSON and publish nothing.")
@home_option
@file_options
@click.pass_obj
def publish(lang: Language, /, *, layer_code: str, file: Path, place: str, on: date, home: Path, **given: Any) -> None:
    """Publish FILE as a version of LAYER (DLTB, XZQ, CJDCQ, YJJBNTTB, STBHHX, CZKFBJ …)."""
    spec = layer_spec(layer_code)
    map_name, dry_run = given.pop("map_name"), given.pop("dry_run")
    asked: dict[str, Any] = {name: given.pop(name) for name in ("repair", "north_first")}
    asked["mapping"] = mappings.named(map_name) if map_name else None
    with opened(file, given) as features:
        if dry_run:
            extent = extent_of(features, spec, place=place, on=on, home=home)
            click.echo(to_json(report_data(examine(features, spec, extent=extent, **asked))))
            return
        with click.progressbar(length=100, label=file.name, file=sys.stderr) as bar:

            def advance(share: float, message_id: str) -> None:
                bar.label = render_text(message_id, {}, lang=lang)
                bar.update(int(share * 100) - bar.pos)

            try:
                version = publish_layer(
                    features,
                    spec,
                    place=place,
                    on=on,
                    home=home,
                    publisher=getpass.getuser(),
                    recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    progress=advance,
                    **asked,
                )
                advance(1.0, "publish-done")
            except LayerInvalid as error:
                _show_findings(error, lang)
                raise
    click.echo(f"{version.name}\t{version.rows:,}\t{version.quality['level']}\t{version.digest}")


def _show_findings(error: LayerInvalid, lang: Language) -> None:
    """What was found wrong, with what refuses the file first; rules that could not be asked are left to the report."""
    found = error.params.get("findings")
    if not isinstance(found, tuple):
        return
    findings = [finding for finding in found if finding.outcome is Outcome.FAIL]
    findings.sort(key=lambda finding: quality_level((finding,)) != "refused")
    click.echo("", err=True)
    for finding in findings[:SHOWN]:
        click.echo(f"{finding.rule}\t{render_text(finding.message_id, finding.params, lang=lang)}", err=True)
    if len(findings) > SHOWN:
        more = {"shown": SHOWN, "total": len(findings)}
        click.echo(render_text("publish-more-findings", more, lang=lang), err=True)
