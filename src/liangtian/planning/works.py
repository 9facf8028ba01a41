"""Works that turn other land into farmland, and the pieces of land they could be done on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from liangtian.errors import LayerInvalid
from liangtian.onemap import landclass
from liangtian.onemap.snapshot import ID
from liangtian.planning.blocks import BlockRule, Blocks, between_of, blocks_of, limits_of
from liangtian.planning.network import Ints, Mask, Network
from liangtian.planning.parcels import Parcels
from liangtian.space.contiguity import linked
from liangtian.units import MU_M2, net_dm2, round_half_up


@dataclass(frozen=True, slots=True)
class Works:
    """One kind of works.

    Attributes
    ----------
    kind : a name: `restore`, `reclaim`, `rebuild`
    classes : land it is done on
    yuan_per_mu : of the whole piece
    ridge : share of the new field that its ridges will take
    becomes : class of the new field
    clause : where the text provides for such works
    """

    kind: str
    classes: tuple[str, ...]
    yuan_per_mu: Fraction
    clause: str
    ridge: Fraction = Fraction(0)
    becomes: str = "0103"

    def cost_fen(self, area_dm2: int) -> int:
        """What the works cost on so much land, half up to a whole fen.

        Examples
        --------
        >>> Works("restore", ("0201",), Fraction(3000), "haining-2021一（三）").cost_fen(66_666_67)
        30000002
        """
        return int(round_half_up(Fraction(area_dm2, 100) / MU_M2 * self.yuan_per_mu * 100))


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a design is made of.

    Attributes
    ----------
    parcels : all the land
    blocks : as they stand
    parts : shape (m,), positions in `parcels` of the pieces that can be converted
    ids : of each piece: its parcel's id; where a parcel has several pieces, `#1`, `#2` … behind it
    works : of each piece
    network : the blocks in their order, then the pieces
    excluded : why each parcel that the works would suit is not to be touched, by id
    made_by : what joins, the kinds of works, the least piece (hundredths of m²) and the digits of places it was made with
    """

    parcels: Parcels
    blocks: Blocks
    parts: Ints
    ids: tuple[str, ...]
    works: tuple[Works, ...]
    network: Network
    excluded: Mapping[str, str]
    made_by: tuple[BlockRule, tuple[Works, ...], int, int | None]

    def piece(self, name: str) -> int | None:
        """The number of a piece by its id; None: there is none of that name."""
        return self.ids.index(name) if name in self.ids else None

    def converted(self, names: Sequence[str]) -> Mask:
        """Which nodes of the network are the pieces of some ids."""
        mask = np.zeros(len(self.network), dtype=bool)
        mask[len(self.blocks) :] = np.isin(np.array(self.ids, dtype=object), list(names)) if self.ids else False
        return mask

    def without(self, reason: str) -> Ground:
        """The same land if one reason not to touch parcels fell away."""
        rule, works, least_dm2, digits = self.made_by
        kept = {name: each for name, each in self.excluded.items() if each != reason}
        return ground_of(self.parcels, rule, works, excluded=kept, least_piece_dm2=least_dm2, digits=digits)


def ground_of(
    parcels: Parcels,
    rule: BlockRule,
    works: Sequence[Works],
    *,
    excluded: Mapping[str, str] | None = None,
    least_piece_dm2: int = 1,
    digits: int | None = None,
) -> Ground:
    """Find the pieces that works could convert, and what each would join.

    A piece joins others by exactly the links that `blocks_of` follows: converting land that is neither internal nor a
    barrier changes no link between other fields, so what belongs together can be said pair by pair.

    Parameters
    ----------
    excluded : parcels not to be touched: id → reason
    least_piece_dm2 : smaller pieces are left alone
    digits : as of `blocks_of`

    Raises
    ------
    LayerInvalid (layer-invalid): works on farmland, on internal classes or on barriers.
    """
    _refuse_classes(works, rule)
    reasons = dict(excluded or {})
    blocks = blocks_of(parcels, rule, digits=digits)
    kind = _kinds(parcels, works)
    ids = np.array(parcels.attributes[ID].to_pylist(), dtype=object)
    free = (kind >= 0) & ~np.isin(ids, list(reasons))
    parts = np.flatnonzero(free[parcels.owner] & (parcels.area_dm2 >= max(least_piece_dm2, 1)))
    mine = tuple(works[n] for n in kind[parcels.owner[parts]].tolist())
    suited = set(ids[kind >= 0].tolist())
    network = _network(parcels, rule, blocks, (parts, mine), digits)
    held = {name: reason for name, reason in reasons.items() if name in suited}
    names = _piece_ids(ids[parcels.owner[parts]].tolist())
    made_by = (rule, tuple(works), least_piece_dm2, digits)
    return Ground(parcels, blocks, parts, names, mine, network, held, made_by)


def _refuse_classes(works: Sequence[Works], rule: BlockRule) -> None:
    for each in works:
        bound = sorted(set(each.classes) & {*rule.internal, *rule.barriers})
        bound += [code for code in each.classes if landclass.is_farmland([code])[0]]
        if bound:
            raise LayerInvalid("design-class-not-convertible", kind=each.kind, classes="、".join(bound))


def _kinds(parcels: Parcels, works: Sequence[Works]) -> Ints:
    """The first works that suit each parcel; -1: none."""
    codes = parcels.text("DLBM")
    kind = np.full(len(codes), -1, dtype=np.int64)
    for number in reversed(range(len(works))):
        kind[np.asarray(pc.is_in(codes, value_set=pa.array(works[number].classes, pa.string())))] = number
    return kind


def _network(
    parcels: Parcels, rule: BlockRule, blocks: Blocks, pieces: tuple[Ints, tuple[Works, ...]], digits: int | None
) -> Network:
    parts, works = pieces
    every = np.concatenate([blocks.parts, parts])
    limit = limits_of(parcels, every, rule, digits)
    asked = np.arange(len(every)) >= len(blocks.parts)
    one, other = linked(parcels.outlines.take(every), between_of(parcels, rule), asked, limit)
    node = np.concatenate([blocks.block, len(blocks) + np.arange(len(parts))])
    pairs = np.unique(np.sort(np.stack([node[one], node[other]]), axis=0), axis=1)
    gross = parcels.area_dm2[parts]
    ridge = np.array([int(each.ridge * 1_000_000) for each in works], dtype=np.int64)
    cost = [each.cost_fen(area) for each, area in zip(works, gross.tolist(), strict=True)]
    return Network(
        np.concatenate([blocks.net_dm2, net_dm2(gross, ridge)]),
        np.concatenate([np.zeros(len(blocks), dtype=np.int64), np.array(cost, dtype=np.int64)]),
        np.arange(len(blocks) + len(parts)) < len(blocks),
        pairs[0],
        pairs[1],
    )


def _piece_ids(names: list[str]) -> tuple[str, ...]:
    total: dict[str, int] = {}
    for name in names:
        total[name] = total.get(name, 0) + 1
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if total[name] == 1 else f"{name}#{seen[name]}")
    return tuple(told)
