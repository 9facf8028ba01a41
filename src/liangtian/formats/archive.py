"""Zip files from strangers → a folder on disk, or one clear refusal; then the one dataset inside."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from liangtian.errors import FileUnreadable, is_disk_full

DATASET_SUFFIXES = frozenset(
    {".shp", ".gdb", ".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".dxf", ".kml", ".txt", ".vct"}
)
ARCHIVE_SUFFIXES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".kmz"})
_CHUNK = 1 << 20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
# Every file geodatabase holds its own catalogue under this name.
_GDB_CATALOGUE = "a00000001.gdbtable"


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may grow to. `ratio` counts only above `ratio_from` bytes: blank-padded .dbf files pack 200:1."""

    files: int = 2_000
    total_bytes: int = 8 << 30
    ratio: float = 300.0
    ratio_from: int = 256 << 20


def unpack(source: Path | bytes, into: Path, *, limits: Limits | None = None) -> Path:
    """Unpack a zip below the folder `into`, which the caller owns and removes, and return the folder of its content.

    Nothing is written before every member name has been judged.

    Raises
    ------
    FileUnreadable : file-not-zip, file-zip-unsafe, file-zip-too-big, file-zip-nested, file-zip-encrypted,
        file-zip-broken
    """
    name = source.name if isinstance(source, Path) else "upload.zip"
    limits = limits or Limits()
    try:
        with zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source)) as archive:
            members = _judged_members(archive, name, limits)
            folder = into / "unpacked"
            folder.mkdir(parents=True)
            _extract(archive, members, folder)
    except zipfile.BadZipFile as error:
        message = "file-zip-broken" if _looks_like_zip(source) else "file-not-zip"
        raise FileUnreadable(message, file=name, detail=str(error)) from error
    except (zlib.error, NotImplementedError, EOFError, UnicodeDecodeError) as error:
        raise FileUnreadable("file-zip-broken", file=name, detail=str(error)) from error
    except OSError as error:  # a member that is a folder of another, a name no file can have
        if is_disk_full(error):
            raise
        raise FileUnreadable("file-zip-broken", file=name, detail=error.strerror or str(error)) from error
    return folder


def _looks_like_zip(source: Path | bytes) -> bool:
    if isinstance(source, bytes):
        return source.startswith(b"PK")
    with source.open("rb") as stream:
        return stream.read(2) == b"PK"


def _judged_members(archive: zipfile.ZipFile, name: str, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Safe relative path → member, for every file worth unpacking."""
    infos = archive.infolist()
    _judge_size(infos, name, limits)
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        path = safe_path(member_name(info), archive=name)
        if info.is_dir() or path.endswith("/") or _is_litter(path):
            continue
        _judge_member(info, path, name)
        if path.casefold() in members:
            raise FileUnreadable("file-zip-unsafe", file=name, member=path)
        members[path.casefold()] = info
    return {safe_path(member_name(info), archive=name): info for info in members.values()}


def _judge_size(infos: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    total, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    is_bomb = total > limits.ratio_from and total > limits.ratio * max(packed, 1)
    if len(infos) > limits.files or total > limits.total_bytes or is_bomb:
        raise FileUnreadable("file-zip-too-big", file=name, files=len(infos), megabytes=total >> 20)


def _judge_member(info: zipfile.ZipInfo, path: str, name: str) -> None:
    if info.header_offset < 0:
        raise zipfile.BadZipFile(f"{path} begins before the archive")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise FileUnreadable("file-zip-unsafe", file=name, member=path)
    if info.flag_bits & _ENCRYPTED:
        raise FileUnreadable("file-zip-encrypted", file=name)
    if PurePosixPath(path).suffix.lower() in ARCHIVE_SUFFIXES:
        raise FileUnreadable("file-zip-nested", file=name, member=path)


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name as its author wrote it: Chinese Windows writes GBK without saying so.

    Examples
    --------
    >>> info = zipfile.ZipInfo("图斑.shp".encode("gbk").decode("cp437"))
    >>> member_name(info)
    '图斑.shp'
    """
    if info.flag_bits & _UTF8_NAME or info.filename.isascii():
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def safe_path(member: str, *, archive: str) -> str:
    """The member's path below the folder, or a refusal: no absolute path, drive, `..` or control character.

    Examples
    --------
    >>> safe_path("矢量数据\\\\DLTB.shp", archive="a.zip")
    '矢量数据/DLTB.shp'
    """
    path = member.replace("\\", "/")
    parts = PurePosixPath(path).parts
    is_absolute = path.startswith("/") or ":" in path
    if is_absolute or ".." in parts or not path.isprintable() or not parts:
        raise FileUnreadable("file-zip-unsafe", file=archive, member=ascii(member)[1:-1])
    return path


def _is_litter(path: str) -> bool:
    """What Finder and Explorer leave behind."""
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or parts[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _extract(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    """Unpack; no member yields more bytes than its directory entry claims, and those claims have been judged."""
    for path, info in members.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as packed, target.open("xb") as out:
            shutil.copyfileobj(packed, out, _CHUNK)


def datasets(folder: Path) -> list[Path]:
    """Every dataset below a folder, sorted; a file geodatabase is one dataset and is not looked into."""
    return sorted(_walk(folder))


def _walk(folder: Path) -> Iterator[Path]:
    if (folder / _GDB_CATALOGUE).exists():
        yield _named_gdb(folder)
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _walk(path)
        elif path.suffix.lower() in DATASET_SUFFIXES:
            yield path


def _named_gdb(folder: Path) -> Path:
    """GDAL knows a geodatabase by its folder's suffix, which is lost when only its content was zipped."""
    if folder.suffix.lower() == ".gdb":
        return folder
    return folder.rename(folder.with_name(f"{folder.name}.gdb"))


def one_dataset(folder: Path, *, name: str, wanted: str | None = None) -> Path:
    """The one dataset of an unpacked archive, or the one whose stem is `wanted` where it holds several.

    Raises
    ------
    FileUnreadable : file-zip-no-dataset, file-zip-several
    """
    found = datasets(folder)
    if not found:
        raise FileUnreadable("file-zip-no-dataset", file=name)
    named = [path for path in found if path.stem == wanted]
    if len(named) == 1:
        return named[0]
    if len(found) > 1:
        # A survey set often carries a read-me or a metadata text beside its one layer.
        found = [path for path in found if path.suffix.lower() not in {".txt", ".json"}] or found
    if len(found) > 1:
        names = "、".join(str(path.relative_to(folder)) for path in found)
        raise FileUnreadable("file-zip-several", file=name, names=names)
    return found[0]
