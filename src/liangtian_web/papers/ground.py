"""The paper of a boundary attached to an opening lot: the ground, what it was held against, and who did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.reports.outline import Section
from liangtian.units import display_area
from liangtian_web.ledger.exclusivity import Met, credited, met, tolerance_on
from liangtian_web.ledger.models import Ground, Link, Lot, Proposal
from liangtian_web.ledger.queries import lots_for
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.templatetags.book import credit_word, index_word
from liangtian_web.onemap.templatetags.land import crs_word
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import figure, moment, sealed
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for
from liangtian_web.texts import unwritable


@dataclass(frozen=True, slots=True)
class Attached:
    """A lot with the boundary it was given, the neighbours it was held against, and which of these the reader may see."""

    lot: Lot
    met: Sequence[Met]
    known: frozenset[int]

    @property
    def ground(self) -> Ground:
        """The boundary."""
        found: Ground = self.lot.ground
        return found


def _find(user: User, ref: str, asked: Asked) -> Attached:
    """Of a lot of the user's places; one that came with its boundary goes to file with its acceptance."""
    lots = Lot.objects.none() if unwritable(ref) else Lot.objects.filter(serial=ref, place__in=places_for(user))
    lot = lots.exclude(ground=None).exclude(ground__key=None).select_related("place", "ground").first()
    if lot is None:
        raise Http404
    beside = met(lot)
    known = lots_for(user).filter(pk__in=[each.lot.pk for each in beside]).values_list("pk", flat=True)
    return Attached(lot, beside, frozenset(known))


def _both(area_m2: Decimal) -> str:
    mu = display_area(Fraction(area_m2), "mu")
    return f"{display_area(Fraction(area_m2), 'm2')} m²（{mu} {gettext('亩')}）"


def _about(found: Attached) -> Section:
    lot, ground = found.lot, found.ground
    rows = [
        (gettext("指标块"), lot.serial), (gettext("项目"), lot.project), (gettext("来源"), credit_word(lot.credit)),
        (gettext("验收日期"), f"{lot.on:%Y-%m-%d}"), (gettext("原以文件为凭"), lot.document or "—"),
        (gettext("地块面积"), _both(ground.area_m2)), (gettext("坐标系"), f"{crs_word(ground.crs)} {ground.crs}"),
    ]  # fmt: skip
    if given := _proposal(ground):
        rows.append((gettext("范围来源"), str(given.content["source"])))
    return pairs(gettext("范围"), [*rows, (gettext("依据"), "；".join(ground.evidence))])


def _proposal(ground: Ground) -> Proposal | None:
    kind, _colon, number = (ground.key or "").partition(":")
    try:
        return Proposal.objects.filter(uuid=UUID(number)).first() if kind == "proposal" else None
    except ValueError:
        return None


def _areas(found: Attached) -> Section:
    """Index by index the most that was credited, which the ground must suffice for."""
    most = credited(found.lot, found.ground.recorded_at).highest
    rows = [
        (index_word(index), figure(amount, index), _both(found.ground.area_m2), gettext("未超出"))
        for index, amount in most.items()
        if indices()[index].unit == "m2"
    ]
    columns: Any = [(gettext("指标"), "text"), (gettext("最高入库数量"), "number"), (gettext("地块面积"), "number"),
                    (gettext("结论"), "centre")]  # fmt: skip
    return table(gettext("数量与面积"), columns, rows)


def _overlaps(found: Attached) -> Section:
    """Lots whose boundary was there and meets this one, with the ground both have."""
    rows = [
        (each.lot.serial if each.lot.pk in found.known else gettext("其他责任单元的指标块"),
         f"{each.shared_m2:,} m²", f"{each.beyond_m2:,} m²",
         gettext("时期或来源不相抵触") if each.beyond_m2 else gettext("容差以内"))
        for each in found.met
    ]  # fmt: skip
    columns: Any = [(gettext("指标块"), "text"), (gettext("重叠面积"), "number"), (gettext("超出容差"), "number"),
                    (gettext("结论"), "text")]  # fmt: skip
    return table(gettext("重叠检验"), columns, rows)


def _by(found: Attached) -> Section:
    ground = found.ground
    rule = tolerance_on(timezone.localdate(ground.recorded_at))
    words = {"area": f"{float(rule.area_m2):g}", "width": f"{float(rule.mean_width_m):g}"}
    tolerance = gettext("小于 %(area)s m² 且平均宽度小于 %(width)s m") % words
    rows = [
        (gettext("重叠容差"), f"liangtian-2026（技术） {tolerance}"), (gettext("提出人"), str(ground.actor)),
        (gettext("审核人"), str(ground.approver or "—")), (gettext("记录时间"), moment(ground.recorded_at)),
        (gettext("记录编号"), str(ground.key)), sealed(Link.objects.filter(ground=ground)),
    ]  # fmt: skip
    return pairs(gettext("审核与台账"), rows)


BOUNDARY: Paper[Attached] = Paper(
    find=_find,
    title=lambda found: gettext("指标块补录范围登记表"),
    what=lambda found: f"lot:{found.lot.serial}",
    on=lambda found: timezone.localdate(found.ground.recorded_at),
    place=lambda found: found.lot.place,
    head=lambda found: [
        (gettext("责任单元"), f"{found.lot.place} {place_key(found.lot.place)}"),
        (gettext("批次编号"), found.lot.serial),
        (gettext("记录时间"), moment(found.ground.recorded_at)),
    ],
    said=lambda found: Said("pass", gettext("范围已记入台账，此后按范围排他，不能再改。")),
    parts=lambda found: (_about, _areas, _overlaps, _by),
    seals=lambda found: (_("测绘或核查单位"), _("责任单元自然资源主管部门")),
)
