"""`liangtian-web book`: the ledger's command, and `reconcile`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import CommandError
from django.utils.translation import gettext, override

from liangtian.errors import LiangtianError
from liangtian.ledger.kinds import pools
from liangtian_web.ledger.forms import WORKBOOK_BYTES_MAX
from liangtian_web.ledger.management.commands import book
from liangtian_web.ledger.proposing import Problems
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.people.models import Place, User
from liangtian_web.reconcile import actions, presentation
from liangtian_web.reconcile.forms import WINDOW
from liangtian_web.reconcile.models import Match
from liangtian_web.refusals import sentence


class Command(book.Command):
    """Seal, export, verify, draw up statements, and hold the upper system's statement against the book and the projects."""

    help = "导出、核验台账，与上级系统对账。 Export and verify the book: bundle FILE, verify, seal, statement CODE POOL INDEX FILE, reconcile FILE."

    def add_parts(self, parts: Any) -> None:
        """`reconcile` beside the ledger's."""
        super().add_parts(parts)
        held = parts.add_parser(
            "reconcile",
            help="用上级系统的对账单（xlsx）与台账对账 hold the upper system's statement (xlsx) against the book",
        )
        held.add_argument("file", type=Path, help="对账单 the statement")
        held.add_argument("--place", required=True, help="责任单元的区划代码 the place's region code")
        held.add_argument("--on", type=date.fromisoformat, required=True, help="对账单的末日 last day of the statement")
        held.add_argument(
            "--since",
            type=date.fromisoformat,
            help="首日；不写则 --on 当年第一天 first day; none: the first of the year of --on",
        )
        held.add_argument(
            "--pool",
            default="reserve",
            choices=[name for name in pools() if name != "outside"],
            help="对哪个库 the pool the statement is of",
        )
        held.add_argument(
            "--window",
            type=int,
            default=WINDOW,
            help="两边同一笔的日期最多相差几天 days by which the two may date a movement apart",
        )
        held.add_argument("--dry-run", action="store_true", help="只说差异，不记录 say what differs and record nothing")
        held.add_argument(
            "--user",
            default="",
            help="由谁记录，须是该单元的台账管理人员；只试对时不用 who records it, a keeper of the place; not needed for a dry run",
        )
        held.add_argument(
            "--report",
            type=Path,
            help="另将结果写成工作簿；只试对时不能用 also write the result as a workbook; not with --dry-run",
        )

    def reconcile(self, options: dict[str, Any]) -> None:
        """Exit with 1 where something differs."""
        content = options["file"].read_bytes()
        if len(content) > WORKBOOK_BYTES_MAX:
            raise CommandError(f"{options['file']}: larger than 5 MB")
        since = options["since"] or options["on"].replace(month=1, day=1)
        place = Place.objects.filter(code=options["place"]).first()
        if place is None:
            raise CommandError(f"no place {options['place']}")
        source = options["file"].name
        asked = actions.Asked(place, options["pool"], since, options["on"], options["window"], source)
        with override("zh-hans"):
            try:
                found = self._found(asked, content, options)
            except Problems as error:
                raise CommandError("\n".join(map(str, error.problems))) from None
            except LiangtianError as error:
                raise CommandError(sentence(error, "zh-hans")) from None
            self._say(found)
        if not found.is_clean:
            raise CommandError("the statement and the book differ", returncode=1)

    def _found(self, asked: actions.Asked, content: bytes, options: dict[str, Any]) -> actions.Found:
        if options["dry_run"]:
            return actions.compare_with(asked, content)
        user = User.objects.filter(username=options["user"]).first()
        if user is None or not keeping_places(user).filter(pk=asked.place.pk).exists():
            raise CommandError(f"--user: {options['user'] or '…'} does not keep the book of {asked.place}")
        given = actions.receive(user, asked, options["file"].name, content, uuid4())
        result = actions.keep(user, given)
        if options["report"]:
            options["report"].write_bytes(presentation.report(user, given))
        return actions.found_of(result)

    def _say(self, found: actions.Found) -> None:
        for text in found.said:
            self.stdout.write(text)
        for each in found.balances:
            self.stdout.write(f"{each.on} {each.index} {each.stated} {each.held} {each.difference:+}")
        for _, word, number in presentation.counts(found.matches):
            self.stdout.write(f"{word} {number}")
        for line in found.matches:
            if not line.is_settled:
                self.stdout.write(_sentence(line))


def _sentence(line: Match) -> str:
    """Verdict, index, day and names, then what statement, book and project say; a side without the line says –."""
    day = line.their_on or line.our_on or line.filed_on
    sides = ((gettext("对账单"), line.theirs), (gettext("账面"), line.ours), (gettext("项目记录"), line.filed))
    amounts = (f"{word} {'–' if amount is None else amount}" for word, amount in sides)
    return " ".join(filter(None, (line.word, line.index, f"{day}", line.document, line.project, *amounts)))
