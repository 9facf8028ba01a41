"""（五）.6–.7 How a separate site balances: transfer within the province, else pooling, else entrusted to the place.

Whoever takes a later way says why the earlier were closed; the closed lists of such reasons are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, passed, unknown
from liangtian.policy.shapes import on_record_ruling
from liangtian.rules.wenzhou_2019.c05_balance.ways import Path, on_path, without_path

# Way → what says why each of the ways before it was closed.
EARLIER = {
    "pooling": ("transfer_closed_reason",),
    "entrust": ("transfer_closed_reason", "pooling_closed_reason"),
}


@dataclass(frozen=True, slots=True)
class Seek(Path):
    transfer_or_pooling_sought: bool | None
    transfer_closed_reason: str | None
    pooling_closed_reason: str | None


def check_seek(facts: Seek, params: Params) -> Iterator[Ruling]:
    """Pass a unit that supplies or transfers; ask one that pools or entrusts why the earlier ways were closed."""
    undecided = without_path(facts)
    if undecided is not None:
        yield undecided
        return
    way = str(facts.balance_path)
    reasons = {name: getattr(facts, name) for name in EARLIER.get(way, ())}
    missing = [name for name, reason in reasons.items() if reason is None]
    if way == "entrust" and facts.transfer_or_pooling_sought is False:
        yield on_record_ruling("transfer_or_pooling_sought", False)
    elif missing:
        yield unknown(*missing)
    elif not reasons:
        yield passed(f"w05-path-{way}")
    else:
        said, (way_zh, way_en) = [say(name, reason) for name, reason in reasons.items()], say("balance_path", way)
        why = {"reasons_zh": "；".join(zh for zh, _ in said), "reasons_en": "; ".join(en for _, en in said)}
        yield passed("w05-order-kept", {"way_zh": way_zh, "way_en": way_en, **why})


def check_entrust(facts: Path, params: Params) -> Iterator[Ruling]:
    """Allow entrusting only to a unit that cannot supply the land itself."""
    yield on_path(
        facts, "self_supply_impossible", paths=("entrust",), met="w05-entrust-allowed", unmet="w05-entrust-not-needed"
    )


SEEK = Obligation(
    "（五）.6",
    force="should",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site"),
    facts=Seek,
    check=check_seek,
)
ENTRUST = Obligation(
    "（五）.7",
    force="may",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site"),
    facts=Path,
    check=check_entrust,
)
