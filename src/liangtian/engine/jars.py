"""The jars of Apache Sedona and of object storage: which, in what version, and whether those in a folder are they.

Nothing is fetched here. `liangtian jars`, or Spark's resolver by hand (`docs/howto/cluster.md`), fills the folder.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from liangtian.errors import EngineUnavailable


@dataclass(frozen=True, slots=True)
class Jar:
    """One file, by Maven coordinates `group:artifact:version`."""

    coordinates: str
    sha256: str

    @property
    def file(self) -> str:
        """The name Spark's resolver gives it.

        Examples
        --------
        >>> Jar("org.example:thing_2.13:1.0", "").file
        'org.example_thing_2.13-1.0.jar'
        """
        group, artifact, version = self.coordinates.split(":")
        return f"{group}_{artifact}-{version}.jar"


@dataclass(frozen=True, slots=True)
class Pinned:
    """What belongs together: a version of Spark (`4.0` stands for any 4.0.x) and the jars built for it.

    Attributes
    ----------
    jars : always needed
    storage : needed where snapshots or results lie on object storage
    left_out : what these name and do without, `group:artifact`, where `*` stands for any
    """

    spark: str
    jars: tuple[Jar, ...]
    storage: tuple[Jar, ...]
    left_out: tuple[str, ...]


@cache
def pinned() -> Pinned:
    """What `jars.toml` says."""
    said = tomllib.loads(files("liangtian.engine").joinpath("jars.toml").read_text("utf-8"))
    jars, storage = (tuple(Jar(**each) for each in said[kind]) for kind in ("jar", "storage"))
    return Pinned(said["spark"], jars, storage, tuple(said["left_out"]))


def wanted(folder: Path, *, storage: bool = False) -> tuple[Jar, ...]:
    """The jars that belong into a folder: those of object storage where they are asked for, or one of them is there."""
    for_storage = pinned().storage
    begun = storage or any((folder / jar.file).exists() for jar in for_storage)
    return pinned().jars + (for_storage if begun else ())


def checked(folder: Path, *, storage: bool = False) -> list[Path]:
    """The jars of a folder, each of them the one that is meant.

    Raises
    ------
    EngineUnavailable (engine-unavailable): one is not there, or is another file.
    """
    return [_checked(folder / jar.file, jar) for jar in wanted(folder, storage=storage)]


def _checked(path: Path, jar: Jar) -> Path:
    if not path.is_file():
        raise EngineUnavailable("engine-jar-missing", coordinates=jar.coordinates, folder=path.parent, file=path.name)
    with path.open("rb") as handle:
        found = hashlib.file_digest(handle, "sha256").hexdigest()
    if found != jar.sha256:
        raise EngineUnavailable("engine-jar-altered", file=path, expected=jar.sha256, found=found)
    return path
