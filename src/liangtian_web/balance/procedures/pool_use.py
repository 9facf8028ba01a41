"""统筹指标使用: the city gives indices of its pool to a place, which pays the provincial price in the same entry."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import Procedure, stated
from liangtian_web.balance.queries import city_of

UNLISTED = "other"  # the one purpose of the dictionary that the clause does not list


def facts_of(filing: Filing, key: str) -> dict[str, object]:
    """The purpose and amounts; whether a reason was given and a listed purpose waits is counted here, not told."""
    known = stated(filing, key)
    known["pool_use_reason_recorded"] = bool(known.get("pool_use_reason"))
    known["listed_pool_requests_waiting"] = _waiting(filing)
    return known


def _waiting(filing: Filing) -> bool:
    others = Filing.objects.filter(event="pool-use", decision=None, place__parent=city_of(filing.place))
    return others.exclude(pk=filing.pk).exclude(facts__pool_purpose=UNLISTED).exists()


POOL_USE = Procedure(
    event="pool-use",
    word=_("统筹指标使用"),
    done=_("已使用"),
    kind="pool-use",
    gates=("wenzhou-2019（六）.3", "wenzhou-2019（六）.5"),
    facts=facts_of,
    again=True,
)
