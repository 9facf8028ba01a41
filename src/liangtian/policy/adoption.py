"""Which places adopted which documents, from when: only adopted documents bind a case."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from liangtian.errors import LiangtianError
from liangtian.onemap.places import lies_in
from liangtian.policy.document import Document


@dataclass(frozen=True, slots=True)
class Adoption:
    """A place, with all places inside it, adopts a document from a day on, to a last day if it ended."""

    place: str
    document: str
    since: date
    until: date | None = None


def read_adoptions(text: str, source: str) -> tuple[Adoption, ...]:
    """Read the text of an `adopts.toml`.

    Raises
    ------
    LiangtianError (adopts-unreadable): not TOML, or a block without place, document and since
    """
    try:
        blocks = tomllib.loads(text)["adopts"]
        adoptions = tuple(Adoption(**block) for block in blocks)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as cause:
        raise LiangtianError("adopts-unreadable", source=source, reason=str(cause)) from cause
    for each in adoptions:
        days = [each.since, *([] if each.until is None else [each.until])]
        if not (isinstance(each.place, str) and isinstance(each.document, str) and all(type(d) is date for d in days)):
            raise LiangtianError("adopts-unreadable", source=source, reason=f"{each.place!r} {each.since!r}")
    return adoptions


def read_names(text: str, source: str) -> dict[str, str]:
    """The `[names]` of an `adopts.toml`: code of a place → what it is called, for those no layer names.

    Raises
    ------
    LiangtianError (adopts-unreadable): not TOML, or a name that is no text

    Examples
    --------
    >>> read_names('[names]\\n339901 = "示范县"', "adopts.toml")
    {'339901': '示范县'}
    """
    try:
        names = dict(tomllib.loads(text).get("names", {}))
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as cause:
        raise LiangtianError("adopts-unreadable", source=source, reason=str(cause)) from cause
    for code, name in names.items():
        if not isinstance(name, str):
            raise LiangtianError("adopts-unreadable", source=source, reason=f"{code} = {name!r}")
    return names


@cache
def demonstration_adoptions() -> tuple[Adoption, ...]:
    """The adoptions shipped for the invented demonstration places."""
    return read_adoptions(_shipped(), "adopts.toml")


@cache
def demonstration_names() -> Mapping[str, str]:
    """What the invented demonstration places are called."""
    return read_names(_shipped(), "adopts.toml")


def _shipped() -> str:
    return resources.files("liangtian.policy").joinpath("adopts.toml").read_text("utf-8")


def adopted(
    documents: Mapping[str, Document],
    adoptions: Iterable[Adoption],
    *,
    on: date,
    place: str,
    within: tuple[str, ...] = (),
) -> dict[str, Document]:
    """Pick the documents that bind a place on a day, in the order given; our technical values are always among them.

    Parameters
    ----------
    within : for a place without a code, the places it lies in, nearest first

    Raises
    ------
    LiangtianError (adopts-unknown-document): an adoption names a document that is not there

    Examples
    --------
    >>> from liangtian.rules.documents import DOCUMENTS
    >>> found = adopted(DOCUMENTS, demonstration_adoptions(), on=date(2020, 1, 1), place="339901001")
    >>> "wenzhou-2019" in found, "haining-2021" in found
    (True, False)
    """
    entries = tuple(adoptions)
    for each in entries:
        if each.document not in documents:
            raise LiangtianError("adopts-unknown-document", document=each.document, known="、".join(documents))
    chosen = {each.document for each in entries if any(_covers(each, on, one) for one in (place, *within))}
    return {
        name: document
        for name, document in documents.items()
        if document.since <= on and (name in chosen or not document.needs_adoption)
    }


def _covers(adoption: Adoption, on: date, place: str) -> bool:
    return adoption.since <= on and (adoption.until is None or on <= adoption.until) and lies_in(place, adoption.place)
