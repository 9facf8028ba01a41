"""What a record is refused for because of the records before it: keys, reversals, holds, openings, closings, lots.

Each check reads the state of the book, and `note` writes what the record changes in it. Balances and ground come after,
in `book`, over all records that are booked together.
"""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field, fields
from datetime import date

from liangtian.errors import BookRefused
from liangtian.ledger.entry import Entry
from liangtian.ledger.kinds import entry_kinds
from liangtian.ledger.lots import Ground, Lot
from liangtian.ledger.records import Attachment, Closing, Record


@dataclass(frozen=True, slots=True)
class State:
    """What the records so far say about each other.

    Attributes
    ----------
    records : by key, in the order of recording
    entries : the entries among them
    lots, grounds : by serial; a ground may have been attached later
    opened_by : the entry that opened a lot
    ended : hold → the entry that settles it now, or None where that entry was reversed
    reopened : hold → the day from which it holds again, its settlement having been reversed
    reversed : entry → its reversal
    closed : place → last day closed
    openings : place → the day of its opening balance
    first : place → its earliest business date, openings and what takes them back apart
    """

    records: ChainMap[str, Record] = field(default_factory=ChainMap)
    entries: ChainMap[str, Entry] = field(default_factory=ChainMap)
    lots: ChainMap[str, Lot] = field(default_factory=ChainMap)
    grounds: ChainMap[str, Ground] = field(default_factory=ChainMap)
    opened_by: ChainMap[str, str] = field(default_factory=ChainMap)
    ended: ChainMap[str, str | None] = field(default_factory=ChainMap)
    reopened: ChainMap[str, date] = field(default_factory=ChainMap)
    reversed: ChainMap[str, str] = field(default_factory=ChainMap)
    closed: ChainMap[str, date] = field(default_factory=ChainMap)
    openings: ChainMap[str, date] = field(default_factory=ChainMap)
    first: ChainMap[str, date] = field(default_factory=ChainMap)

    def draft(self) -> State:
        """A state over this one: what is written there is not written here."""
        return State(*(getattr(self, each.name).new_child() for each in fields(self)))

    def keep(self, draft: State) -> None:
        """Take over what a draft of this state holds."""
        for each in fields(self):
            getattr(self, each.name).update(getattr(draft, each.name).maps[0])


def places_of(entry: Entry) -> list[str]:
    """The places whose book an entry touches; the outside world keeps none."""
    return sorted({leg.account.place for leg in entry.legs if leg.account.pool != "outside"})


def admit(record: Record, state: State) -> None:
    """Check a record against the state and note it there.

    Raises
    ------
    BookRefused
    """
    if isinstance(record, Entry):
        _check_dates(record, state)
        _check_reversal(record, state)
        _check_settlement(record, state)
        _check_lots(record, state)
        _note_entry(record, state)
    elif isinstance(record, Attachment):
        _check_attachment(record, state)
        state.grounds[record.lot] = record.ground
    else:
        _check_closing(record, state)
        state.closed[record.place] = record.through
    state.records[record.key] = record


def _check_dates(entry: Entry, state: State) -> None:
    opening = entry.kind == "opening"
    for place in places_of(entry):
        if place in state.closed and entry.on <= state.closed[place]:
            raise BookRefused("period-closed", key=entry.key, on=entry.on, place=place, through=state.closed[place])
        day = state.openings.get(place)
        if opening and day is not None and day != entry.on:
            raise BookRefused("opening-another-day", key=entry.key, on=entry.on, place=place, opening=day)
        # What counts is what has been recorded, whatever its date: a book at work is not opened a little more.
        begun = state.first.get(place, state.closed.get(place))
        if opening and begun is not None:
            raise BookRefused("opening-late", key=entry.key, on=entry.on, place=place, first=begun)
        if not opening and day is not None and entry.on < day:
            raise BookRefused("before-opening", key=entry.key, on=entry.on, place=place, opening=day)


def _check_reversal(entry: Entry, state: State) -> None:
    if entry.reverses is None:
        return
    about = {"key": entry.key, "reverses": entry.reverses}
    original = state.entries.get(entry.reverses)
    if original is None:
        raise BookRefused("reversal-unknown", **about)
    if original.reverses is not None:
        raise BookRefused("reversal-of-reversal", **about)
    if original.key in state.reversed:
        raise BookRefused("reversal-twice", **about, by=state.reversed[original.key])
    if state.ended.get(original.key) is not None:
        raise BookRefused("reversal-of-ended-hold", **about, by=state.ended[original.key])
    since = state.reopened.get(original.key, original.on)
    if entry.on < since:
        raise BookRefused("reversal-before", **about, on=entry.on, original_on=since)
    if {(leg.account, leg.amount) for leg in entry.legs} != {(leg.account, -leg.amount) for leg in original.legs}:
        raise BookRefused("reversal-differs", **about)


def _check_settlement(entry: Entry, state: State) -> None:
    if entry.settles is None:
        return
    about = {"key": entry.key, "settles": entry.settles}
    hold = state.entries.get(entry.settles)
    if hold is None or not entry_kinds()[hold.kind].holds:
        raise BookRefused("settlement-unknown", **about)
    if hold.key in state.reversed:
        raise BookRefused("settlement-reversed", **about, by=state.reversed[hold.key])
    if state.ended.get(hold.key) is not None:
        raise BookRefused("settlement-twice", **about, by=state.ended[hold.key])
    # What the hold held before it was opened again is another's by now: only the balance of the pool would tell.
    since = state.reopened.get(hold.key, hold.on)
    if entry.on < since or (hold.expires is not None and entry.on >= hold.expires):
        raise BookRefused("settlement-date", **about, on=entry.on, since=since, expires=hold.expires or "…")
    held = {leg.account: leg.amount for leg in hold.legs if leg.account.pool == "held"}
    if {leg.account: -leg.amount for leg in entry.legs if leg.account.pool == "held"} != held:
        raise BookRefused("settlement-not-whole", **about)


def _check_lots(entry: Entry, state: State) -> None:
    opened = {lot.serial for lot in entry.lots}
    for serial in sorted(opened):
        if serial in state.lots:
            raise BookRefused("lot-serial-twice", serial=serial, key=entry.key)
    for leg in entry.legs:
        if leg.account.lot is not None and leg.account.lot not in opened and leg.account.lot not in state.lots:
            raise BookRefused("lot-unknown", serial=leg.account.lot, key=entry.key)
    if entry.reverses is None:
        for leg in entry.legs:
            if leg.account.pool == "outside" and leg.amount < 0 and leg.account.lot not in {None, *opened}:
                _check_bounded(str(leg.account.lot), entry, state)


def _check_bounded(serial: str, entry: Entry, state: State) -> None:
    """A lot without a boundary has what its opening gave it: nothing bounds more."""
    if serial not in state.grounds and state.lots[serial].ground is None:
        raise BookRefused("lot-credit-unbounded", serial=serial, key=entry.key)


def _note_entry(entry: Entry, state: State) -> None:
    state.entries[entry.key] = entry
    undone = state.entries[entry.reverses].kind if entry.reverses is not None else ""
    for place in places_of(entry):
        if entry.kind == "opening":
            state.openings[place] = entry.on
        elif undone != "opening":
            state.first[place] = min(entry.on, state.first.get(place, entry.on))
    if entry.settles is not None:
        state.ended[entry.settles] = entry.key
    if entry.reverses is not None:
        state.reversed[entry.reverses] = entry.key
        hold = state.entries[entry.reverses].settles
        if hold is not None:
            state.ended[hold] = None
            state.reopened[hold] = entry.on
    for lot in entry.lots:
        state.lots[lot.serial] = lot
        state.opened_by[lot.serial] = entry.key
        if lot.ground is not None:
            state.grounds[lot.serial] = lot.ground


def _check_attachment(attachment: Attachment, state: State) -> None:
    if attachment.lot not in state.lots:
        raise BookRefused("lot-unknown", serial=attachment.lot, key=attachment.key)
    if attachment.lot in state.grounds:
        raise BookRefused("lot-has-ground", serial=attachment.lot, key=attachment.key)


def _check_closing(closing: Closing, state: State) -> None:
    before = state.closed.get(closing.place)
    if before is not None and closing.through <= before:
        raise BookRefused(
            "closing-backwards", key=closing.key, place=closing.place, through=closing.through, before=before
        )
