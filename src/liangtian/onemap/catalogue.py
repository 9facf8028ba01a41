"""The catalogue: append-only JSON entries in the home folder, one for each published version of a layer.

`home/catalogue/<place>/<layer>/<on>-<digest>.json` names a snapshot `home/snapshots/<digest>.parquet`; side files
(`home/index/<digest>/`) can be deleted at any time. The command line reads nothing else.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from liangtian.errors import CatalogueError
from liangtian.onemap import snapshot
from liangtian.onemap.index import Index, load
from liangtian.onemap.places import lies_in, stem


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """One published version of a layer of a place.

    Attributes
    ----------
    place : code of the place it was published for
    layer : code of the layer spec, e.g. DLTB
    on : first business date it is valid
    digest : of the snapshot
    rows : parcels in it
    crs : name of the measuring plane
    quality : level (`findings` or `clean`) and counts by rule
    source : file name it came from, mapping name, repairs and assumptions made, in words of the record
    publisher, recorded_at : who, and when (ISO, given by the caller)
    """

    place: str
    layer: str
    on: str
    digest: str
    rows: int
    crs: str
    quality: Mapping[str, Any]
    source: Mapping[str, Any]
    publisher: str
    recorded_at: str

    @property
    def name(self) -> str:
        return f"{self.layer}@{self.place}@{self.on}"


class Catalogue:
    """The versions published under one home folder.

    Parameters
    ----------
    visible : digests the caller may use; None: all of them. Others are as if they had not been published.
    """

    def __init__(self, home: Path, visible: Collection[str] | None = None) -> None:
        self.home = home
        self._visible = visible

    def snapshot_path(self, digest: str) -> Path:
        return self.home / "snapshots" / f"{digest}.parquet"

    def index_path(self, digest: str) -> Path:
        return self.home / "index" / digest

    def quality_path(self, digest: str, on: str) -> Path:
        return self.home / "quality" / f"{on}-{digest}.json"

    def entries(self) -> list[LayerVersion]:
        """Every published version, by place, layer, date and recording time.

        Raises
        ------
        CatalogueError (catalogue-error): an entry is not readable JSON of the expected form.
        """
        found = []
        for file in sorted((self.home / "catalogue").glob("*/*/*.json")):
            version = _entry(file, file.stat().st_mtime_ns)
            if self._visible is None or version.digest in self._visible:
                found.append(version)
        return sorted(found, key=lambda v: (v.place, v.layer, v.on, v.recorded_at))

    def find(self, reference: str) -> LayerVersion:
        """The version whose digest begins with `reference` (at least 8 digits).

        Raises
        ------
        CatalogueError (catalogue-error): none or several.
        """
        hits = [v for v in self.entries() if len(reference) >= 8 and v.digest.startswith(reference)]
        if len({v.digest for v in hits}) != 1:
            raise CatalogueError("catalogue-no-such-version", reference=reference, count=len(hits))
        return hits[-1]

    def valid_on(self, layer: str, on: date, place: str | None = None) -> list[LayerVersion]:
        """The newest version of one layer for each place that publishes it; see `all_valid_on`."""
        return self.all_valid_on(on, place).get(layer, [])

    def all_valid_on(self, on: date, place: str | None = None) -> dict[str, list[LayerVersion]]:
        """For each layer, the newest version of each place that publishes it, valid on the date.

        With a place, the version of the nearest place that contains it; if there is none, those of the places inside
        it. Without, those of the outermost places, so that no ground is counted twice.
        """
        newest: dict[str, dict[str, LayerVersion]] = {}
        for version in self.entries():
            if version.on <= on.isoformat():
                newest.setdefault(version.layer, {})[version.place] = version  # in order of date and recording
        return {layer: _nearest(versions, place) for layer, versions in newest.items()}

    def index(self, version: LayerVersion) -> Index:
        """The resident index of a version; see `index_of`."""
        return self.index_of(version.digest)

    def index_of(self, digest: str) -> Index:
        """The resident index of a snapshot, mapped once per process.

        Raises
        ------
        CatalogueError (catalogue-error): the snapshot file is gone.
        """
        return _loaded(self.snapshot_path(digest), self.index_path(digest))

    def verify(self, version: LayerVersion) -> None:
        """Recompute the digest of a snapshot.

        Raises
        ------
        CatalogueError (catalogue-error): missing, unreadable or altered.
        """
        found = snapshot.digest(snapshot.read(self.snapshot_path(version.digest)))
        if found != version.digest:
            raise CatalogueError("snapshot-altered", layer=version.name, expected=version.digest, found=found)

    def record(self, version: LayerVersion) -> LayerVersion:
        """Add an entry; the same version of the same place and date is recorded once, and the first stays."""
        folder = self.home / "catalogue" / _safe(version.place) / version.layer
        path = folder / f"{version.on}-{version.digest}.json"
        if path.exists():
            return LayerVersion(**json.loads(path.read_text("utf-8")))
        write_json(path, asdict(version))
        return version


def _nearest(newest: dict[str, LayerVersion], place: str | None) -> list[LayerVersion]:
    if place is not None:
        around = [p for p in newest if lies_in(place, p)]
        if around:
            return [newest[max(around, key=lambda p: len(stem(p)))]]
        newest = {p: v for p, v in newest.items() if lies_in(p, place)}
    return [newest[p] for p in _outermost(newest)]


@lru_cache(maxsize=4096)
def _entry(file: Path, mtime_ns: int) -> LayerVersion:
    """An entry never changes; the time of the file tells a folder that was made anew."""
    try:
        return LayerVersion(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise CatalogueError("catalogue-entry-broken", file=file.name, detail=str(error)) from error


def _outermost(places: Iterable[str]) -> list[str]:
    every = sorted(places, key=lambda p: (len(stem(p)), p))
    kept: list[str] = []
    for place in every:
        if not any(lies_in(place, outer) for outer in kept):
            kept.append(place)
    return sorted(kept)


def _safe(place: str) -> str:
    if not re.fullmatch(r"[\w-]{1,40}", place):
        raise CatalogueError("catalogue-bad-place", place=place)
    return place


@lru_cache(maxsize=64)
def _loaded(snapshot_path: Path, folder: Path) -> Index:
    return load(snapshot_path, folder)


def write_json(path: Path, content: Mapping[str, Any] | list[Any]) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    partial.replace(path)
