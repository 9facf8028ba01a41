"""Registered persons by village: read, refused with the line, written and read back."""

from pathlib import Path

import pytest

from liangtian.errors import LiangtianError
from liangtian.formats.persons import read_persons, write_persons


def test_persons_are_read_with_or_without_a_heading(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_text("村代码,户籍人口\n339901101201,1203\n\n3399011012020000000, 087 ,x\n", "utf-8-sig")
    assert read_persons(path) == {"339901101201": 1203, "339901101202": 87}


@pytest.mark.parametrize(
    ("text", "message_id", "row"),
    [
        ("339901101201,\n", "potential-population-bad", 1),
        ("339901101201,0\n", "potential-population-bad", 1),
        ("339901101201,12.5\n", "potential-population-bad", 1),
        ("code,persons\n3399011012,5\n", "potential-population-bad", 2),
        ("339901101201,1\n339901101201,2\n", "potential-population-twice", 2),
    ],
)
def test_a_bad_line_is_named(text: str, message_id: str, row: int, tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(LiangtianError) as error:
        read_persons(path)
    assert (error.value.message_id, error.value.params["row"]) == (message_id, row)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LiangtianError) as error:
        read_persons(path)
    assert error.value.message_id == "file-not-text"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    persons = {"339901101202": 87, "339901101201": 1203}
    write_persons(persons, tmp_path / "persons.csv")
    assert read_persons(tmp_path / "persons.csv") == persons


def test_the_text_of_a_chinese_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_bytes("村代码,户籍人口\r\n339901101201,900\r\n".encode("gb18030"))
    assert read_persons(path) == {"339901101201": 900}


def test_a_cell_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_bytes(b"1" * 200_000)
    with pytest.raises(LiangtianError) as error:
        read_persons(path)
    assert error.value.message_id == "file-not-text"
