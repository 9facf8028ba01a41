"""What of the balance is handed in many at once by workbook: who may, what makes the form of a row, what there is to do now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian_web.balance import going_on
from liangtian_web.balance.forms import AcceptanceRow, OccupationForm
from liangtian_web.balance.queries import HOLD, filing_places, occupying_runs
from liangtian_web.ledger.sheet import ROWS_MAX
from liangtian_web.ledger.sheet_ground import PLOT, Grounds, plot_named
from liangtian_web.ledger.sheet_pages import Todo
from liangtian_web.ledger.sheet_words import NumberField
from liangtian_web.people.models import Place, User


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of filing.

    Attributes
    ----------
    places : where a user may file it
    make : (user, data of a row) → its form; with `plot` the grounds come before the data
    todo : what a user can file now
    plot : row → what it calls its ground
    """

    places: Callable[[User], QuerySet[Place]]
    make: Callable[..., Any]
    todo: Callable[[User], Todo] | None = None
    plot: Callable[[Mapping[str, Any]], str] | None = None


def _accepted(user: User, grounds: Grounds | None, data: Mapping[str, Any] | None) -> AcceptanceRow:
    if data is not None and grounds is not None:
        return AcceptanceRow(grounds.of(plot_named(data)), user, data)
    blank = AcceptanceRow(None, user, None)
    blank.fields[PLOT] = NumberField(label=_("地块"), help_text=_("范围文件中的名称或编号；几块的以顿号分开"))
    blank.order_fields([PLOT])
    return blank


def _checks(user: User) -> Todo:
    """Checks that may be held, the newest first."""
    heads = [gettext("检查名称"), gettext("用地类型"), gettext("检查日期"), gettext("责任单元")]
    runs = occupying_runs(user, timezone.localdate())[:ROWS_MAX]
    about = ((str(run.uuid), run.name, run.get_kind_display(), run.on, str(run.place)) for run in runs)
    return Todo([dict(zip(("run", *heads), each, strict=True)) for each in about], heads)


def _going_on(event: str) -> Kind:
    return Kind(
        places=going_on.PLACES[event],
        make=lambda user, data: going_on.going_on(user, event)(data),
        todo=lambda user: going_on.todo(user, event),
    )


KINDS: Mapping[str, Kind] = {
    "acceptance": Kind(filing_places, _accepted, plot=plot_named),
    HOLD: Kind(filing_places, OccupationForm, _checks),
    **{event: _going_on(event) for event in going_on.PLACES},
}
