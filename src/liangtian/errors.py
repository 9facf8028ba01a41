"""One root, few children, stable codes. A failed rule is a Finding; an exception means we could not conclude."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence


class LiangtianError(Exception):
    """Stop with one sentence: `message_id` names it in `locale/*.toml`, `params` fill it in.

    Every sentence says what, where, why and what to do; `liangtian.messages.render_error` renders it.
    """

    code = "error"

    def __init__(self, message_id: str, **params: object) -> None:
        super().__init__(message_id, params)
        self.message_id = message_id
        self.params = params

    def __str__(self) -> str:
        return f"{self.message_id} {self.params}"

    @property
    def plain(self) -> dict[str, int | str]:
        """The params as JSON keeps them for a sentence said later: whole numbers, which it may format, and text."""
        return {name: value if type(value) is int else str(value) for name, value in self.params.items()}


class FileUnreadable(LiangtianError):
    """The bytes are not what the name promises: truncated, empty, unsafe or of an unknown format."""

    code = "file-unreadable"


class LayerInvalid(LiangtianError):
    """The table cannot be used as the layer it is offered as."""

    code = "layer-invalid"


class CrsMismatch(LiangtianError):
    """The coordinate system is missing, contradictory or not one that can be measured in."""

    code = "crs-mismatch"


class ParameterMissing(LiangtianError):
    """No value of a parameter is in force on the date and at the place."""

    code = "parameter-missing"


class CatalogueError(LiangtianError):
    """A snapshot or catalogue entry is missing, altered or contradicts another."""

    code = "catalogue-error"


class EngineUnavailable(LiangtianError):
    """The engine asked for cannot run: a package, a jar, the master or its workers are missing or of another version."""

    code = "engine-unavailable"


class DocumentRefused(LiangtianError):
    """A document or a file of values cannot be decided by; `defects` says every one, with file and line."""

    code = "document-refused"

    def __init__(self, source: str, defects: Sequence[LiangtianError]) -> None:
        super().__init__("document-refused", source=source, count=len(defects))
        self.defects = tuple(defects)


class BookRefused(LiangtianError):
    """The book does not take this entry, lot or closing; it is unchanged."""

    code = "book-refused"


class Unbalanced(BookRefused):
    """The legs of an entry do not sum to zero for an index, or within a lot."""

    code = "unbalanced"


def is_disk_full(error: BaseException) -> bool:
    """Whether a full disk is behind an error, by its number or by the words of a library that keeps none.

    Examples
    --------
    >>> is_disk_full(OSError(errno.ENOSPC, "No space left on device")), is_disk_full(OSError(errno.EACCES, "denied"))
    (True, False)
    """
    return any(_names_full_disk(each) for each in chain_of(error))


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it came from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _names_full_disk(error: BaseException) -> bool:
    if not isinstance(error, OSError):
        return "No space left on device" in str(error)
    short = error.errno is None and " requested and " in str(error)  # numpy, which wrote a part
    return error.errno in {errno.ENOSPC, errno.EDQUOT} or short
