"""How much memory a computation may take: past it the work ends with one sentence, and the machine lives on."""

from __future__ import annotations

import resource

# What says so without an exception of its own: GEOS and HiGHS, threads, BLAS, the loader of modules, the system.
WORDS = (
    "bad_alloc", "MemoryError", "can't start new thread", "Failed to launch worker thread", "Memory allocation",
    "failed to map", "Cannot allocate memory",
)  # fmt: skip


def limit(bytes_max: int) -> None:
    """Let this process take no more than this of its own.

    Data only, not address space: snapshots are mapped from their files, and mapping a large one takes no memory.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (bytes_max, bytes_max))


def is_exhausted(error: BaseException) -> bool:
    """Whether this is what a library says when it gets no memory.

    Examples
    --------
    >>> is_exhausted(MemoryError()), is_exhausted(RuntimeError("std::bad_alloc")), is_exhausted(RuntimeError("no"))
    (True, True, False)
    """
    return isinstance(error, MemoryError) or says_exhausted(str(error))


def says_exhausted(text: str) -> bool:
    """Whether the last words of a process that died say so."""
    return any(word in text for word in WORDS)
