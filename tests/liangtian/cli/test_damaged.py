"""Each damaged input, published on the command line: one clear message, and nothing is published."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from damaged import DAMAGED, layer, swapped_axes
from liangtian.cli.main import cli
from liangtian.errors import LiangtianError
from liangtian.messages import render_error
from liangtian.onemap.catalogue import Catalogue

REFUSED = {
    "truncated shapefile": "file-truncated",
    "missing dbf": "file-part-missing",
    "bow tie": "publish-refused",
    "wrong zone": "crs-outside-area",
    "swapped axes": "publish-axes-exchanged",
    "zip bomb": "file-zip-too-big",
    "path out of a zip": "file-zip-unsafe",
    "empty file": "file-empty",
    "txt with a broken header": "txt-no-plots",
    "vct with a dangling line": "vct-line-missing",
}


def publish(folder: Path, files: dict[str, bytes], opened: str, *more: str) -> Result:
    source, home = folder / "in", folder / "home"
    source.mkdir()
    for name, data in files.items():
        (source / name).write_bytes(data)
    words = ["publish", "DLTB", source / opened, "--place", "339901", "--on", "2023-12-31", "--home", home, *more]
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_every_damage_is_tried() -> None:
    assert list(REFUSED) == list(DAMAGED)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_input_gets_one_message_and_publishes_nothing(tmp_path: Path, name: str) -> None:
    make, opened = DAMAGED[name]
    done = publish(tmp_path, make(tmp_path / "made"), opened)
    assert isinstance(done.exception, LiangtianError)
    assert done.exception.message_id == REFUSED[name]
    assert Catalogue(tmp_path / "home").entries() == []
    assert list((tmp_path / "home").rglob("*.parquet")) == []


def test_axes_are_exchanged_for_whoever_says_so(tmp_path: Path) -> None:
    done = publish(tmp_path, swapped_axes(tmp_path / "made"), "DLTB.gpkg", "--north-first")
    assert done.exit_code == 0
    (version,) = Catalogue(tmp_path / "home").entries()
    assert version.source["north_first"] is True
    assert version.quality["counts"]["CRS-02"] == 1


def test_gbk_without_cpg_is_read_and_said_once(tmp_path: Path) -> None:
    files = {name: data for name, data in layer(tmp_path / "made", ".shp").items() if not name.endswith(".cpg")}
    done = publish(tmp_path, files, "DLTB.shp", "--dry-run")
    assert done.exit_code == 0
    assert done.output.count('"rule": "FILE-01"') == 1
    assert "GBK" in done.output


def test_what_refuses_a_file_is_said_first(tmp_path: Path) -> None:
    make, opened = DAMAGED["bow tie"]
    done = publish(tmp_path, make(tmp_path / "made"), opened)
    told = [line for line in done.output.splitlines() if "\t" in line]
    assert told[0].startswith("COM-22")
    assert not any(line.startswith("COM-11") for line in told)


def test_a_refusal_says_each_defect_once_and_promises_no_report(tmp_path: Path) -> None:
    make, opened = DAMAGED["bow tie"]
    done = publish(tmp_path, make(tmp_path / "made"), opened)
    assert isinstance(done.exception, LiangtianError)
    said = render_error(done.exception)
    defect = next(line for line in done.output.splitlines() if line.startswith("COM-22")).partition("\t")[2]
    assert (defect in said, "质量报告" in said) == (False, False)
