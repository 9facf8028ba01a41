"""What a version holds, or the share of it that counts, village by village: parcels, area, farmland, paddy. Reckoned once, kept beside the snapshot.

Pages add a handful of numbers up; no request walks over parcels. The file can be deleted at any time.
"""

from __future__ import annotations

import itertools
import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from liangtian.onemap import landclass
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.farmland import ridge_millionths
from liangtian.onemap.index import Index
from liangtian.onemap.places import stem
from liangtian.onemap.precedence import Claim, Share
from liangtian.space.crs import geographic, transformer
from liangtian.units import net_dm2
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import spoken, versions_on
from liangtian_web.people.models import User

FORM = 1
CODE_COLUMNS = {"ZLDWDM": "ZLDWMC", "XZQDM": "XZQMC"}  # where a parcel lies, and what that is called
CODE_DIGITS = 12  # a village; what follows in ZLDWDM is the survey's own
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Village:
    """Sums of one village or town, hundredths of m²; `net` less ridges, `farmland` and `paddy` net; degrees."""

    code: str
    name: str
    parcels: int
    area_dm2: int
    net_dm2: int
    farmland_dm2: int
    paddy_dm2: int
    box: Box


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over some ground; areas in m²."""

    parcels: int
    area_m2: float
    net_m2: float
    farmland_m2: float
    paddy_m2: float


def total(villages: Iterable[Village]) -> Total:
    """Add villages up."""
    rows = list(villages)

    def m2(name: str) -> float:
        return float(sum(getattr(row, name) for row in rows) / 100)

    return Total(sum(row.parcels for row in rows), m2("area_dm2"), m2("net_dm2"), m2("farmland_dm2"), m2("paddy_dm2"))


def box_of(villages: Iterable[Village]) -> Box | None:
    """The box in degrees around some villages; None around none."""
    boxes = np.array([row.box for row in villages])
    if not len(boxes):
        return None
    (west, south), (east, north) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def whole(version: LayerVersion) -> Share:
    """All the ground of a version, whoever else speaks for some of it."""
    return Share(Claim(version.place.code or "", version.layer, version.digest))


def shares_on(user: User | AnonymousUser, on: date, *layers: str) -> list[Share]:
    """What the versions of some layers in force on a day speak for, one share a version the user may see."""
    versions = [version for layer in layers for version in versions_on(user, on, layer)]
    return [share for _, share in spoken(user, versions, on)]


def villages_in(shares: Iterable[Share], code: str) -> list[Village]:
    """The villages of some shares that lie in a place."""
    within = stem(code)
    return [row for share in shares for row in summary(share) if row.code.startswith(within)]


def summary(share: Share) -> tuple[Village, ...]:
    """The sums of a share by village, from its side file; made first when there is none or one of an older form."""
    return _loaded(Path(settings.HOME), share)


@lru_cache(maxsize=256)
def _loaded(home: Path, share: Share) -> tuple[Village, ...]:
    path = home / "summary" / f"{share.key}.json"
    try:
        kept = json.loads(path.read_text("utf-8"))
        if kept["form"] == FORM:
            os.utime(path)  # still in use, says the sweep
            return tuple(Village(**row | {"box": tuple(row["box"])}) for row in kept["villages"])
    except (OSError, ValueError, KeyError):
        pass
    index = Catalogue(home).share(share)
    made = reckon(index) if index is not None else ()
    _keep(path, made)
    return made


def _keep(path: Path, made: tuple[Village, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")  # threads may make it at once
    rows = [asdict(row) for row in made]
    partial.write_text(json.dumps({"form": FORM, "villages": rows}, ensure_ascii=False), "utf-8")
    partial.replace(path)


def reckon(index: Index) -> tuple[Village, ...]:
    """Add a snapshot up by village code; nothing for a layer that says nowhere where its parcels lie."""
    column = next((name for name in CODE_COLUMNS if name in index.attributes.column_names), None)
    if column is None or not len(index):
        return ()
    codes, at = _grouped(index.attributes[column])
    net = net_dm2(index.area_dm2, _ridges(index.attributes))
    farmland, paddy = _classes(index.attributes, len(index))
    weights = (np.ones(len(at)), index.area_dm2, net, net * farmland, net * paddy)
    sums = [np.bincount(at, weights=each, minlength=len(codes)).round().astype(np.int64) for each in weights]
    names = _names(index.attributes, CODE_COLUMNS[column], at, len(codes))
    boxes = _boxes(index, at, len(codes))
    columns = zip(codes, names, *(each.tolist() for each in sums), boxes, strict=True)
    return tuple(itertools.starmap(Village, columns))


def _grouped(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Distinct codes, cut to the village's digits, and each row's number among them."""
    cut = pc.utf8_slice_codeunits(pc.fill_null(column.cast(pa.string()), ""), 0, CODE_DIGITS)
    encoded = cut.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)


def _ridges(attributes: pa.Table) -> npt.NDArray[np.int64]:
    """Ridge coefficients in millionths; what is none counts as 0, as in a check."""
    if "KCXS" not in attributes.column_names:
        return np.zeros(len(attributes), dtype=np.int64)
    return ridge_millionths(attributes["KCXS"])[0]


def _classes(attributes: pa.Table, n: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    if "DLBM" not in attributes.column_names:
        return np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    codes = attributes["DLBM"].cast(pa.string())
    return landclass.is_farmland(codes), landclass.is_paddy(codes)


def _names(attributes: pa.Table, column: str, at: npt.NDArray[np.int64], n: int) -> list[str]:
    """What each code is called by the first row that says so."""
    if column not in attributes.column_names:
        return [""] * n
    given = attributes[column].cast(pa.string())
    said = np.flatnonzero(pc.is_valid(given).to_numpy())
    held, first = np.unique(at[said], return_index=True)
    found = dict(zip(held.tolist(), given.take(pa.array(said[first])).to_pylist(), strict=True))
    return [found.get(code, "") for code in range(n)]


def _boxes(index: Index, at: npt.NDArray[np.int64], n: int) -> list[Box]:
    """The box of each group in degrees."""
    low, high = np.full((n, 2), np.inf), np.full((n, 2), -np.inf)
    np.minimum.at(low, at, index.bounds[:, :2])
    np.maximum.at(high, at, index.bounds[:, 2:])
    move = transformer(index.crs, geographic(index.crs))
    moved = (move.transform_bounds(*west_south, *east_north) for west_south, east_north in zip(low, high, strict=True))
    return [(round(w, 6), round(s, 6), round(e, 6), round(n, 6)) for w, s, e, n in moved]
