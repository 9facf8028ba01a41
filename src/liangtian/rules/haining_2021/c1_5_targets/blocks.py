"""一（五）.6–.8 Block projects on permanent basic farmland: their number, and of each class number and farmland together.

The text names classes (万亩方, 千亩方) and no sizes: sizes are ours. The class is that of the largest contiguous block
measured once built, the highest it reaches, and a block counts in one class. Farmland is that of the whole project area.
Rows are stated, or measured from boundaries and surveys (`check.block_projects`), which then name the survey's digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.finding import Outcome
from liangtian.policy.clause import Obligation
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling
from liangtian.rules.haining_2021.c1_5_targets.period import COUNTY, Row, Target, counted

BLOCKS = Target("block_projects", "永农集中连片整治项目数", "block projects under way", is_area=False)
CLASSES = {
    "ten_thousand": (
        Target("ten_thousand_blocks", "万亩方数", "blocks of the 10,000 mu class", is_area=False),
        Target("ten_thousand_farmland_m2", "万亩方项目区耕地面积合计", "farmland of the 10,000 mu class together"),
    ),
    "thousand": (
        Target("thousand_blocks", "千亩方数", "blocks of the 1000 mu class", is_area=False),
        Target("thousand_farmland_m2", "千亩方项目区耕地面积合计", "farmland of the 1000 mu class together"),
    ),
}


@dataclass(frozen=True, slots=True)
class Blocks:
    block_projects: tuple[Row, ...]


def block_class(block_m2: Decimal, sizes_mu: Mapping[str, Fraction]) -> str | None:
    """Name the highest class whose size the block reaches, exactly; None: below all of them.

    Examples
    --------
    >>> sizes = {"hundred": Fraction(100), "thousand": Fraction(1000)}
    >>> block_class(Decimal("666666.67"), sizes), block_class(Decimal("666666.66"), sizes)
    ('thousand', 'hundred')
    """
    reached = {name: size for name, size in sizes_mu.items() if Fraction(block_m2) >= size * units.MU_M2}
    return max(reached, key=lambda name: reached[name], default=None)


def check_number(facts: Blocks, params: Params) -> Iterator[Ruling]:
    """Count the projects whose works began in the period."""
    if twice := _twice(facts):
        yield twice
        return
    yield BLOCKS.reached(len(counted(facts.block_projects, "works_on", params)), params.blocks_min, params)


def check_ten_thousand(facts: Blocks, params: Params) -> Iterator[Ruling]:
    """Rule on the number built and on their farmland together."""
    required = (params.ten_thousand_blocks_min, params.ten_thousand_farmland_min_mu)
    yield from _of_class("ten_thousand", required, facts, params)


def check_thousand(facts: Blocks, params: Params) -> Iterator[Ruling]:
    """Rule on the number built and on their farmland together."""
    yield from _of_class("thousand", (params.thousand_blocks_min, params.thousand_farmland_min_mu), facts, params)


def _twice(facts: Blocks) -> Ruling | None:
    """No target is judged by a list that names a project twice: each counts once."""
    named = Counter(str(row["project"]) for row in facts.block_projects)
    words = {"projects": "、".join(name for name, rows in named.items() if rows > 1)}
    return (
        Ruling(Outcome.UNKNOWN, "h15-blocks-twice", words, missing=("block_projects",)) if words["projects"] else None
    )


def _of_class(name: str, required: tuple[Fraction, Fraction], facts: Blocks, params: Params) -> Iterator[Ruling]:
    if twice := _twice(facts):
        yield twice
        return
    built = counted(facts.block_projects, "built_on", params)
    if unmeasured := [str(row["project"]) for row in built if None in (row["block_m2"], row["farmland_m2"])]:
        words = {"projects": "、".join(unmeasured)}
        yield Ruling(Outcome.UNKNOWN, "h15-blocks-unmeasured", words, missing=("block_projects",))
        return
    sizes = params.table("block_class_min_mu")
    farmland = [row["farmland_m2"] for row in built if block_class(row["block_m2"], sizes) == name]
    number, together = CLASSES[name]
    yield number.reached(len(farmland), required[0], params)
    yield together.reached(sum(farmland), required[1] * units.MU_M2, params)


OBLIGATIONS = (
    Obligation("一（五）.6", "must", "county", ("assessment",), COUNTY, Blocks, check_number),
    Obligation("一（五）.7", "must", "county", ("assessment",), COUNTY, Blocks, check_ten_thousand),
    Obligation("一（五）.8", "must", "county", ("assessment",), COUNTY, Blocks, check_thousand),
)
