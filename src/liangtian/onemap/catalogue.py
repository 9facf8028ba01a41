"""The catalogue: append-only JSON entries in the home folder, one for each published version of a layer.

`home/catalogue/<place>/<layer>/<on>-<number>-<digest>.json` names a snapshot `home/snapshots/<digest>.parquet`; side files
(`home/index/`) can be deleted at any time. The command line reads nothing else.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from liangtian.errors import CatalogueError
from liangtian.onemap import seal, snapshot
from liangtian.onemap.index import Index, load
from liangtian.onemap.kept import KeptLabels
from liangtian.onemap.precedence import Claim, Share, remaining, shares

_CUTTING = Lock()


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

    @property
    def claim(self) -> Claim:
        return Claim(self.place, self.layer, self.digest)


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

    def kept(self, what: str) -> KeptLabels:
        """Results kept beside the indexes, e.g. of `tiles`."""
        return KeptLabels(self.home / "index" / what)

    def quality_path(self, digest: str, on: str) -> Path:
        return self.home / "quality" / f"{on}-{digest}.json"

    def entries(self) -> list[LayerVersion]:
        """Every published version, by place, layer and date, in the order they were recorded.

        Raises
        ------
        CatalogueError (catalogue-error): an entry is not readable JSON of the expected form.
        """
        found = []
        for file in sorted((self.home / "catalogue").glob("*/*/*.json")):
            version = _entry(file, file.stat().st_mtime_ns)
            if self._visible is None or version.digest in self._visible:
                found.append(version)
        return found

    def find(self, reference: str, layer: str | None = None) -> LayerVersion:
        """The version (of a layer) whose digest begins with `reference` (at least 8 digits).

        Raises
        ------
        CatalogueError (catalogue-error): none or several.
        """
        named = [v for v in self.entries() if layer is None or v.layer == layer]
        hits = [v for v in named if len(reference) >= 8 and v.digest.startswith(reference)]
        if len({v.digest for v in hits}) != 1:
            raise CatalogueError("catalogue-no-such-version", reference=reference, count=len(hits))
        return hits[-1]

    def valid_on(self, layer: str, on: date) -> list[LayerVersion]:
        """The newest version of one layer for each place that publishes it; see `all_valid_on`."""
        return self.all_valid_on(on).get(layer, [])

    def all_valid_on(self, on: date) -> dict[str, list[LayerVersion]]:
        """For each layer, the newest version of each place that publishes it, valid on the date, by place.

        Which of them speaks for a piece of ground is `indexes`' to say.
        """
        newest: dict[str, dict[str, LayerVersion]] = {}
        for version in self.entries():
            if version.on <= on.isoformat():
                newest.setdefault(version.layer, {})[version.place] = version  # in order of date and recording
        return {layer: [versions[place] for place in sorted(versions)] for layer, versions in newest.items()}

    def indexes(self, layer: str, versions: Iterable[LayerVersion]) -> list[Index]:
        """The ground each version of a layer speaks for, no ground twice where one place lies in another.

        Parameters
        ----------
        versions : in force together: those of the layer, and those that tell where places end (`precedence`)
        """
        claims = (version.claim for version in versions)
        return [index for share in shares(layer, claims) if (index := self.share(share)) is not None]

    def paths(self, layer: str, versions: Iterable[LayerVersion]) -> list[Path]:
        """The snapshots behind `indexes`, for an engine that reads files itself; what a nearer place speaks for is cut out."""
        found = shares(layer, (version.claim for version in versions))
        whole = [self.snapshot_path(share.claim.digest) for share in found if not share.left]
        return whole + [self._share_path(share) for share in found if share.left and self.share(share) is not None]

    def cut_shares(self, on: date) -> None:
        """Cut what the versions in force on a date speak for, so that nobody waits for it later.

        Raises
        ------
        CatalogueError (catalogue-error): a snapshot one of them needs is gone or altered.
        """
        in_force = self.all_valid_on(on)
        claims = [version.claim for versions in in_force.values() for version in versions]
        for layer in in_force:
            for share in shares(layer, claims):
                if share.left:
                    self.share(share)

    def share(self, share: Share) -> Index | None:
        """The resident index of what a version speaks for, cut and kept beside the others; None if it is nothing.

        Raises
        ------
        CatalogueError (catalogue-error): a snapshot it needs is gone or altered.
        """
        if not share.left:
            return self.index_of(share.claim.digest)
        return _cut_share(self, share, self._share_path(share))

    def _share_path(self, share: Share) -> Path:
        return self.home / "index" / "shares" / f"{share.key}.parquet"

    def index(self, version: LayerVersion) -> Index:
        """The resident index of a whole version; see `index_of`."""
        return self.index_of(version.digest)

    def index_of(self, digest: str) -> Index:
        """The resident index of a snapshot, mapped once per process.

        Raises
        ------
        CatalogueError (catalogue-error): the snapshot file is gone or altered.
        """
        try:
            return _loaded(self.snapshot_path(digest), self.index_path(digest))
        except Unsound as unsound:
            names = "、".join(dict.fromkeys(v.name for v in self.entries() if v.digest == digest)) or digest[:16]
            raise CatalogueError(f"layer-snapshot-{unsound}", layer=names, file=f"{digest}.parquet") from None

    def state(self, digest: str) -> seal.State:
        """Whether a snapshot file is as it was stored; costs a look at the file, see `seal`."""
        return seal.state(self.snapshot_path(digest))

    def unsound(self) -> list[tuple[LayerVersion, seal.State]]:
        """The versions whose snapshot is missing or altered, by the cheap look."""
        looked = ((version, self.state(version.digest)) for version in self.entries())
        return [(version, state) for version, state in looked if state in ("missing", "altered")]

    def verify(self, version: LayerVersion) -> None:
        """Recompute the digest of a snapshot, and seal it.

        Raises
        ------
        CatalogueError (catalogue-error): missing, unreadable or altered.
        """
        path = self.snapshot_path(version.digest)
        found = snapshot.digest(snapshot.read(path))
        if found != version.digest:
            raise CatalogueError("snapshot-altered", layer=version.name, expected=version.digest, found=found)
        if self.state(version.digest) != "sound":
            seal.seal(path)

    def record(self, version: LayerVersion) -> LayerVersion:
        """Add an entry, unless the newest of its place, layer and date is the same snapshot already.

        Entries of one date are numbered: publishing A, B and A again leaves A in force.
        """
        folder = self.home / "catalogue" / _safe(version.place) / version.layer
        while True:
            before = sorted(folder.glob(f"{version.on}-*.json"))
            if before and (newest := _entry(before[-1], before[-1].stat().st_mtime_ns)).digest == version.digest:
                return newest
            if _write_new(folder / f"{version.on}-{len(before) + 1:04d}-{version.digest}.json", asdict(version)):
                return version


@lru_cache(maxsize=1 << 16)  # a province of a hundred counties: fourteen layers, ten years, corrections
def _entry(file: Path, mtime_ns: int) -> LayerVersion:
    """An entry never changes; the time of the file tells a folder that was made anew."""
    try:
        return LayerVersion(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise CatalogueError("catalogue-entry-broken", file=file.name, detail=str(error)) from error


def _safe(place: str) -> str:
    if not re.fullmatch(r"[\w-]{1,40}", place):
        raise CatalogueError("catalogue-bad-place", place=place)
    return place


class Unsound(Exception):
    """A snapshot that is missing or altered; says which."""


@lru_cache(maxsize=1024)  # a city of ten counties maps a hundred at every check; pages not in use cost nothing
def _loaded(snapshot_path: Path, folder: Path) -> Index:
    state = seal.state(snapshot_path)
    if state in ("missing", "altered"):
        raise Unsound(state)
    return load(snapshot_path, folder)


def _cut_share(catalogue: Catalogue, share: Share, path: Path) -> Index | None:
    if not path.exists():  # what is cut already waits for nobody's cutting
        with _CUTTING:  # several threads may ask for the same share at once; other processes write the same bytes
            if not path.exists():
                whole = snapshot.read(catalogue.snapshot_path(share.claim.digest))
                snapshot.write(remaining(whole, share, catalogue.index_of), path)
    if snapshot.is_whole(path, 0):
        return None
    index = _loaded(path, path.with_suffix(""))
    with suppress(OSError):  # a home that may only be read
        os.utime(path.with_suffix(""))  # still in use, says the sweep; the file itself is sealed with its time
    return index


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    _partial(path, content).replace(path)


def _write_new(path: Path, content: Mapping[str, Any]) -> bool:
    """Write a JSON file whole, unless another of its number was written in the meantime."""
    number = path.name.rsplit("-", 1)[0]
    partial = _partial(path, content)
    try:
        with _claim(path.parent / f".{number}"):
            if list(path.parent.glob(f"{number}-*.json")):
                return False
            partial.replace(path)
            return True
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _claim(path: Path) -> Iterator[None]:
    """Hold a name against other processes and threads; the lock goes with its holder."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _partial(path: Path, content: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".partial", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as sink:
        sink.write(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        sink.flush()
        os.fsync(sink.fileno())
    Path(name).chmod(0o644)
    return Path(name)
