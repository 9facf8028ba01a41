"""`liangtian-web document import FILE --document ID`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from liangtian.errors import LiangtianError
from liangtian.messages import render_error
from liangtian_web.rulebook.actions import import_text


class Command(BaseCommand):
    help = "导入文件的公布文本，按条拆分，在页面上与本系统的表述并列显示。 Import the published text of a document, split by clause, so that pages show it beside our wording."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, with which file."""
        parser.add_argument(
            "action", choices=["import"], help="import：读入 UTF-8 文本。 import: read a UTF-8 text file."
        )
        parser.add_argument(
            "file", help="公布文本；每条的编号在行首。 The published text; each clause number begins a line."
        )
        parser.add_argument(
            "--document",
            required=True,
            help="文件编号，同 `liangtian clauses` 所列。 Its id, as `liangtian clauses` lists it.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, split, keep."""
        path = Path(options["file"])
        try:
            rows = import_text(options["document"], path.read_text("utf-8-sig"), path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path.name}: {error}") from error
        except LiangtianError as error:
            raise CommandError(f"{render_error(error)}\n{render_error(error, lang='en')}") from error
        self.stdout.write(f"{options['document']}: {len(rows)}")
