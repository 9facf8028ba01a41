"""A missing or altered snapshot is known at once, refuses its layer by name, and is repaired by publishing again."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from liangtian.errors import CatalogueError
from liangtian.messages import render_error
from liangtian.onemap import seal
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.layers import LAYERS
from liangtian.onemap.publish import publish
from parcel_tables import parcels


def published(home: Path) -> LayerVersion:
    return publish(
        parcels(), LAYERS["DLTB"], place="339901", on=date(2023, 12, 31), home=home, publisher="t",
        recorded_at="2024-01-01T00:00:00Z",
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Catalogue(tmp_path).snapshot_path(published(tmp_path).digest)


def lose(file: Path) -> None:
    file.unlink()


def alter(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


DAMAGE = {"missing": lose, "altered": alter, "cut short": cut_short}


def test_a_published_snapshot_is_sealed_and_sound(tmp_path: Path, file: Path) -> None:
    assert seal.state(file) == "sound"
    assert Catalogue(tmp_path).unsound() == []


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_snapshot_is_reported_refused_and_repaired(tmp_path: Path, file: Path, name: str) -> None:
    DAMAGE[name](file)
    catalogue = Catalogue(tmp_path)
    state = "missing" if name == "missing" else "altered"
    assert [(v.name, found) for v, found in catalogue.unsound()] == [("DLTB@339901@2023-12-31", state)]
    with pytest.raises(CatalogueError) as error:
        catalogue.index_of(file.stem)
    assert error.value.message_id == f"layer-snapshot-{state}"
    assert "DLTB@339901@2023-12-31" in render_error(error.value)
    assert published(tmp_path).digest == file.stem
    assert catalogue.unsound() == []
    assert len(catalogue.index_of(file.stem)) == 7


def test_an_index_made_of_an_altered_file_does_not_outlive_the_repair(tmp_path: Path, file: Path) -> None:
    catalogue = Catalogue(tmp_path)
    shutil.rmtree(catalogue.index_path(file.stem))
    catalogue.index_path(file.stem).mkdir()
    (catalogue.index_path(file.stem) / "head.json").write_text("{}")
    alter(file)
    published(tmp_path)
    assert len(catalogue.index_of(file.stem)) == 7


def test_a_restored_file_of_another_time_is_the_same_file(tmp_path: Path, file: Path) -> None:
    os.utime(file, (1, 1))
    assert seal.state(file) == "sound"
    assert '"mtime_ns": 1000000000' in seal.seal_path(file).read_text()


def test_verifying_seals_what_was_published_before_there_were_seals(tmp_path: Path, file: Path) -> None:
    seal.seal_path(file).unlink()
    assert seal.state(file) == "unsealed"
    catalogue = Catalogue(tmp_path)
    catalogue.verify(catalogue.entries()[0])
    assert seal.state(file) == "sound"


def test_publishing_over_an_unsealed_file_of_other_content_puts_it_right(tmp_path: Path, file: Path) -> None:
    seal.seal_path(file).unlink()
    cut_short(file)
    published(tmp_path)
    catalogue = Catalogue(tmp_path)
    catalogue.verify(catalogue.entries()[0])


@pytest.mark.parametrize("written", ["", "[]", "{}", "null", '{"size": 1}'])
def test_a_seal_that_is_none_seals_nothing(file: Path, written: str) -> None:
    seal.seal_path(file).write_text(written)
    assert seal.state(file) == "unsealed"
