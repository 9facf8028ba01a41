"""The shapes of the book's interface. Amounts are whole units of their index; areas of ground are ellipsoidal m²."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime, field_validator

from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.ledger.indices import indices
from liangtian_web.ledger.models import Account, Entry, Leg, Lot, Proposal
from liangtian_web.ledger.proposing import LINKED_MAX, PROPOSED, ROWS_MAX
from liangtian_web.ledger.records import place_key, places_by_key
from liangtian_web.texts import must_be_writable

Text = Field(max_length=200)


Writable = Annotated[str, AfterValidator(must_be_writable)]


class Narrow(Schema):
    """Which accounts: of a place by its code or number, a pool, an index."""

    place: str = ""
    pool: str = ""
    index: str = ""

    def of(self, rows: QuerySet[Account]) -> QuerySet[Account]:
        """The accounts asked for; none of a place nobody knows."""
        if self.place:
            rows = rows.filter(place=places_by_key([self.place]).get(self.place) or 0)
        named = {"pool": self.pool, "index": self.index}
        return rows.filter(**{name: value for name, value in named.items() if value})

    @field_validator("place", "pool", "index")
    @classmethod
    def writable(cls, value: str) -> str:
        """What the database can be asked for."""
        return must_be_writable(value)


class Moment(Schema):
    """The end of which business day, of what was recorded until when."""

    on: date | None = None
    known_at: AwareDatetime | None = None


class AccountOut(Schema):
    """An account; `id` names it in addresses."""

    id: int
    place: str
    pool: str
    index: str
    unit: str

    @staticmethod
    def resolve_place(row: Account) -> str:
        """Code, or number where it has none; `outside` is the world outside the book."""
        return place_key(row.place)

    @staticmethod
    def resolve_unit(row: Account) -> str:
        """Of its amounts: m2, kg or fen."""
        return indices()[row.index].unit


class AccountPage(Schema):
    """`after` asks for the next page and is null on the last."""

    accounts: list[AccountOut]
    after: int | None


class BalanceOut(Schema):
    """What an account holds."""

    account: AccountOut
    amount: int


class BalancePage(Schema):
    """`unsealed`: entries in these balances that are not in the chain yet."""

    on: date
    known_at: datetime | None
    unsealed: int
    balances: list[BalanceOut]
    after: int | None


class LineOut(Schema):
    """One movement; `lapse`: a hold came to its day."""

    on: date
    entry: UUID = Field(alias="entry.uuid")
    kind: str = Field(alias="entry.kind")
    amount: int
    balance: int
    lapse: bool


class StatementOut(Schema):
    """An account from the start of `since` to the end of `until`."""

    account: AccountOut
    since: date
    until: date
    opening: int
    lines: list[LineOut]
    closing: int


class EntryOut(Schema):
    """An entry without its legs; `position` in the chain is null until it is sealed."""

    uuid: UUID
    key: str
    on: date
    recorded_at: datetime
    kind: str
    evidence: list[str]
    rules: list[str]
    actor: str = Field(alias="actor.username")
    approver: str | None
    reverses: UUID | None
    settles: UUID | None
    expires: date | None
    position: int | None

    @staticmethod
    def resolve_approver(row: Entry) -> str | None:
        """Who released it."""
        return row.approver.username if row.approver else None

    @staticmethod
    def resolve_reverses(row: Entry) -> UUID | None:
        """The entry it takes back."""
        return row.reverses.uuid if row.reverses else None

    @staticmethod
    def resolve_settles(row: Entry) -> UUID | None:
        """The hold it ends."""
        return row.settles.uuid if row.settles else None

    @staticmethod
    def resolve_position(row: Entry) -> int | None:
        """Its place in the chain."""
        return row.link.position if hasattr(row, "link") else None


class EntryPage(Schema):
    """`before` asks for the next page and is null on the last."""

    entries: list[EntryOut]
    before: int | None


class LegOut(Schema):
    """What an entry moved into (+) or out of (−) an account."""

    place: str
    pool: str = Field(alias="account.pool")
    index: str = Field(alias="account.index")
    lot: str | None
    amount: int

    @staticmethod
    def resolve_place(row: Leg) -> str:
        """Code or number of the account's place."""
        return place_key(row.account.place)

    @staticmethod
    def resolve_lot(row: Leg) -> str | None:
        """The lot's serial."""
        return row.lot.serial if row.lot else None


class WholeEntry(EntryOut):
    """An entry with its legs."""

    legs: list[LegOut] = Field(alias="shown")


class LotOut(Schema):
    """A lot; without ground only its document is known."""

    serial: str
    place: str
    project: str
    credit: str
    on: date
    document: str
    area_m2: float | None
    crs: str | None

    @staticmethod
    def resolve_place(row: Lot) -> str:
        """Code or number of the place that earned it."""
        return place_key(row.place)

    @staticmethod
    def resolve_area_m2(row: Lot) -> float | None:
        """Of its ground, on the ellipsoid."""
        return float(row.ground.area_m2) if hasattr(row, "ground") else None

    @staticmethod
    def resolve_crs(row: Lot) -> str | None:
        """The plane of its boundary."""
        return row.ground.crs if hasattr(row, "ground") else None


class LotPage(Schema):
    """`after` asks for the next page and is null on the last."""

    lots: list[LotOut]
    after: int | None


class WholeLot(LotOut):
    """A lot with its boundary (ISO WKB in `crs`, base64) and its credits in the accounts of the user's places."""

    wkb: str | None
    credits: list[BalanceOut] = Field(alias="held")

    @staticmethod
    def resolve_wkb(row: Lot) -> str | None:
        """The boundary."""
        return base64.b64encode(bytes(row.ground.wkb)).decode() if hasattr(row, "ground") else None


class ProposalOut(Schema):
    """A proposal; `state` is waiting, posted or refused, `entry` what it was posted as, `linked` what is decided with it."""

    uuid: UUID
    place: str
    on: date
    kind: str
    evidence: str
    proposer: str
    proposed_at: datetime
    state: str
    entry: UUID | None
    reason: str
    linked: list[UUID]

    @staticmethod
    def resolve_linked(row: Proposal) -> list[UUID]:
        """The others of its set."""
        return [each.uuid for each in row.linked]

    @staticmethod
    def resolve_place(row: Proposal) -> str:
        """Code or number."""
        return place_key(row.place)

    @staticmethod
    def resolve_proposer(row: Proposal) -> str:
        """User name."""
        return row.proposer.username

    @staticmethod
    def resolve_state(row: Proposal) -> str:
        """How it stands."""
        decision = getattr(row, "decision", None)
        if decision is None:
            return "waiting"
        return "posted" if decision.entry_id or row.recorded else "refused"  # type: ignore[attr-defined]

    @staticmethod
    def resolve_entry(row: Proposal) -> UUID | None:
        """The entry."""
        decision = getattr(row, "decision", None)
        return decision.entry.uuid if decision and decision.entry else None

    @staticmethod
    def resolve_reason(row: Proposal) -> str:
        """Why it was refused."""
        decision = getattr(row, "decision", None)
        return decision.reason if decision else ""


class ProposalPage(Schema):
    """`before` asks for the next page and is null on the last."""

    proposals: list[ProposalOut]
    before: int | None


class Row(Schema):
    """One amount from an account to another; places by code, number or name, `outside` is the world outside the book."""

    index: str = Text
    amount: int = Field(gt=0, le=AMOUNT_MAX, strict=True)
    from_place: str = Text
    from_pool: str = Text
    to_place: str = Text
    to_pool: str = Text
    lot: str = Field("", max_length=60)
    project: str = Field("", max_length=200)
    credit: str = Field("", max_length=30)
    document: str = Field("", max_length=200)

    def texts(self) -> dict[str, str]:
        """As a row of the workbook says it."""
        return {name: str(value) for name, value in self.dict().items()}


class ProposalAsked(Schema):
    """An entry to propose."""

    place: str = Text
    on: date
    kind: str
    evidence: str = Field(min_length=1, max_length=200)
    rows: list[Row] = Field(min_length=1, max_length=ROWS_MAX)

    @field_validator("kind")
    @classmethod
    def proposable(cls, value: str) -> str:
        """What a procedure books is filed with it; a reversal is proposed on its entry."""
        if value not in PROPOSED:
            raise ValueError(", ".join(PROPOSED))
        return value

    @field_validator("place", "evidence")
    @classmethod
    def writable(cls, value: str) -> str:
        """What the database can keep."""
        return must_be_writable(value)


class Reversal(Schema):
    """When an entry is taken back, and why."""

    on: date
    evidence: str = Field(min_length=1, max_length=200)

    @field_validator("evidence")
    @classmethod
    def writable(cls, value: str) -> str:
        """What the database can keep."""
        return must_be_writable(value)


class LinkedReversal(Reversal):
    """The same among the entries of a linked set; `reverses`: which entry."""

    reverses: UUID


class LinkedAsked(Schema):
    """Entries that are posted together or not at all, in this order: new ones, and entries taken back."""

    proposals: list[ProposalAsked | LinkedReversal] = Field(min_length=2, max_length=LINKED_MAX)


class ProposalDecided(Schema):
    """Whether a proposal is posted; a refusal says why. `linked`: what is decided with it, as it was read."""

    accept: bool
    reason: str = Field("", max_length=500)
    linked: list[UUID] = Field([], max_length=LINKED_MAX)

    @field_validator("reason")
    @classmethod
    def writable(cls, value: str) -> str:
        """What the database can keep."""
        return must_be_writable(value)


class Refusal(Schema):
    """Every error: a stable code, what it is about, and its sentence in both languages."""

    code: str
    id: str
    zh: str
    en: str
    problems: list[Any] = []
