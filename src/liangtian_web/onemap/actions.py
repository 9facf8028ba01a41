"""From uploaded bytes to a published layer, each step gather / decide / record."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from pyproj import CRS

from liangtian.errors import CatalogueError, LayerInvalid, LiangtianError
from liangtian.formats.features import Features
from liangtian.formats.opening import open_features
from liangtian.onemap import catalogue, publish
from liangtian.onemap.layers import LAYERS
from liangtian.space.crs import geographic, transformer
from liangtian_web.errors import StageRefused
from liangtian_web.jobs import actions as jobs
from liangtian_web.onemap import findings as kept_findings
from liangtian_web.onemap.models import LayerVersion, Upload
from liangtian_web.onemap.queries import the_catalogue
from liangtian_web.people.models import Place
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note

Progress = Callable[[float, str], None]


def receive(request: Request, files: list[UploadedFile[Any]], chosen: dict[str, Any]) -> Upload:
    """Keep the bytes by their digest and give the examination to the worker, row and work together."""
    partial, sha256 = _write(files)

    names = [{"name": safe_name(f.name or "file"), "size": f.size} for f in files]

    try:
        with transaction.atomic():
            upload = Upload.objects.create(
                sha256=sha256, files=names, size=sum(f.size or 0 for f in files), uploader=request.user, **chosen
            )
            upload.job = jobs.defer(
                "onemap.examine", owner=request.user, place=upload.place, title=str(upload), upload=upload.pk
            )
            upload.save(update_fields=["job"])
            note(request, "onemap.upload", f"upload:{upload.pk} {sha256}", on=upload.on, place=upload.place)
            _settle(partial, upload_folder(sha256))
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return upload


def _write(files: list[UploadedFile[Any]]) -> tuple[Path, str]:
    """Write the files into a folder of their own beside the kept ones; its path and the digest of names and bytes."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=root))
    state = hashlib.sha256()
    try:
        for file in sorted(files, key=lambda f: f.name or ""):
            name = safe_name(file.name or "file")
            state.update(f"{name}\0{file.size}\0".encode())
            with (partial / name).open("wb") as sink:
                for chunk in file.chunks():
                    state.update(chunk)
                    sink.write(chunk)
    except BaseException:
        shutil.rmtree(partial)
        raise
    return partial, state.hexdigest()


def _settle(partial: Path, folder: Path) -> None:
    try:
        partial.rename(folder)
    except OSError:  # the same bytes lie there, perhaps since a moment ago
        if not folder.exists():
            raise
        os.utime(folder)  # wanted again, says the sweep


def upload_folder(sha256: str) -> Path:
    """Where the bytes of an upload lie."""
    return Path(settings.MEDIA_ROOT) / sha256


def safe_name(name: str) -> str:
    """The file's own name without anything a path could be made of.

    Examples
    --------
    >>> safe_name("../../etc/地类 图斑.SHP")
    '地类_图斑.SHP'
    """
    return re.sub(r"[^\w.-]+", "_", Path(name.replace("\\", "/")).name).lstrip(".")[-120:] or "file"


def open_upload(upload: Upload, workdir: Path) -> Features:
    """Read the file of an upload.

    Raises
    ------
    LiangtianError : it is not what it promises to be
    """
    path = upload_folder(upload.sha256) / upload.files[0]["name"]
    crs = CRS.from_epsg(int(upload.crs)) if upload.crs else None
    return open_features(path, encoding=upload.encoding or None, crs=crs, workdir=workdir)


def examine(upload: Upload, report: Progress) -> None:
    """Read and judge without publishing; every defect is kept at once."""
    spec = LAYERS[upload.layer]
    with tempfile.TemporaryDirectory(prefix="liangtian-") as workdir:
        report(0.05, "正在读取文件")
        try:
            features = open_upload(upload, Path(workdir))
            report(0.4, "正在质检")
            extent = publish.extent_of(
                features, spec, place=_code(upload.place), on=upload.on, home=Path(settings.HOME)
            )
            judged = publish.examine(features, spec, north_first=upload.north_first, extent=extent)
        except LiangtianError as error:
            _refuse(upload, error)
            return

    rows, counts = kept_findings.kept(judged.findings, features.crs)
    state = Upload.State.REFUSED if judged.level == "refused" else Upload.State.EXAMINED

    _change(upload, state=state, level=judged.level, rows=len(features), findings=rows, counts=counts, refusal={})


def _refuse(upload: Upload, error: LiangtianError) -> None:
    rows, counts = kept_findings.kept(error.params.get("findings", ()), None)  # type: ignore[arg-type]
    refusal = kept_findings.refusal_of(error)
    _change(upload, state=Upload.State.REFUSED, level="refused", findings=rows, counts=counts, refusal=refusal)


def _change(upload: Upload, **values: Any) -> None:
    Upload.objects.filter(pk=upload.pk).exclude(state=Upload.State.PUBLISHED).update(**values)
    upload.refresh_from_db()


def ask_to_publish(request: Request, upload: Upload, *, repair: bool) -> None:
    """Give the publication to the worker; only one request for an upload wins.

    Raises
    ------
    StageRefused : it is not waiting to be published
    """
    with transaction.atomic():
        open_states = [Upload.State.EXAMINED, *([Upload.State.REFUSED] if repair else [])]  # repairs may lift a refusal
        waiting = Upload.objects.filter(pk=upload.pk, state__in=open_states, refusal={})
        if not waiting.update(state=Upload.State.PUBLISHING, repair=repair):
            raise StageRefused("onemap-not-waiting")
        job = jobs.defer("onemap.publish", owner=request.user, place=upload.place, title=str(upload), upload=upload.pk)
        Upload.objects.filter(pk=upload.pk).update(job=job)
        note(request, "onemap.publish", f"upload:{upload.pk} {upload.sha256}", on=upload.on, place=upload.place)


def publish_upload(upload: Upload, progress: Progress) -> LayerVersion | None:
    """Make the snapshot and the catalogue entry, then the row; safe to repeat."""
    try:
        with tempfile.TemporaryDirectory(prefix="liangtian-") as workdir:
            entry = publish.publish(
                open_upload(upload, Path(workdir)),
                LAYERS[upload.layer],
                place=_code(upload.place),
                on=upload.on,
                home=Path(settings.HOME),
                publisher=str(upload.uploader),
                recorded_at=timezone.now().isoformat(timespec="seconds"),
                repair=upload.repair,
                north_first=upload.north_first,
                progress=progress,
            )
    except LayerInvalid as error:
        _refuse(upload, error)
        return None

    row = adopt(entry, upload.place, upload.visibility)

    _change(upload, state=Upload.State.PUBLISHED, version=row, refusal={})
    return row


def wait_again(upload: Upload) -> None:
    """What could not be published waits to be published again."""
    Upload.objects.filter(pk=upload.pk, state=Upload.State.PUBLISHING).update(state=Upload.State.EXAMINED)


def _code(place: Place) -> str:
    assert place.code is not None  # publishing_places offers no other
    return place.code


def adopt(entry: catalogue.LayerVersion, place: Place, visibility: str | None = None) -> LayerVersion:
    """The row of a catalogue entry, made if there is none; it is shown to those chosen now, where some are."""
    index = the_catalogue().index(entry)
    (west, south), (east, north) = index.bounds[:, :2].min(axis=0), index.bounds[:, 2:].max(axis=0)
    degrees = transformer(index.crs, geographic(index.crs)).transform_bounds(west, south, east, north, densify_pts=9)
    recorded = datetime.fromisoformat(entry.recorded_at)
    known = {
        "rows": entry.rows,
        "quality": entry.quality.get("level", ""),
        "publisher": entry.publisher,
        "recorded_at": recorded if timezone.is_aware(recorded) else timezone.make_aware(recorded),
        "bounds": [round(v, 6) for v in degrees],
    }
    key = {"place": place, "layer": entry.layer, "on": date.fromisoformat(entry.on), "digest": entry.digest}
    chosen = {} if visibility is None else {"visibility": visibility}
    row, _ = LayerVersion.objects.update_or_create(**key, defaults=chosen, create_defaults=known | chosen)
    return row


def sync() -> tuple[list[LayerVersion], list[str]]:
    """Rows for catalogue entries that have none; the names no place has a code for.

    They were published on the command line, or a publication broke off: then its uploader has chosen who sees it.
    """
    places = {place.code: place for place in Place.objects.exclude(code=None)}
    made, strangers = [], []
    for entry in the_catalogue().entries():
        known = LayerVersion.objects.filter(digest=entry.digest, on=entry.on, place__code=entry.place).exists()
        if entry.place not in places:
            strangers.append(entry.name)
        elif not known and the_catalogue().state(entry.digest) in ("sound", "unsealed"):
            made.append(adopt(entry, places[entry.place], _chosen(entry)))
    return made, strangers


def _chosen(entry: catalogue.LayerVersion) -> str | None:
    offered = Upload.objects.filter(place__code=entry.place, layer=entry.layer, on=entry.on, version=None)
    stands = offered.exclude(state=Upload.State.REFUSED).order_by("-pk")
    return stands.values_list("visibility", flat=True).first()


def ask_to_verify(request: Request) -> None:
    """Give the recomputing of every digest to the worker."""
    with transaction.atomic():
        jobs.defer("onemap.verify", owner=request.user, title=gettext("核对全部图层快照"))
        note(request, "onemap.verify", "snapshots")


def verify(report: Progress) -> None:
    """Recompute the digest of every snapshot.

    Raises
    ------
    CatalogueError : some are missing or altered; it names them all
    """
    kept = the_catalogue()
    versions = {version.digest: version for version in kept.entries()}
    broken = []
    for n, version in enumerate(versions.values()):
        report(n / len(versions), "正在核对快照")
        try:
            kept.verify(version)
        except CatalogueError:
            broken.append(version.name)
    if broken:
        raise CatalogueError("layers-unsound", count=len(broken), layers="、".join(broken))


def result_url(upload: Upload) -> str:
    """The page of an upload."""
    return reverse("onemap:upload", args=[upload.pk])
