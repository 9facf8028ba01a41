"""`clauses`, `explain` and `whatif` from the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from liangtian.cli.main import cli
from liangtian.errors import DocumentRefused, LiangtianError

GROW = "（一）.8"  # village land below the low mark may grow
OVERLAY = """
[[value]]
name = "wenzhou-2019（一）.village_land_low_m2_per_person"
since = 2027-01-01
value = 100
unit = "m2/person"
"""
VILLAGE = """
[[case]]
name = "{name}"
on = {on}
place = "339901"
event = "check"
facts = {{ kind = "village", registered_population = 100, village_construction_land_m2 = 8500, planned_village_construction_land_m2 = 8800 }}
"""


POOLED = """
[[opening]]
place = "339901"
party = "county"
pool = "reserve"
index = "quantity_m2"
amount = 5000
"""
for month in ("05", "06", "07"):
    POOLED += f"""
[[case]]
name = "accepted in month {month}"
on = 2020-{month}-01
place = "339901"
event = "acceptance"
[case.facts]
credit_kind = "reclamation"
accepted_amounts = [{{ quantity_m2 = 5000 }}]
provincial_amounts = []
"""


def run(*words):
    return CliRunner().invoke(cli, [*map(str, words)], catch_exceptions=False)


def test_clauses_lists_the_35_and_their_obligations():
    rows = json.loads(run("clauses", "--json").output)
    assert [row["document"] for row in rows] == ["wenzhou-2019"] * 20 + ["haining-2021"] * 15
    assert (rows[5]["clause"], rows[22]["clause"]) == ("六", "一（三）")
    obligation = rows[0]["obligations"][0]
    assert set(obligation) == {"id", "state", "force", "wording", "module", "parameters", "cases", "cases_zh", "reason"}
    assert (obligation["id"], obligation["state"]) == ("（一）.1", "gate")


def test_nothing_is_marked_computed_without_cases():
    rows = json.loads(run("clauses", "--json", "--all").output)
    bare = [
        each["id"] for row in rows for each in row["obligations"] if each["state"] != "intent" and not each["cases"]
    ]
    assert bare == []


@pytest.mark.parametrize("clause", ["六", "（六）", "(六)", "6"])
def test_explain_finds_a_clause_however_it_is_written(clause):
    assert run("explain", "wenzhou-2019", clause).output.startswith("wenzhou-2019（六） ")


@pytest.mark.parametrize("clause", ["一（三）", "一三", "1.3", "1(3)"])
def test_explain_finds_a_clause_of_a_part(clause):
    assert run("explain", "haining_2021", clause).output.startswith("haining-2021一（三） ")


def test_explain_says_values_in_force_facts_file_and_cases():
    found = json.loads(
        run("explain", "wenzhou-2019", "一", "--on", "2024-06-01", "--region", "339901", "--json").output
    )
    low = next(each for each in found["values"] if each["name"].endswith("village_land_low_m2_per_person"))
    assert (low["in_force"]["value"], low["in_force"]["source"]) == (80, "wenzhou-2019（一）")
    assert [each["since"] for each in low["history"]] == ["2019-02-13"]
    grow = next(each for each in found["obligations"] if each["id"] == GROW)
    assert grow["file"] == "liangtian/rules/wenzhou_2019/c01_control_lines/village_scale.py"
    assert grow["line"] > 1
    assert [fact["supplier"] for fact in grow["facts"]] == ["declared"] * 3
    assert len(grow["cases"]) == len(grow["cases_zh"]) > 0


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "案例 3 个：补偿资金已列入财政预算；补偿资金未列入财政预算；是否列入预算无记录"),
        ("en", "3 cases: the fund stands in the budget; the fund is not in the budget; the budget is not known"),
    ],
)
def test_explain_names_cases_in_the_language_asked_for(lang, said):
    lines = [line.strip() for line in run("--lang", lang, "explain", "wenzhou-2019", "四").output.splitlines()]
    assert next(line for line in lines if line.startswith(said.split()[0])) == said


def test_json_keeps_the_english_names_of_cases_in_either_language():
    told = [json.loads(run("--lang", lang, "explain", "wenzhou-2019", "四", "--json").output) for lang in ("zh", "en")]
    names = ["the fund stands in the budget", "the fund is not in the budget", "the budget is not known"]
    assert [each["obligations"][0]["cases"] for each in told] == [names, names]


def test_explain_names_what_there_is():
    with pytest.raises(LiangtianError) as unknown:
        run("explain", "wenzhou-2019", "二十一")
    assert unknown.value.message_id == "explain-clause-unknown"
    with pytest.raises(LiangtianError) as unknown:
        run("explain", "wenzhou-1999", "一")
    assert unknown.value.message_id == "explain-document-unknown"


@pytest.fixture
def trial(tmp_path):
    (tmp_path / "overlay.toml").write_text(OVERLAY, "utf-8")
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "a.toml").write_text(VILLAGE.format(name="in the year of the trial", on="2027-03-05"), "utf-8")
    (cases / "b.toml").write_text(VILLAGE.format(name="the year before", on="2026-03-05"), "utf-8")
    return tmp_path


def test_whatif_reports_the_cases_that_change_and_only_those(trial):
    found = json.loads(run("whatif", trial / "overlay.toml", "--over", trial / "cases", "--json").output)
    assert (found["asked"], found["touched"]) == (2, 2)
    assert [each["case"] for each in found["changed"]] == ["in the year of the trial"]
    assert found["changed"][0]["outcomes"] == {f"wenzhou-2019{GROW}": ["fail", "pass"]}


def test_whatif_says_it_in_sentences(trial):
    said = run("whatif", trial / "overlay.toml", "--over", trial / "cases").output
    assert "80 m²/人 → 100 m²/人" in said
    assert "1 个案例由“不符合”变为“符合”" in said


def test_whatif_refuses_a_value_that_does_not_exist(trial):
    (trial / "overlay.toml").write_text(OVERLAY.replace("village_land_low", "village_land_lo"), "utf-8")
    with pytest.raises(DocumentRefused):
        run("whatif", trial / "overlay.toml", "--over", trial / "cases")


def test_whatif_takes_values_on_the_command_line(trial):
    name = "wenzhou-2019（一）.village_land_low_m2_per_person"
    words = ("whatif", "--set", f"{name}=100", "--since", "2027-01-01", "--over", trial / "cases", "--json")
    found = json.loads(run(*words).output)
    assert [each["case"] for each in found["changed"]] == ["in the year of the trial"]
    elsewhere = json.loads(run(*words, "--region", "339902").output)
    assert elsewhere["changed"] == []


@pytest.mark.parametrize(
    "words", [(), ("--set", "name"), ("--set", "wenzhou-2019（一）.village_land_low_m2_per_person=100")]
)
def test_whatif_without_a_whole_value_is_a_usage_error(trial, words):
    assert run("whatif", *words, "--over", trial / "cases").exit_code == 2


def test_whatif_names_the_day_a_pool_goes_below_zero(tmp_path):
    (tmp_path / "a.toml").write_text(POOLED, "utf-8")
    words = ("whatif", "--set", "wenzhou-2019（六）.city_pool_share=0.5", "--since", "2020-01-01", "--over", tmp_path)
    found = json.loads(run(*words, "--json").output)
    (below,) = (each for each in found["below"] if each["index"] == "quantity_m2")
    assert (below["place"], below["pool"], below["on"], below["balance"]) == ("339901", "reserve", "2020-07-01", -2500)
    assert "2020-07-01 变为负数" in run(*words).output
