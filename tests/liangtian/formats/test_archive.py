"""Zips from strangers: unpacked safely or refused with one reason, nothing written outside the folder."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from liangtian.errors import FileUnreadable
from liangtian.formats.archive import Limits, datasets, member_name, one_dataset, unpack


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def refusal(source: bytes | Path, folder: Path, **limits: int) -> str:
    with pytest.raises(FileUnreadable) as caught:
        unpack(source, folder, limits=Limits(**limits))
    return caught.value.message_id


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_unpack_keeps_names_and_content(tmp_path: Path) -> None:
    folder = unpack(zipped({"330481海宁市/矢量数据/DLTB.shp": b"shape", "说明.txt": b"text"}), tmp_path)

    assert files(folder) == ["330481海宁市/矢量数据/DLTB.shp", "说明.txt"]
    assert (folder / "说明.txt").read_bytes() == b"text"


def test_unpack_reads_from_disk(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.shp": b"x"}))

    assert files(unpack(tmp_path / "a.zip", tmp_path)) == ["a.shp"]


def test_unpack_repairs_gbk_names_with_a_backslash_byte(tmp_path: Path) -> None:
    # 乗 is 81 5C in GBK: its second byte is a backslash. The UTF-8 mark of the name is taken away.
    name = "图斑\\乗.shp".encode("gbk")
    placeholder = "x" * len(name)
    content = zipped({placeholder: b"x"}).replace(placeholder.encode(), name)

    assert files(unpack(content, tmp_path)) == ["图斑/乗.shp"]


def test_unpack_leaves_out_litter(tmp_path: Path) -> None:
    folder = unpack(zipped({"a.shp": b"x", "__MACOSX/._a.shp": b"y", "d/.DS_Store": b"z"}), tmp_path)

    assert files(folder) == ["a.shp"]


@pytest.mark.parametrize(
    "name", ["../a.shp", "x/../../a.shp", "/etc/a.shp", "C:\\a.shp", "..\\a.shp", "a\x07.shp", "\\\\server\\a.shp"]
)
def test_unpack_refuses_paths_outside(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()

    assert refusal(zipped({"good.shp": b"x", name: b"x"}), inner) == "file-zip-unsafe"
    assert files(tmp_path) == []


def test_unpack_refuses_links(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.shp")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(info, "/etc/passwd")

    assert refusal(stream.getvalue(), tmp_path) == "file-zip-unsafe"


def test_unpack_refuses_names_differing_only_in_case(tmp_path: Path) -> None:
    assert refusal(zipped({"a.shp": b"x", "A.SHP": b"y"}), tmp_path) == "file-zip-unsafe"


def test_unpack_refuses_an_archive_in_the_archive(tmp_path: Path) -> None:
    assert refusal(zipped({"inner.zip": zipped({"a.shp": b"x"})}), tmp_path) == "file-zip-nested"


def test_unpack_refuses_a_bomb_by_ratio_total_and_count(tmp_path: Path) -> None:
    bomb = zipped({"a.shp": b"\0" * 5_000_000})

    assert refusal(bomb, tmp_path, ratio_from=1_000_000) == "file-zip-too-big"
    assert refusal(bomb, tmp_path, total_bytes=4_000_000) == "file-zip-too-big"
    assert refusal(zipped({"a": b"", "b": b"", "c": b""}), tmp_path, files=2) == "file-zip-too-big"
    assert files(tmp_path) == []


def test_unpack_never_writes_more_than_a_lying_directory_states(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.shp": b"\0" * 5_000_000}))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")

    assert refusal(bytes(content), tmp_path) == "file-zip-broken"
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.shp")) <= 10


def test_unpack_refuses_a_password(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.shp": b"x"}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1

    assert refusal(bytes(content), tmp_path) == "file-zip-encrypted"


def test_unpack_tells_a_broken_zip_from_none(tmp_path: Path) -> None:
    whole = zipped({"a.shp": bytes(range(256)) * 40})
    wrong = bytearray(whole)
    wrong[60] ^= 0xFF

    assert refusal(b"no archive at all", tmp_path) == "file-not-zip"
    assert refusal(whole[: len(whole) // 2], tmp_path / "half") == "file-zip-broken"
    assert refusal(bytes(wrong), tmp_path / "wrong") == "file-zip-broken"


def test_unpack_refuses_an_unknown_compression(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.shp": b"x"}))
    content[8] = content[content.rindex(b"PK\x01\x02") + 10] = 97

    assert refusal(bytes(content), tmp_path) == "file-zip-broken"


def test_unpack_refuses_a_member_before_the_archive(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.shp": b"x"}))
    # A directory that claims to begin later than it does shifts every member to the left.
    end = content.rindex(b"PK\x05\x06")
    offset = int.from_bytes(content[end + 16 : end + 20], "little")
    content[end + 16 : end + 20] = (offset + 10).to_bytes(4, "little")

    assert refusal(bytes(content), tmp_path) == "file-zip-broken"


def test_member_name_keeps_what_it_cannot_repair() -> None:
    neither = b"\xff\xff.shp".decode("cp437")

    assert member_name(zipfile.ZipInfo(neither)) == neither
    assert member_name(zipfile.ZipInfo("图.shp")) == "图.shp"


def test_datasets_names_a_geodatabase_zipped_without_its_folder(tmp_path: Path) -> None:
    folder = unpack(zipped({"a00000001.gdbtable": b"x", "a00000001.gdbtablx": b"x"}), tmp_path)

    assert [path.name for path in datasets(folder)] == ["unpacked.gdb"]


def test_one_dataset_prefers_the_layer_to_the_notes_beside_it(tmp_path: Path) -> None:
    folder = unpack(zipped({"DLTB.shp": b"x", "DLTB.dbf": b"x", "说明.txt": b"x"}), tmp_path)

    assert one_dataset(folder, name="a.zip").name == "DLTB.shp"


def test_one_dataset_asks_when_there_are_several_and_takes_the_named(tmp_path: Path) -> None:
    folder = unpack(zipped({"DLTB.shp": b"x", "图层/XZQ.gpkg": b"x"}), tmp_path)

    with pytest.raises(FileUnreadable) as caught:
        one_dataset(folder, name="a.zip")
    assert caught.value.message_id == "file-zip-several"
    assert caught.value.params == {"file": "a.zip", "names": "DLTB.shp、图层/XZQ.gpkg"}
    assert one_dataset(folder, name="a.zip", wanted="XZQ").name == "XZQ.gpkg"


def test_one_dataset_refuses_a_zip_without_data(tmp_path: Path) -> None:
    folder = unpack(zipped({"readme.md": b"x"}), tmp_path)

    with pytest.raises(FileUnreadable) as caught:
        one_dataset(folder, name="a.zip")
    assert caught.value.message_id == "file-zip-no-dataset"


@pytest.mark.parametrize(
    "members", [{"a": b"x", "a/b.txt": b"y"}, {"n" * 300 + ".txt": b"x"}, {"a//b": b"x", "a/b": b"y"}]
)
def test_unpack_refuses_names_no_folder_can_hold(tmp_path: Path, members: dict[str, bytes]) -> None:
    assert refusal(zipped(members), tmp_path) == "file-zip-broken"
