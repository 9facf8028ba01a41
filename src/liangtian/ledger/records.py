"""What is recorded in the book besides entries, and the canonical bytes of every record, over which seals are made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from liangtian.errors import BookRefused
from liangtian.ledger.bounds import DAY_FIRST, DAY_LAST, check_key, is_within
from liangtian.ledger.entry import Account, Entry, Leg
from liangtian.ledger.lots import Ground, Lot


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """The boundary of a lot that was opened without one, found later; checked like any other from then on."""

    key: str
    lot: str
    ground: Ground
    recorded_at: datetime
    actor: str
    evidence: tuple[str, ...]
    approver: str = ""

    def __post_init__(self) -> None:
        _check_record(self)
        if not self.lot.strip():
            raise BookRefused("entry-text", key=self.key, name="lot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A place closes its book: from its recording on, nothing dated up to and including `through` is booked there."""

    key: str
    place: str
    through: date
    recorded_at: datetime
    actor: str
    evidence: tuple[str, ...]
    approver: str = ""

    def __post_init__(self) -> None:
        _check_record(self)
        if not self.place.strip():
            raise BookRefused("entry-text", key=self.key, name="place")
        if not is_within(self.through):
            raise BookRefused("entry-out-of-time", key=self.key, on=self.through, first=DAY_FIRST, last=DAY_LAST)


Record = Entry | Attachment | Closing


def canonical(record: Record) -> bytes:
    """Write a record as the one sequence of bytes that stands for it: JSON with sorted keys, no blanks, UTF-8.

    Examples
    --------
    >>> at = datetime(2024, 1, 5, 8, tzinfo=UTC)
    >>> closing = Closing(key="c", place="339901", through=date(2023, 12, 31), recorded_at=at, actor="li", evidence=("doc:9",))
    >>> print(canonical(closing).decode()[:60])
    {"actor":"li","approver":"","evidence":["doc:9"],"key":"c","
    >>> read_record(canonical(closing)) == closing
    True
    """
    return written(plain(record))


def written(content: Mapping[str, Any]) -> bytes:
    """Write what `plain` gives: the bytes of a record, also of one that no longer passes for a record and is sealed all the same."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def content_digest(record: Record) -> str:
    """SHA-256 over a record without its moment of recording: equal for the same event sent twice."""
    content = {name: value for name, value in plain(record).items() if name != "recorded_at"}
    return hashlib.sha256(written(content)).hexdigest()


def plain(record: Record) -> dict[str, Any]:
    """Make a record JSON-ready: days as 2024-06-01, moments as 2024-06-01T08:00:00.000000Z, boundaries as hexadecimal WKB."""
    head: dict[str, Any] = {
        "key": record.key,
        "recorded_at": moment_text(record.recorded_at),
        "actor": record.actor,
        "approver": record.approver,
        "evidence": list(record.evidence),
    }
    if isinstance(record, Attachment):
        return {"record": "attachment", **head, "lot": record.lot, "ground": _plain_ground(record.ground)}
    if isinstance(record, Closing):
        return {"record": "closing", **head, "place": record.place, "through": record.through.isoformat()}
    return {
        "record": "entry",
        **head,
        "on": record.on.isoformat(),
        "kind": record.kind,
        "legs": [[*_plain_account(leg.account), leg.amount] for leg in record.legs],
        "rules": list(record.rules),
        "reverses": record.reverses,
        "settles": record.settles,
        "linked": list(record.linked),
        "expires": record.expires and record.expires.isoformat(),
        "lots": [_plain_lot(lot) for lot in record.lots],
    }


def read_record(line: bytes) -> Record:
    """Take a record from its canonical bytes.

    Raises
    ------
    BookRefused (record-unreadable): not JSON, a field is missing, too many or of the wrong type
    BookRefused (record-not-canonical): the same record is written another way
    BookRefused, Unbalanced: what the record itself refuses
    """
    try:
        raw = json.loads(line)
        _check_leaves(raw)
        record = _read(raw)
        rewritten = canonical(record)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BookRefused("record-unreadable", reason=f"{type(error).__name__}: {error}") from error
    if rewritten != line:
        raise BookRefused("record-not-canonical", key=record.key)
    return record


def _check_record(record: Attachment | Closing) -> None:
    check_key(record.key)
    if not record.actor.strip():
        raise BookRefused("entry-text", key=record.key, name="actor")
    if record.recorded_at.utcoffset() != timedelta(0):
        raise BookRefused("entry-not-utc", key=record.key, recorded_at=record.recorded_at)
    if not record.evidence or not all(each.strip() for each in record.evidence):
        raise BookRefused("entry-no-evidence", key=record.key)
    if record.approver == record.actor:
        raise BookRefused("entry-self-approved", key=record.key, actor=record.actor)


def moment_text(moment: datetime) -> str:
    """A moment as records write it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _plain_account(account: Account) -> list[str | None]:
    return [account.place, account.pool, account.index, account.lot]


def _plain_ground(ground: Ground) -> dict[str, str]:
    return {"wkb": ground.wkb.hex(), "crs": ground.crs}


def _plain_lot(lot: Lot) -> dict[str, Any]:
    return {
        "serial": lot.serial,
        "place": lot.place,
        "project": lot.project,
        "on": lot.on.isoformat(),
        "credit": lot.credit,
        "ground": lot.ground and _plain_ground(lot.ground),
        "document": lot.document,
    }


def _check_leaves(raw: Any) -> None:
    """Texts only, but for the amounts of legs: a number in the place of a name would be written back as it came."""
    if isinstance(raw, dict):
        for name, value in raw.items():
            _check_leaves([leg[:4] for leg in value] if name == "legs" else value)
    elif isinstance(raw, list):
        for value in raw:
            _check_leaves(value)
    elif raw is not None and not isinstance(raw, str):
        raise TypeError(f"not a text: {raw!r}")


def _read(raw: dict[str, Any]) -> Record:
    fields = dict(raw)
    record = fields.pop("record")
    fields["recorded_at"] = datetime.fromisoformat(fields["recorded_at"])
    fields["evidence"] = tuple(fields["evidence"])
    if record == "attachment":
        return Attachment(**fields | {"ground": _read_ground(fields["ground"])})
    if record == "closing":
        return Closing(**fields | {"through": date.fromisoformat(fields["through"])})
    if record != "entry":
        raise ValueError(f"record {record!r}")
    fields["on"] = date.fromisoformat(fields["on"])
    fields["expires"] = fields["expires"] and date.fromisoformat(fields["expires"])
    fields["legs"] = tuple(Leg(Account(*leg[:4]), *leg[4:]) for leg in fields["legs"])
    fields["rules"] = tuple(fields["rules"])
    fields["linked"] = tuple(fields["linked"])
    fields["lots"] = tuple(_read_lot(lot) for lot in fields["lots"])
    return Entry(**fields)


def _read_lot(raw: dict[str, Any]) -> Lot:
    return Lot(**raw | {"on": date.fromisoformat(raw["on"]), "ground": raw["ground"] and _read_ground(raw["ground"])})


def _read_ground(raw: dict[str, str]) -> Ground:
    return Ground(bytes.fromhex(raw["wkb"]), raw["crs"])
