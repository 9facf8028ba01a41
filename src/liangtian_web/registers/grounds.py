"""The ground of rows that have one: read from a file, kept as evidence, and never that of two rows on one day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from pyproj import CRS

from liangtian.check.block_projects import ground_of
from liangtian.check.gather import Boundary, boundary_of
from liangtian.errors import LayerInvalid
from liangtian.formats.features import Features
from liangtian.ledger.lots import Ground
from liangtian.units import m2_from_dm2
from liangtian_web.errors import StageRefused
from liangtian_web.ledger.exclusivity import degrees_box, tolerance_on
from liangtian_web.onemap.boundaries import boundary_from
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.registers.models import Row, RowGround

NUMBERED = ("项目编号", "number", "xmbh", "编号", "project", "project number")
"""What the column may be called by which plots of a file are told apart."""


class GroundTaken(StageRefused):
    """Another row has the same ground."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A boundary as it was handed in.

    Attributes
    ----------
    source, file_digest : the file's name, and SHA-256 of what was handed in with it
    """

    ground: Ground
    source: str
    file_digest: str

    @property
    def area_m2(self) -> Decimal:
        """Ellipsoidal area."""
        return m2_from_dm2(self.ground.area_dm2)

    @property
    def digest(self) -> str:
        """What proves that the boundary is still the one handed in."""
        return hashlib.sha256(f"{self.ground.crs}\n".encode() + self.ground.wkb).hexdigest()


def handed(files: list[UploadedFile[Any]], drawn: str = "", encoding: str = "", crs: str = "") -> Handed:
    """One boundary from a file, or from GeoJSON in degrees; its plots are united.

    Raises
    ------
    LiangtianError : it cannot be read or measured
    """
    features = boundary_from(files, drawn, encoding, crs)
    return Handed(ground_of(boundary_of(features)), features.source[:200], _digest(files, drawn))


def handed_by_number(files: list[UploadedFile[Any]], encoding: str = "", crs: str = "") -> dict[str, Handed]:
    """The boundaries of a file of many projects, by the number its plots carry; plots of one number are united.

    Raises
    ------
    LiangtianError : it cannot be read or measured, or has no column of numbers
    """
    features = boundary_from(files, "", encoding, crs)
    digest = _digest(files, "")
    known = {name.strip().lower(): name for name in features.attributes.column_names}
    called = next((known[name] for name in NUMBERED if name in known), None)
    if called is None:
        raise LayerInvalid("register-ground-unnumbered", source=features.source, known="、".join(NUMBERED[:3]))
    rows: dict[str, list[int]] = {}
    for n, value in enumerate(features.attributes[called].to_pylist()):
        rows.setdefault(_number(value), []).append(n)
    return {
        number: Handed(ground_of(boundary_of(_some(features, at))), features.source[:200], digest)
        for number, at in rows.items()
    }


def _some(features: Features, at: list[int]) -> Features:
    rows = np.array(at)
    plots = features.attributes.take(pa.array(at))
    return replace(features, geometry=features.geometry[rows], attributes=plots, rows=features.rows[rows])


def _number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "").strip()


def _digest(files: Iterable[UploadedFile[Any]], drawn: str) -> str:
    """SHA-256 of what was handed in: of a file its bytes; of several, of their names and bytes in order of names."""
    digest, found = hashlib.sha256(drawn.encode()), sorted(files, key=lambda file: file.name or "")
    for file in found:
        if len(found) > 1:
            digest.update(f"{file.name} {file.size}\n".encode())
        for chunk in file.chunks():
            digest.update(chunk)
    return digest.hexdigest()


def earlier(register: str, place: Place, key: str, since: date) -> Handed | None:
    """The boundary of the row that one without a file continues: the newest of the same key that was not sent back."""
    rows = RowGround.objects.filter(row__register=register, row__place=place, row__key=key, row__since__lte=since)
    found = rows.exclude(row__decision__confirmed=False).order_by("-row__since", "-row").first()
    return Handed(as_ground(found), found.source, found.file_digest) if found else None


def as_ground(row: RowGround) -> Ground:
    """The boundary as the kernel has it."""
    return Ground(bytes(row.wkb), row.crs)


def as_boundary(row: RowGround) -> Boundary:
    """The boundary as the kernel measures it."""
    ground = as_ground(row)
    return Boundary(ground.shape, CRS.from_user_input(ground.crs), ground.area_dm2)


def keep(row: Row, given: Handed) -> RowGround:
    """Record the boundary of a row, in the caller's transaction."""
    return RowGround.objects.create(
        row=row, wkb=given.ground.wkb, crs=given.ground.crs, box=degrees_box(given.ground), area_m2=given.area_m2,
        digest=given.digest, source=given.source, file_digest=given.file_digest,
    )  # fmt: skip


def lock() -> None:
    """Let nobody else put a boundary in a register until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registers.ground'))")


def check_free(row: Row, user: User, *, waiting: bool) -> None:
    """See that on no day on which a row holds another of its register has the same ground beyond the tolerance.

    Parameters
    ----------
    user : who is told; of a place that is not theirs to see nothing is named
    waiting : rows that wait for their confirmation count as well

    Raises
    ------
    GroundTaken (register-ground-taken, register-ground-taken-elsewhere): another does
    """
    own = getattr(row, "ground", None)
    if own is None or not row.is_listed:
        return
    rule, ground = tolerance_on(timezone.localdate()), as_ground(own)
    for other in _beside(row, own, waiting=waiting):
        if shared := rule.overlap_dm2(ground, as_ground(other.ground)):
            own_words = {"project": row.title, "area": f"{shared / 100:,.2f}"}
            if not places_for(user).filter(pk=other.place_id).exists():
                raise GroundTaken("register-ground-taken-elsewhere", **own_words)
            words = {"place": other.place.name, "other": other.title, "document": other.document}
            raise GroundTaken("register-ground-taken", **own_words, **words)


def _beside(row: Row, own: RowGround, *, waiting: bool) -> list[Row]:
    """Rows of other keys that hold on a day on which this one does, their boundary near."""
    rows = Row.objects.filter(register=row.register).exclude(decision__confirmed=False)
    if not waiting:
        rows = rows.filter(decision__confirmed=True)
    own_later = rows.filter(place=row.place, key=row.key, since__gt=row.since).order_by("since").first()
    near = _near(own)
    others = rows.filter(pk__in=near).exclude(place=row.place, key=row.key)
    found: list[Row] = []
    for place, key in sorted(set(others.values_list("place", "key"))):
        same = rows.filter(place=place, key=key).order_by("since", "pk").select_related("ground", "place")
        found += _holding(same, row.since, own_later.since if own_later else None)
    return [each for each in found if each.pk in near and each.is_listed]


def _holding(rows: QuerySet[Row], since: date, until: date | None) -> Sequence[Row]:
    """Of the rows of one key, by day, those in force on any day from `since` to before `until`."""
    by_day: Mapping[date, Row] = {each.since: each for each in rows}  # of one day the last entered
    before = [day for day in by_day if day <= since]
    later = [day for day in by_day if day > since and (until is None or day < until)]
    return [by_day[day] for day in [*before[-1:], *later]]


def _near(own: RowGround) -> set[int]:
    """Rows whose boundary's box meets this one's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.row_id FROM registers_rowground g, registers_rowground o WHERE o.row_id = %s AND g.box && o.box",
            [own.pk],
        )
        return {number for (number,) in cursor.fetchall()}
