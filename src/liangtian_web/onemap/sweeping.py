"""Files that nobody needs any more: by age, and never what is in force or still referred to.

What is made from snapshots can be made again from them. The bytes of an upload that came to nothing have to be handed in
again, and its page says so.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from liangtian.onemap.precedence import shares
from liangtian_web.jobs.models import Job
from liangtian_web.onemap.models import Upload
from liangtian_web.onemap.queries import the_catalogue

log = logging.getLogger(__name__)
PARTIAL = timedelta(days=2)  # longer than any work: what a killed process left
MADE = ("overview", "summary", "index/shares")  # folders whose files are named by what they were made from
STAYS = Upload.State.RECEIVED, Upload.State.PUBLISHING, Upload.State.PUBLISHED
SWEPT = {"id": "upload-swept", "params": {}}


@dataclass(frozen=True, slots=True)
class Swept:
    """How much went."""

    tiles: int
    made: int
    uploads: int
    partial: int


def sweep(now: datetime) -> Swept:
    """Delete what has not been asked for since `settings.FILES_KEPT` and can be made, or handed in, again.

    What is made from a version in force stays, and so do uploads that were published or are being worked on.
    """
    since = now - settings.FILES_KEPT
    needed = _in_force(timezone.localdate(now))

    done = Swept(
        tiles=delete(old(_folder("tiles"), since)),
        made=sum(delete(_made(_folder(name), needed, since)) for name in MADE),
        uploads=_sweep_uploads(since),
        partial=delete(_partial(now - PARTIAL)),
    )
    log.info("onemap: swept %s", done)
    return done


def old(folder: Path, since: datetime) -> Iterator[Path]:
    """Folders in a folder in which nothing was written since; what is half written has a hidden name."""
    for each in _listed(folder):
        if each.is_dir() and not each.name.startswith(".") and written(each) < since.timestamp():
            yield each


def written(path: Path) -> float:
    """When a file, or anything in a folder, was last written; what vanishes meanwhile is in use."""
    try:
        return max(each.stat().st_mtime for each in (path, *_listed(path)))
    except FileNotFoundError:
        return float("inf")


def delete(paths: Iterable[Path]) -> int:
    """Delete files and folders; how many."""
    count = 0
    for path in list(paths):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        count += 1
    return count


def _folder(name: str) -> Path:
    return Path(settings.HOME) / name


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _in_force(on: date) -> set[str]:
    """What side files of the versions in force are called."""
    versions = the_catalogue().all_valid_on(on)
    claims = [version.claim for found in versions.values() for version in found]
    return {claim.digest for claim in claims} | {share.key for layer in versions for share in shares(layer, claims)}


def _made(folder: Path, needed: Collection[str], since: datetime) -> Iterator[Path]:
    """Side files and folders of what is not in force; one made and its folder are used together."""
    named: dict[str, list[Path]] = {}
    for each in _listed(folder):
        if each.suffix != ".partial":
            named.setdefault(each.name.removeprefix(".").partition(".")[0], []).append(each)
    for name, paths in named.items():
        if name not in needed and max(map(written, paths)) < since.timestamp():
            yield from paths


def _partial(before: datetime) -> Iterator[Path]:
    """What was being written when its writer was killed."""
    root = Path(settings.MEDIA_ROOT)
    places = [*(_folder(name) for name in (*MADE, "index")), *_listed(_folder("tiles"))]
    left = [*root.glob(".partial-*"), *(each for place in places for each in place.glob(".*.partial"))]
    yield from (each for each in left if written(each) < before.timestamp())


def _sweep_uploads(since: datetime) -> int:
    """The bytes of uploads that were refused or never published, unless an upload that stays has the same."""
    rows = Upload.objects.filter(Q(created_at__gte=since) | Q(state__in=STAYS) | Q(job__state__in=Job.OPEN))
    kept = set(rows.values_list("sha256", flat=True))
    gone = [each for each in old(Path(settings.MEDIA_ROOT), since) if each.name not in kept]
    waiting = Upload.objects.filter(sha256__in=[each.name for each in gone], refusal={})
    waiting.update(state=Upload.State.REFUSED, refusal=SWEPT)
    return delete(gone)
