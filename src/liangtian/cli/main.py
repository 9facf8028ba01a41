"""`liangtian`: the command line. It alone reads the environment, the terminal and the clock."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import NoReturn

import click

from liangtian.cli.area import area
from liangtian.cli.assess import assess
from liangtian.cli.blocks import blocks
from liangtian.cli.check import check
from liangtian.cli.clauses import clauses
from liangtian.cli.convert import convert
from liangtian.cli.county import county
from liangtian.cli.design import design
from liangtian.cli.explain import explain
from liangtian.cli.fragmentation import fragmentation
from liangtian.cli.help import HELP, in_chinese
from liangtian.cli.jars import jars
from liangtian.cli.layers import layers
from liangtian.cli.layout import layout
from liangtian.cli.overlay import overlay
from liangtian.cli.potential import potential
from liangtian.cli.publish import publish
from liangtian.cli.rank import rank
from liangtian.cli.verify import verify
from liangtian.cli.whatif import whatif
from liangtian.errors import DocumentRefused, LiangtianError, is_disk_full
from liangtian.messages import Language, render_error, render_text


@click.group(context_settings=HELP)
@click.version_option(version("liangtian"), prog_name="liangtian")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", envvar="LIANGTIAN_LANG", help="Language.")
@click.pass_context
def cli(context: click.Context, lang: Language) -> None:
    """良田: measure, publish and check farmland."""
    context.obj = lang


for command in (
    area,
    assess,
    blocks,
    check,
    clauses,
    convert,
    county,
    design,
    explain,
    fragmentation,
    jars,
    layers,
    layout,
    overlay,
    potential,
    publish,
    rank,
    verify,
    whatif,
):
    cli.add_command(command)


def main() -> None:
    """Run the command; exit codes: 2 usage, 3 error, else what the command concluded."""
    command = in_chinese(cli) if _language() == "zh" else cli
    try:
        # Without its standalone mode click hands back the code a command exits with, or what the command returned.
        code = command(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except LiangtianError as error:
        click.echo(render_error(error, lang=_language()), err=True)
        for defect in error.defects if isinstance(error, DocumentRefused) else ():
            click.echo(f"  {render_error(defect, lang=_language())}", err=True)
        sys.exit(3)
    except OSError as error:
        if is_disk_full(error):
            _say_disk_full(error)
        params = {"reason": error.strerror or str(error), "file": error.filename or ""}
        click.echo(render_text("cli-not-written", params, lang=_language()), err=True)
        sys.exit(3)


def _say_disk_full(error: OSError) -> NoReturn:
    """Whatever was being written is swept up or goes on where it stopped: nothing else is to be said."""
    where = f" {error.filename}" if error.filename else ""
    click.echo(render_text("cli-disk-full", {"where": where}, lang=_language()), err=True)
    sys.exit(3)


def _language() -> Language:
    """The language asked for, read from the same places before the commands are and after the one run has ended."""
    asked = os.environ.get("LIANGTIAN_LANG", "zh")
    for word, following in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        asked = following if word == "--lang" else word.removeprefix("--lang=") if word.startswith("--lang=") else asked
    return "en" if asked == "en" else "zh"
