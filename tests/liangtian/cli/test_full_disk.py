"""A disk that fills while the command line writes: one sentence, nothing half-made, and the same command goes on."""

import sys

import pytest

from liangtian.cli.main import main
from liangtian.datasets import county
from liangtian.formats import vector
from liangtian.onemap.catalogue import Catalogue
from small_disk import enlarge, small_disk

SENTENCE = "磁盘已满，没有写完。已有数据不受影响，也没有发布半成品；腾出空间后重新运行同一条命令。"


@pytest.fixture(scope="module")
def parcels(tmp_path_factory):
    file = tmp_path_factory.mktemp("land") / "DLTB.gpkg"
    vector.write(county.generate(parcels=3000)["DLTB"], file)
    return file


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["liangtian", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


# A megabyte of land: the disk fills while the snapshot is written, while its index is, and while the report is.
@pytest.mark.parametrize("megabytes", [0.1, 0.6, 1.2])
def test_publishing_onto_a_full_disk_publishes_nothing_until_there_is_room(parcels, monkeypatch, capsys, megabytes):
    with small_disk(megabytes) as disk:
        home = disk / "var"
        command = ("publish", "DLTB", parcels, "--place", "339900", "--on", "2023-12-31", "--home", home)
        assert run(monkeypatch, *command) == 3
        assert capsys.readouterr().err.splitlines()[-1] == SENTENCE
        assert Catalogue(home).entries() == []
        assert list(home.rglob("*.partial")) == []
        enlarge(disk, 60)
        assert run(monkeypatch, *command) == 0
        assert [(version.layer, version.rows > 2000) for version in Catalogue(home).entries()] == [("DLTB", True)]


@pytest.mark.parametrize("name", ["land.gpkg", "land.shp", "land.parquet", "land.vct", "land.txt"])
def test_converting_onto_a_full_disk_leaves_nothing(parcels, monkeypatch, capsys, name):
    with small_disk(0.2) as disk:
        assert run(monkeypatch, "convert", parcels, disk / name) == 3
        said = f"{name}：磁盘已满，没有写完，未留下半成品。请腾出空间后重试。"
        assert capsys.readouterr().err.splitlines() == [said]
        assert list(disk.iterdir()) == []
