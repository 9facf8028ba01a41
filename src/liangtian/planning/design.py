"""A design: which pieces of land to convert so that farmland hangs together, what it costs, and what else could be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa

from liangtian.errors import LayerInvalid
from liangtian.onemap.snapshot import ID
from liangtian.planning.blocks import BlockRule, Blocks, blocks_of
from liangtian.planning.cheapest import Answer, cheapest
from liangtian.planning.network import Mask, Need, Outcome
from liangtian.planning.parcels import Parcels
from liangtian.planning.program import Effort
from liangtian.planning.works import Ground
from liangtian.units import m2_from_dm2


@dataclass(frozen=True, slots=True)
class Conversion:
    """Works on one piece of land.

    Attributes
    ----------
    piece : the id of the parcel, with `#1` … behind it where it lies in several pieces
    code : land class now
    works, becomes, clause : kind of works, class of the new field, where the text provides for it
    area_m2, net_m2 : of the piece, and of the farmland won
    """

    piece: str
    parcel: str
    code: str
    works: str
    becomes: str
    area_m2: Decimal
    net_m2: Decimal
    cost_fen: int
    clause: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Land the works would suit and that may not be touched, by reason.

    Attributes
    ----------
    reach_m2 : net area of the largest block there could be if this reason alone fell away
    """

    reason: str
    parcels: int
    area_m2: Decimal
    reach_m2: Decimal


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why no design meets the need.

    Attributes
    ----------
    cause : `reach` (not even with everything converted), `budget` (only for more money), `gain` (not enough to win),
        `count` (not that many blocks), `unsolved` (none found in the time given)
    reach_m2 : net area of the largest block with everything converted that may be
    reaching : how many blocks reach the size then
    cheapest_fen : what the need costs without the budget, if that was found
    exclusions : largest part first
    """

    cause: str
    reach_m2: Decimal
    reaching: int
    cheapest_fen: int | None = None
    exclusions: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class Design:
    """Conversions, and what is known of all others.

    Attributes
    ----------
    need : what was asked for
    conversions : by id; none where the need is met as it is, or cannot be (`shortfall`)
    outcome : what stands once they are done
    bound_fen : no design costs less, within a millionth
    proven : this is the cheapest (within the gap asked for)
    greedy_fen : what the greedy answer costs; None: it does not meet the need
    """

    need: Need
    conversions: tuple[Conversion, ...]
    outcome: Outcome
    bound_fen: int
    proven: bool
    greedy_fen: int | None
    shortfall: Shortfall | None = None

    @property
    def cost_fen(self) -> int:
        return self.outcome.cost_fen

    @property
    def gap(self) -> Fraction:
        """How much cheaper, as a share, another design could be at most."""
        return Fraction(max(0, self.cost_fen - self.bound_fen), self.cost_fen) if self.cost_fen else Fraction(0)

    @property
    def pieces(self) -> tuple[str, ...]:
        return tuple(each.piece for each in self.conversions)


def design(ground: Ground, need: Need, effort: Effort | None = None) -> Design:
    """Find the cheapest conversions after which the need is met under the very rule that `blocks_of` joins by.

    Returns
    -------
    Design : with a `shortfall` that says why, where none meets the need
    """
    answer = cheapest(ground.network, need, effort or Effort())
    greedy_fen = None if answer.greedy is None else int(ground.network.cost_fen[answer.greedy].sum())
    if answer.converted is not None:
        made = _made(ground, need, answer.converted)
        return replace(made, bound_fen=answer.bound_fen, proven=answer.proven, greedy_fen=greedy_fen)
    nothing = _made(ground, need, np.zeros(len(ground.network), dtype=bool))
    shortfall = _shortfall(ground, need, answer, effort or Effort())
    return replace(nothing, bound_fen=answer.bound_fen, proven=answer.proven, shortfall=shortfall)


def of_pieces(ground: Ground, need: Need, pieces: Sequence[str]) -> Design:
    """A design somebody chose; nothing is known of cheaper ones.

    Raises
    ------
    LayerInvalid (layer-invalid): a piece that cannot be converted.
    """
    for piece in pieces:
        if ground.piece(piece) is None:
            reason = ground.excluded.get(piece.split("#")[0], "class")
            raise LayerInvalid("design-not-convertible", piece=piece, reason=reason)
    return _made(ground, need, ground.converted(pieces))


def frontier(ground: Ground, need: Need, sizes_dm2: Sequence[int], effort: Effort | None = None) -> Iterator[Design]:
    """Designs for other sizes of block, smallest first: what more area costs. Each has the effort to itself."""
    for size in sorted(set(sizes_dm2)):
        yield design(ground, replace(need, block_dm2=size), effort)


def converted(ground: Ground, made: Design) -> Parcels:
    """The land as it will be: pieces converted have their new class, and the ridges that were reckoned with."""
    chosen = ground.converted(made.pieces)[len(ground.blocks) :]
    parts, rows = ground.parts[chosen], np.arange(len(ground.parcels.attributes))
    parcels, size = ground.parcels, len(rows)
    owner = parcels.owner.copy()
    owner[parts] = size + np.arange(len(parts))
    works = [each for each, taken in zip(ground.works, chosen.tolist(), strict=True) if taken]
    new = parcels.attributes.take(pa.array(parcels.owner[parts]))
    for name, values in (
        ("DLBM", pa.array([each.becomes for each in works], pa.string())),
        ("KCXS", pa.array([float(each.ridge) for each in works], pa.float64())),
    ):
        new = new.set_column(new.schema.get_field_index(name), name, values)
    attributes = pa.concat_tables([parcels.attributes, new], promote_options="permissive")
    return replace(parcels, owner=owner, attributes=attributes)


def remeasured(ground: Ground, made: Design, rule: BlockRule, *, digits: int | None = None) -> Blocks:
    """The blocks of the land as it will be, found anew from its geometry: the proof of a design."""
    return blocks_of(converted(ground, made), rule, digits=digits)


def _made(ground: Ground, need: Need, chosen: Mask) -> Design:
    outcome = ground.network.outcome(chosen, need)
    rows = tuple(sorted(_conversions(ground, chosen), key=lambda row: row.piece))
    return Design(need, rows, outcome, 0, proven=False, greedy_fen=None)


def _conversions(ground: Ground, chosen: Mask) -> Iterator[Conversion]:
    first, parcels = len(ground.blocks), ground.parcels
    codes = parcels.text("DLBM")
    for number in (np.flatnonzero(chosen) - first).tolist():
        part, works = int(ground.parts[number]), ground.works[number]
        row = int(parcels.owner[part])
        yield Conversion(
            ground.ids[number],
            parcels.attributes[ID][row].as_py(),
            codes[row].as_py(),
            works.kind,
            works.becomes,
            m2_from_dm2(int(parcels.area_dm2[part])),
            m2_from_dm2(int(ground.network.area_dm2[first + number])),
            int(ground.network.cost_fen[first + number]),
            works.clause,
        )


def _shortfall(ground: Ground, need: Need, answer: Answer, effort: Effort) -> Shortfall:
    every = ground.network.outcome(~ground.network.standing, need)
    most = m2_from_dm2(every.largest_dm2)
    exclusions = tuple(_exclusions(ground))
    if every.largest_dm2 < need.block_dm2:
        return Shortfall("reach", most, 0, exclusions=exclusions)
    cause, price = "unsolved", None
    if need.budget_fen is not None:
        free = cheapest(ground.network, replace(need, budget_fen=None), effort)
        price = None if free.converted is None else int(ground.network.cost_fen[free.converted].sum())
        cause = "budget" if price is not None and price > need.budget_fen else cause
    if cause != "budget" and answer.proven:
        cause = "gain" if every.gain_dm2 < need.gain_dm2 else "count"
    return Shortfall(cause, most, len(every.blocks_dm2), price, exclusions)


def _exclusions(ground: Ground) -> Iterator[Exclusion]:
    """What each reason keeps from being converted, and how large a block could be without it, largest area first."""
    parcels = ground.parcels
    ids = np.array(parcels.attributes[ID].to_pylist(), dtype=object)
    found = []
    for reason in sorted(set(ground.excluded.values())):
        names = [name for name, each in ground.excluded.items() if each == reason]
        area = int(parcels.area_dm2[np.isin(ids, names)[parcels.owner]].sum())
        network = ground.without(reason).network
        reach_dm2 = network.outcome(~network.standing, Need(1)).largest_dm2
        found.append(Exclusion(reason, len(names), m2_from_dm2(area), m2_from_dm2(reach_dm2)))
    return iter(sorted(found, key=lambda each: (-each.area_m2, each.reason)))
