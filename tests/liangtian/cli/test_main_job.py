"""The main job on the command line: publish layers, check a boundary, read the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyproj import CRS

from liangtian.cli.main import cli
from liangtian.cli.main import main as run_main
from liangtian.formats.vector import write
from liangtian.space.crs import reproject
from squares import PLANE, boundary, cell, home

__all__ = ["home"]


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.gpkg"
    write(boundary(cell(0.5, 0, 1)), path)
    return path


def test_a_check_cites_clauses_and_exits_with_its_outcome(home: Path, site: Path) -> None:
    done = run("check", site, "--on", "2024-06-01", "--kind", "batch", "--home", home, "--json")
    data = json.loads(done.output)
    assert done.exit_code == 1
    assert data["documents"][:2] == ["wenzhou-2019", "haining-2021"]
    failed = {row["rule"] for row in data["findings"] if row["outcome"] == "fail"}
    assert "wenzhou-2019（二）.1" in failed
    basic = next(row for row in data["findings"] if row["rule"] == "wenzhou-2019（二）.1")
    assert basic["parcels"] == ["P1"]
    assert any(step["kind"] == "fact" and step["name"] == "basic_farmland_overlap_m2" for step in basic["trace"])


def test_the_same_question_gives_the_same_bytes(home: Path, site: Path) -> None:
    words = ("check", site, "--on", "2024-06-01", "--kind", "batch", "--home", home, "--json")
    assert run(*words).output == run(*words).output


def test_areas_have_two_decimals_in_the_text(home: Path, site: Path) -> None:
    text = run("check", site, "--on", "2024-06-01", "--home", home, "--json").output
    assert '"red_line": {\n  "overlap_m2": 0.00,' in text


def test_before_the_documents_nothing_binds(home: Path, site: Path) -> None:
    done = run("check", site, "--on", "2019-01-15", "--place", "339901", "--home", home, "--json")
    data = json.loads(done.output)
    assert (done.exit_code, data["documents"], data["findings"]) == (0, ["liangtian-2026"], [])


def test_a_place_without_documents_is_told_that_nothing_was_judged(home: Path, site: Path) -> None:
    done = run("check", site, "--on", "2024-06-01", "--place", "330481", "--home", home)
    assert "没有采用" in done.output


def test_declared_facts_change_the_answer(home: Path, site: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.toml"
    facts.write_text("major_project = true\noccupation_demonstrated = true\n", "utf-8")
    words = ("check", site, "--on", "2024-06-01", "--kind", "single-site", "--home", home, "--json")

    def outcome(*more: str | Path) -> str:
        rows = json.loads(run(*words, *more).output)["findings"]
        return str(next(row["outcome"] for row in rows if row["rule"] == "wenzhou-2019（二）.1"))

    assert (outcome(), outcome("--facts", facts)) == ("unknown", "pass")


def test_a_named_version_is_used_instead_of_the_newest(home: Path, site: Path) -> None:
    done = run("check", site, "--on", "2024-06-01", "--home", home, "--version", "DLTB=00000000", "--json")
    assert done.exception is not None


def test_publish_reports_and_refuses(tmp_path: Path) -> None:
    source = tmp_path / "zones.gpkg"
    write(boundary(cell(0, 0), cell(1, 0)), source)
    done = run("publish", "STBHHX", source, "--place", "339901", "--on", "2023-12-31", "--home", tmp_path / "home")
    assert done.exit_code == 0, done.output
    listed = run("layers", "--home", tmp_path / "home", "--verify").output.split("\t")
    assert listed[:4] == ["STBHHX", "339901", "2023-12-31", "2"]


def test_publishing_twice_changes_nothing(tmp_path: Path) -> None:
    source = tmp_path / "zones.gpkg"
    write(boundary(cell(0, 0)), source)
    words = ("publish", "STBHHX", source, "--place", "339901", "--on", "2023-12-31", "--home", tmp_path / "home")
    run(*words)
    before = sorted((p.name, p.stat().st_mtime_ns) for p in (tmp_path / "home").rglob("*.parquet"))
    run(*words)
    assert sorted((p.name, p.stat().st_mtime_ns) for p in (tmp_path / "home").rglob("*.parquet")) == before
    assert len(list((tmp_path / "home" / "catalogue").rglob("*.json"))) == 1


def test_publishing_again_heals_a_torn_snapshot(tmp_path: Path) -> None:
    source = tmp_path / "zones.gpkg"
    write(boundary(cell(0, 0)), source)
    words = ("publish", "STBHHX", source, "--place", "339901", "--on", "2023-12-31", "--home", tmp_path / "home")
    run(*words)
    snapshot = next((tmp_path / "home" / "snapshots").glob("*.parquet"))
    snapshot.write_bytes(snapshot.read_bytes()[:100])
    run(*words)
    assert run("layers", "--home", tmp_path / "home", "--verify").exit_code == 0


def test_area_prints_json(tmp_path: Path) -> None:
    source = tmp_path / "plots.gpkg"
    write(boundary(cell(0, 0), cell(3, 3, 2, 2)), source)
    data = json.loads(run("area", source, "--json").output)
    assert [row["id"] for row in data["features"]] == ["1", "2"]
    assert data["total_m2"] == pytest.approx(sum(row["area_m2"] for row in data["features"]))
    assert 9990 < data["features"][0]["area_m2"] < 10000


@pytest.mark.parametrize(("lang", "total", "units"), [("zh", "合计", ("亩", "公顷")), ("en", "total", ("mu", "ha"))])
def test_units_are_in_the_language_asked_for(
    home: Path, site: Path, lang: str, total: str, units: tuple[str, str]
) -> None:
    last = run("--lang", lang, "area", site).output.splitlines()[-1].split("\t")
    assert (last[0], last[2].split()[1], last[3].split()[1]) == (total, *units)
    figures = run("--lang", lang, "check", site, "--on", "2024-06-01", "--home", home).output.splitlines()[1]
    assert figures.split()[-1] == units[0]


def test_what_was_assumed_about_the_boundary_stands_in_the_result(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "wgs.geojson"
    degrees = reproject(boundary(cell(0.5, 0)).geometry, PLANE, CRS.from_epsg(4326))
    write(boundary(*degrees, crs=CRS.from_epsg(4326)), path)
    done = run("check", path, "--on", "2024-06-01", "--home", home, "--json")
    notes = json.loads(done.output)["boundary"]["notes"]
    assert any("WGS" in note["message"] for note in notes)


def test_usage_errors_exit_with_2(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["liangtian", "check", "x.txt", "--on", "yesterday"])
    with pytest.raises(SystemExit) as stop:
        run_main()
    assert stop.value.code == 2
    assert "2024-06-01" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "place", "code"), [("batch", "339901", 1), ("temporary", "339901", 3), ("batch", "330481", 0)]
)
def test_the_program_exits_with_the_outcome(
    home: Path, site: Path, kind: str, place: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["check", str(site), "--on", "2024-06-01", "--kind", kind, "--place", place, "--home", str(home)]
    monkeypatch.setattr("sys.argv", ["liangtian", *words])
    with pytest.raises(SystemExit) as stop:
        run_main()
    assert stop.value.code == code


def test_errors_are_one_sentence_and_exit_with_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.shp").write_bytes(b"")
    monkeypatch.setattr("sys.argv", ["liangtian", "area", str(tmp_path / "empty.shp")])
    with pytest.raises(SystemExit) as stop:
        run_main()
    assert stop.value.code == 3
    chinese = capsys.readouterr().err.strip()
    assert len(chinese.splitlines()) == 1
    monkeypatch.setenv("LIANGTIAN_LANG", "en")
    with pytest.raises(SystemExit):
        run_main()
    assert capsys.readouterr().err.strip() not in ("", chinese)


def test_the_plane_of_the_squares_is_zone_40() -> None:
    assert PLANE.to_epsg() == 4549


@pytest.fixture
def half_read(home: Path, tmp_path: Path) -> Path:
    """A TXT of two plots, of which the second has a point that is none."""
    path = tmp_path / "half.txt"
    write(boundary(cell(1, 0, 0.5), cell(0.2, 0, 0.5)), path)
    lines = path.read_text("gbk").splitlines()
    header = [number for number, line in enumerate(lines) if line.endswith("@")][1]
    lines[header + 2] = "J2,1,?,570000"
    path.write_text("\n".join(lines), "gbk")
    return path


def test_a_boundary_of_which_a_plot_was_not_read_is_not_concluded_on(home: Path, half_read: Path) -> None:
    words = ("check", half_read, "--on", "2024-06-01", "--kind", "batch", "--home", home, "--json")
    done = run(*words)
    data = json.loads(done.output)
    assert done.exit_code == 3
    assert [note["rule"] for note in data["boundary"]["notes"]] == ["TXT-05", "CHK-02"]
    basic = next(row for row in data["findings"] if row["rule"] == "wenzhou-2019（二）.1")
    assert basic["outcome"] == "unknown"
    assert data["basic_farmland"]["overlap_m2"] == 0


def test_where_no_document_binds_a_plot_not_read_is_still_no_success(home: Path, half_read: Path) -> None:
    done = run("check", half_read, "--on", "2024-06-01", "--place", "330481", "--home", home, "--json")
    assert (done.exit_code, json.loads(done.output)["findings"]) == (3, [])


def test_area_of_a_file_with_a_plot_not_read_names_the_defect_and_fails(half_read: Path) -> None:
    done = run("area", half_read, "--json")
    assert (done.exit_code, len(json.loads(done.stdout)["features"])) == (1, 1)
    assert "“J2,1,?,570000”" in done.stderr
