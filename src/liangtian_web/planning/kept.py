"""The ground of a design as it is kept beside its answer: enough to say at once what another choice comes to.

The worker writes it, the pages read it; finding blocks and links again would take seconds, this takes milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS

from liangtian.formats.features import Features
from liangtian.messages import render_text
from liangtian.planning.network import Need, Network, Outcome
from liangtian.planning.works import Ground
from liangtian.units import m2_from_dm2

NETWORK = "network.npz"
PIECES = "pieces.json"


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Blocks that stand and pieces that can be converted, with what each piece is.

    Attributes
    ----------
    network : blocks first, then the pieces
    rows : of each piece: `piece`, `parcel`, `code`, `works`, `becomes`, `area_m2`, `net_m2`, `cost_fen`, `clause`
    number : of a piece by its id
    shapes : of the pieces, in the measuring plane
    crs : that plane
    """

    network: Network
    rows: tuple[dict[str, Any], ...]
    number: dict[str, int]
    shapes: npt.NDArray[np.object_]
    crs: CRS

    def chosen(self, names: Collection[str]) -> list[dict[str, Any]]:
        """The rows of some pieces, by id; what is no piece is left out."""
        return [self.rows[self.number[name]] for name in sorted(set(names) & self.number.keys())]

    def outcome(self, names: Collection[str], need: Need) -> Outcome:
        """What stands once some pieces are converted, exactly as the kernel's own measure of a design."""
        mask = np.zeros(len(self.network), dtype=bool)
        first = len(self.network) - len(self.rows)
        mask[[first + self.number[name] for name in set(names) & self.number.keys()]] = True
        return self.network.outcome(mask, need)

    def features(self, names: Collection[str]) -> Features:
        """The conversions as a layer, with what is done to each, its cost and the clause it rests on."""
        rows = [{**row, "works_zh": render_text(f"works-{row['works']}", {})} for row in self.chosen(names)]
        kinds = {"area_m2": float, "net_m2": float, "cost_fen": int}
        columns = {key: pa.array([kinds.get(key, str)(row[key]) for row in rows]) for key in rows[0]} if rows else {}
        at = [self.number[row["piece"]] for row in rows]
        return Features(self.shapes[at], pa.table(columns), self.crs, "design", np.arange(1, len(rows) + 1))


def keep(ground: Ground, folder: Path) -> None:
    """Write the ground of a design into a folder."""
    network, first = ground.network, len(ground.blocks)
    kind, coordinates, offsets = shapely.to_ragged_array(ground.parcels.outlines.polygons(ground.parts))
    np.savez(
        folder / NETWORK,
        area_dm2=network.area_dm2, cost_fen=network.cost_fen, standing=network.standing,
        one=network.one, other=network.other, kind=int(kind), coordinates=coordinates,
        **{f"offsets_{n}": each for n, each in enumerate(offsets)},
    )  # fmt: skip
    owner = ground.parcels.owner[ground.parts]
    names = ground.parcels.attributes["parcel_id"].take(pa.array(owner)).to_pylist()
    codes = ground.parcels.text("DLBM").take(pa.array(owner)).to_pylist()
    rows = [
        {
            "piece": ground.ids[n], "parcel": names[n], "code": codes[n], "works": ground.works[n].kind,
            "becomes": ground.works[n].becomes,
            "area_m2": str(m2_from_dm2(int(ground.parcels.area_dm2[part]))),
            "net_m2": str(m2_from_dm2(int(network.area_dm2[first + n]))),
            "cost_fen": int(network.cost_fen[first + n]), "clause": ground.works[n].clause,
        }
        for n, part in enumerate(ground.parts.tolist())
    ]  # fmt: skip
    about = {"crs": ground.parcels.crs.to_wkt(), "rows": rows}
    (folder / PIECES).write_text(json.dumps(about, ensure_ascii=False), "utf-8")


@lru_cache(maxsize=8)
def load(folder: Path) -> Kept:
    """The ground of a design that was kept; a folder is named by its digest, so what is in it never changes."""
    arrays = np.load(folder / NETWORK)
    about = json.loads((folder / PIECES).read_text("utf-8"))
    network = Network(*(arrays[name] for name in ("area_dm2", "cost_fen", "standing", "one", "other")))
    count = len(about["rows"])
    offsets = tuple(arrays[name] for name in sorted(arrays.files) if name.startswith("offsets_"))
    kind = shapely.GeometryType(int(arrays["kind"]))
    shapes = shapely.from_ragged_array(kind, arrays["coordinates"], offsets) if count else np.empty(0, dtype=object)
    rows = tuple(
        each | {"area_m2": Decimal(each["area_m2"]), "net_m2": Decimal(each["net_m2"])} for each in about["rows"]
    )
    number = {row["piece"]: n for n, row in enumerate(rows)}
    return Kept(network, rows, number, np.asarray(shapes, dtype=object), CRS.from_wkt(about["crs"]))
