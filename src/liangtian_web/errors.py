"""One table from error to HTTP status, and the errors of starting up, which come before any page or language exists."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg

from liangtian import errors
from liangtian.errors import (
    CatalogueError,
    CrsMismatch,
    DocumentRefused,
    FileUnreadable,
    LayerInvalid,
    LiangtianError,
    ParameterMissing,
    chain_of,
)

SAID = 3  # exit code of a program that has said in one sentence why it ends


class StartError(Exception):
    """Stop the program with one sentence, said in both languages because nobody has chosen one yet."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")


def disk_full(where: object) -> StartError:
    """The message of a full disk."""
    return StartError(
        f"磁盘已满，不能写入 {where}。请腾出至少 1 GB 后重试，已有数据不受影响。",
        f"The disk is full: cannot write to {where}. Free at least 1 GB and start again; nothing is lost.",
    )


ROOM_MIN = 64 * 2**20  # bytes: the database writes its log 16 MB at a time, and ends itself where it cannot


def is_disk_full(error: BaseException, home: Path) -> bool:
    """Whether a full disk is behind an error: the file system's, the database's, or one that ended the database."""
    database = [each for each in chain_of(error) if isinstance(each, psycopg.OperationalError)]
    return errors.is_disk_full(error) or (bool(database) and has_no_room(home))


def has_no_room(home: Path) -> bool:
    """Whether the disk of the home folder is as good as full."""
    return shutil.disk_usage(home).free < ROOM_MIN


class VersionConflict(LiangtianError):
    """The page was based on an older state than the database holds now."""

    code = "version-conflict"


class StageRefused(LiangtianError):
    """The step is not open at this stage."""

    code = "stage-refused"


STATUS: dict[type[LiangtianError], int] = {
    FileUnreadable: 400,
    LayerInvalid: 400,
    CrsMismatch: 400,
    DocumentRefused: 400,
    ParameterMissing: 409,
    CatalogueError: 409,
    VersionConflict: 409,
    StageRefused: 409,
}


def status_of(error: LiangtianError) -> int:
    """HTTP status of an error; a child without a row takes its parent's.

    Examples
    --------
    >>> status_of(LayerInvalid("x")), status_of(LiangtianError("x"))
    (400, 409)
    """
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)
