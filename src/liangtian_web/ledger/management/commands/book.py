"""`liangtian-web book`: the book from the command line."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from liangtian.check.booked import check_rulebook
from liangtian.finding import Outcome
from liangtian.ledger.bundle import read_bundle
from liangtian.ledger.checks import CHECKS, judge
from liangtian.ledger.examined import examine
from liangtian.messages import render
from liangtian_web.ledger import derived, exclusivity, presentation, sealing
from liangtian_web.ledger.forms import end_of
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import last_recorded, statement, unsealed


def _decisions() -> sealing.Decisions:
    """Who knows by what entries were decided; the book itself does not."""
    found: sealing.Decisions = import_string(settings.BOOK_DECISIONS)
    return found


class Command(BaseCommand):
    """Seal, export, verify, and draw up statements."""

    help = "导出和核验台账。 Export and verify the book: bundle FILE, verify, seal, statement CODE POOL INDEX FILE."

    def add_arguments(self, parser: CommandParser) -> None:
        """One word for what to do, then what it needs."""
        self.add_parts(parser.add_subparsers(dest="what", required=True))

    def add_parts(self, parts: Any) -> None:
        """The words; an app above adds its own."""
        bundle = parts.add_parser(
            "bundle", help="写出全部已封存内容的核验包 write the verification bundle of everything sealed"
        )
        bundle.add_argument("file", type=Path, help="要写的核验包 the bundle to write")
        bundle.add_argument("--name", default="良田", help="核验包中台账的名称 what the bundle calls the book")
        parts.add_parser(
            "verify", help="核验台账本身：封存链、余额、地块 verify the book itself: chain, balances, ground"
        )
        sealed = parts.add_parser(
            "seal", help="封存至今的全部记录，恢复备份之后也用 seal everything booked so far, also after a restore"
        )
        sealed.add_argument(
            "--follow",
            action="store_true",
            help="随记随封，直到停止；后台工作程序自带 seal what is booked as it comes, until stopped; the worker runs it",
        )
        drawn = parts.add_parser(
            "statement", help="把一个账户的明细写成工作簿 write an account's statement as a workbook"
        )
        drawn.add_argument("code", help="责任单元的区划代码 the place's region code")
        drawn.add_argument("pool", help="哪个库，如 `reserve` the pool, `reserve`")
        drawn.add_argument("index", help="哪项指标，如 `paddy_m2` the index, `paddy_m2`")
        drawn.add_argument("file", type=Path, help="要写的工作簿 the workbook to write")
        drawn.add_argument(
            "--since", type=date.fromisoformat, help="首日；不写则本年第一天 first day; none: the first of this year"
        )
        drawn.add_argument("--until", type=date.fromisoformat, help="末日；不写则今天 last day; none: today")
        drawn.add_argument(
            "--known-on",
            type=date.fromisoformat,
            help="按该日已记录的内容计；不写则全部 count what was recorded by that day; none: all",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one thing asked."""
        getattr(self, options["what"])(options)

    def seal(self, options: dict[str, Any]) -> None:
        """Look at every record, not only at those since the last seal; or follow the bookings."""
        if options["follow"]:
            with suppress(KeyboardInterrupt):
                sealing.follow(Event())
            return
        self.stdout.write(f"{sealing.seal_all(full=True)} sealed, {unsealed()} unsealed")

    def bundle(self, options: dict[str, Any]) -> None:
        """Write beside and move: a bundle exists whole or not at all."""
        part = options["file"].with_suffix(".part")
        with part.open("wb") as target:
            manifest = sealing.export(target, book=options["name"], decisions=_decisions())
        part.replace(options["file"])
        self.stdout.write(f"{manifest.records} records, {manifest.unsealed} unsealed, head {manifest.head}")

    def verify(self, options: dict[str, Any]) -> None:
        """The kernel's checks over an exported bundle, the sweep of lots, and what is kept beside the records."""
        rule = exclusivity.tolerance_on(timezone.localdate())
        with tempfile.TemporaryFile() as file, transaction.atomic():
            derived.hold_sealer()
            head = sealing.export(
                file, book="", decisions=_decisions()
            ).head  # as the database has it: no one else has written this bundle
            file.seek(0)
            examined = examine(read_bundle(file, name="book"), rule, published=head)
            verdict = judge(examined, {**CHECKS, "BOOK-09": check_rulebook})
            different = list(derived.differences(examined.book))
        for line in different:
            self.stdout.write(f"fail {line}")
        for finding in verdict.findings:
            self.stdout.write(f"{finding.outcome.value} {finding.rule} {render(finding, lang='zh')}")
        overlaps = list(exclusivity.sweep())  # of what is not sealed yet too, which the bundle does not hold
        for overlap in overlaps:
            self.stdout.write(f"fail {overlap['serial']} × {overlap['other']} {overlap['overlap_m2']} m²")
        # What cannot be told (an acceptance booked by hand has no decision) is shown; it does not mean that the book is wrong.
        if verdict.outcome is Outcome.FAIL or different or overlaps:
            raise CommandError("the book does not hold")

    def statement(self, options: dict[str, Any]) -> None:
        """Of an account by place code, pool and index."""
        named = {"place__code": options["code"], "pool": options["pool"], "index": options["index"]}
        row = Account.objects.select_related("place").filter(**named).first()
        if row is None:
            raise CommandError(f"no account {options['code']} {options['pool']} {options['index']}")
        today = timezone.localdate()
        known_on = end_of(options["known_on"]) if options["known_on"] else None
        drawn = statement(row, options["since"] or today.replace(month=1, day=1), options["until"] or today, known_on)
        known = presentation.known_until(known_on, last_recorded(Account.objects.filter(pk=row.pk), known_on))
        options["file"].write_bytes(presentation.workbook_of(drawn, known))
