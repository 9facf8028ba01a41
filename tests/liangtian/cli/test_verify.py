"""`liangtian verify`: what it prints and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bookkeeping import acceptance, square
from bundles import bundle_bytes, members, packed, read
from liangtian.cli.main import cli
from liangtian.cli.main import main as run_main
from liangtian.ledger.bundle import SEALS

SOUND = bundle_bytes(decided=True)
HEAD = ("--head", read(SOUND).manifest.head)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "book.zip"
    path.write_bytes(SOUND)
    return path


def test_a_sound_book_is_verified_in_nine_lines(bundle: Path) -> None:
    done = run("verify", bundle, "--on", "2024-06-01", *HEAD)
    first, *lines = done.output.splitlines()
    assert done.exit_code == 0
    assert "示范县" in first
    assert first.endswith(read(SOUND).manifest.head)
    assert [line[:9] for line in lines] == [f"✓ BOOK-0{number}" for number in range(1, 10)]


def test_english_says_the_same(bundle: Path) -> None:
    done = run("--lang", "en", "verify", bundle)
    assert done.output.splitlines()[1] == "✓ BOOK-01 The chain of seals is whole, and every record is as it was sealed."


def test_an_altered_record_is_named_and_fails(tmp_path: Path) -> None:
    contents = members(SOUND)
    path = tmp_path / "book.zip"
    path.write_bytes(packed(contents | {"records.jsonl": contents["records.jsonl"].replace(b'"wang"', b'"wei2"', 1)}))
    done = run("verify", path, "--json")
    data = json.loads(done.output)
    assert (done.exit_code, data["outcome"]) == (1, "fail")
    failed = [(row["rule"], row["params"]) for row in data["findings"] if row["outcome"] == "fail"]
    assert failed == [("BOOK-01", {"at": 2, "key": "in-A"})]


def test_what_is_not_sealed_cannot_be_told(tmp_path: Path) -> None:
    contents = members(SOUND)
    manifest = json.loads(contents["manifest.json"])
    seals = contents[SEALS].splitlines(keepends=True)[:-1]
    head = json.loads(seals[-1])["seal"]
    manifest |= {"seals": len(seals), "head": head}
    path = tmp_path / "book.zip"
    path.write_bytes(packed(contents | {SEALS: b"".join(seals), "manifest.json": json.dumps(manifest).encode()}))
    done = run("verify", path)
    assert done.exit_code == 3
    assert "? BOOK-01" in done.output


def test_a_published_head_is_asked_for(bundle: Path) -> None:
    assert run("verify", bundle, "--head", read(SOUND).manifest.head).exit_code == 0
    assert run("verify", bundle, "--head", "0" * 64).exit_code == 1


def test_without_the_published_head_the_end_cannot_be_told(bundle: Path) -> None:
    done = run("verify", bundle)
    assert done.exit_code == 3
    assert [line[:9] for line in done.output.splitlines() if not line.startswith("✓")][1:] == ["? BOOK-02"]
    assert read(SOUND).manifest.head in done.output.splitlines()[2]


def test_the_tolerance_is_that_of_the_rulebook(tmp_path: Path) -> None:
    path = tmp_path / "book.zip"
    touching = acceptance("A", 10, square(0)), acceptance("B", 10, square(1, shift=-0.005))
    path.write_bytes(bundle_bytes(touching, decided=True))
    assert run("verify", path, "--head", read(path.read_bytes()).manifest.head).exit_code == 0
    crossing = acceptance("A", 10, square(0)), acceptance("B", 10, square(1, shift=-0.05))
    path.write_bytes(bundle_bytes(crossing))
    assert run("verify", path).exit_code == 1


def test_without_their_decisions_acceptances_cannot_be_told(bundle: Path) -> None:
    bundle.write_bytes(bundle_bytes())
    done = run("verify", bundle, *HEAD)
    assert done.exit_code == 3
    assert [line[:9] for line in done.output.splitlines() if not line.startswith("✓")][1:] == ["? BOOK-09"]


def test_a_file_that_is_no_bundle_exits_with_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "book.zip"
    path.write_bytes(b"not a zip")
    monkeypatch.setattr("sys.argv", ["liangtian", "verify", str(path)])
    with pytest.raises(SystemExit) as ended:
        run_main()
    assert ended.value.code == 3
    assert "book.zip" in capsys.readouterr().err
