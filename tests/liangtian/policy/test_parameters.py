from __future__ import annotations

import importlib
import sys
from datetime import date, timedelta
from fractions import Fraction

import pytest

from liangtian.errors import ParameterMissing
from liangtian.messages import render_error
from liangtian.policy.document import Document
from liangtian.policy.parameters import Parameters, Params
from liangtian.policy.values import parameter
from liangtian.rules.documents import DOCUMENTS

TOLERANCE = "liangtian-2026（技术）.line_tolerance"
SHARE = "law-1（一）.share"

LAW = """
[[share]]
since = 2021-01-01
value = 0.30
unit = "share"
status = "text"
source = "law-1（一）, amended"

[[share]]
since = 2019-01-01
value = 0.20
unit = "share"
status = "text"
source = "law-1（一）"

[[fee]]
since = 2019-01-01
value = 10
unit = "yuan"
status = "text"
source = "law-1（一）"
place = "3300"
prevails = true

[[fee]]
since = 2019-01-01
value = 20
unit = "yuan"
status = "text"
source = "law-1（一）"
place = "339901"
"""

LAW += """
[[levy]]
since = 2019-01-01
until = 2020-12-31
value = 1
unit = "yuan"
status = "text"
source = "law-1（一）"
"""

LOCAL = """
[[share]]
since = 2022-01-01
value = 0.45
unit = "share"
status = "text"
source = "local-1（二）"
place = "339901"
replaces = "law-1（一）.share"
"""


@pytest.fixture
def documents(tmp_path, monkeypatch):
    """Two documents in a package of their own: a law, and a county's own value in place of the law's."""
    for package, stem, values in (("law_one", "c01", LAW), ("local_one", "c02", LOCAL)):
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text("", "utf-8")
        (folder / f"{stem}.py").write_text("OBLIGATIONS = ()\n", "utf-8")
        (folder / f"{stem}.toml").write_text(values, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    contents = {"law_one": {"（一）": "c01"}, "local_one": {"（二）": "c02"}}
    yield {
        name: Document(
            id=name,
            title_zh="",
            title_en="",
            since=date(2019, 1, 1),
            package=package,
            contents={
                number: importlib.import_module(f"{package}.{stem}") for number, stem in contents[package].items()
            },
        )
        for name, package in (("law-1", "law_one"), ("local-1", "local_one"))
    }
    for name in [each for each in sys.modules if each.split(".")[0] in contents]:
        del sys.modules[name]


def share(documents, on, place="339902"):
    return Parameters(documents).resolve(SHARE, on=on, place=place).value


def test_value_in_force_on_the_day_wins(documents):
    assert share(documents, date(2020, 12, 31)) == Fraction(1, 5)
    assert share(documents, date(2021, 1, 1)) == Fraction(3, 10)


def test_value_ends_after_its_last_day(documents):
    values = Parameters(documents)
    assert values.resolve("law-1（一）.levy", on=date(2020, 12, 31), place="339901").until == date(2020, 12, 31)
    with pytest.raises(ParameterMissing):
        values.resolve("law-1（一）.levy", on=date(2021, 1, 1), place="339901")


def test_nearest_place_replaces_the_value_of_a_higher_document(documents):
    assert share(documents, date(2022, 1, 1), "339901001") == Fraction(9, 20)
    assert share(documents, date(2022, 1, 1), "339902") == Fraction(3, 10)
    assert share(documents, date(2021, 12, 31), "339901001") == Fraction(3, 10)


def test_prevailing_value_of_a_higher_place_stands_above_a_nearer_one(documents):
    fee = Parameters(documents).resolve("law-1（一）.fee", on=date(2022, 1, 1), place="339901")
    assert (fee.value, fee.place) == (10, "3300")


def test_missing_value_is_an_error_that_says_where(documents):
    with pytest.raises(ParameterMissing) as caught:
        share(documents, date(2018, 12, 31))
    assert caught.value.params == {"name": SHARE, "on": "2018-12-31", "place": "339902"}
    assert SHARE in render_error(caught.value, lang="en")


def test_block_without_a_field_names_the_value(documents, tmp_path):
    (tmp_path / "law_one" / "c01.toml").write_text("[[share]]\nvalue = 1\n", "utf-8")
    with pytest.raises(ValueError, match=r"law-1（一）\.share"):
        Parameters(documents)


def test_text_is_no_value(documents, tmp_path):
    (tmp_path / "law_one" / "c01.toml").write_text('[[share]]\nvalue = "20 %"\nunit = "share"\n', "utf-8")
    with pytest.raises(ValueError, match="not a figure"):
        Parameters(documents)


def test_params_trace_each_value_once_with_its_justification(documents):
    params = Params(Parameters(documents), clause="law-1（一）", uses={}, on=date(2020, 1, 1), place="339902")
    assert (params.share, params.share) == (Fraction(1, 5), Fraction(1, 5))
    assert [(step.name, step.value, step.detail) for step in params.steps] == [
        (
            SHARE,
            0.2,
            {
                "unit": "share",
                "since": "2019-01-01",
                "until": None,
                "place": None,
                "status": "text",
                "source": "law-1（一）",
            },
        )
    ]


def test_params_reach_another_clause_by_its_full_name(documents):
    uses = {"tolerance": TOLERANCE, "law_share": SHARE}
    values = Parameters(documents | DOCUMENTS)
    params = Params(values, clause="local-1（二）", uses=uses, on=date(2020, 1, 1), place="339902")
    assert params.law_share == Fraction(1, 5)
    assert params.table("tolerance") == {"area_m2": 1, "mean_width_m": Fraction(1, 5)}
    assert params.steps[1].value == {"area_m2": 1, "mean_width_m": 0.2}


def test_params_have_no_private_names(documents):
    params = Params(Parameters(documents), clause="law-1（一）", uses={}, on=date(2020, 1, 1), place="339902")
    with pytest.raises(AttributeError):
        _ = params._share


def test_figure_and_table_are_not_mistaken_for_each_other(documents):
    values = Parameters(documents | DOCUMENTS)
    with pytest.raises(TypeError):
        _ = values.resolve(SHARE, on=date(2020, 1, 1), place="339901").table
    with pytest.raises(TypeError):
        _ = values.resolve(TOLERANCE, on=date(2020, 1, 1), place="339901").number


@pytest.mark.parametrize("on", [date(2019, 1, 1), date(2019, 2, 13), date(2026, 12, 31)])
def test_technical_values_reach_every_case(on):
    values = Parameters(DOCUMENTS)
    capacity = values.resolve("liangtian-2026（技术）.capacity_by_grade", on=on, place="339901")
    assert capacity.table == {str(grade): (16 - grade) * 100 for grade in range(1, 16)}
    assert (capacity.status, values.resolve(TOLERANCE, on=on, place="339901").status) == ("unverified", "ours")


REWARD = "wenzhou-2019（十六）.acceptance_reward_yuan"
GAP = parameter(
    REWARD,
    {
        "since": date(2019, 2, 13),
        "value": [{"from": 0, "to": 999, "value": 1}, {"from": 1500, "value": 2}],
        "unit": "yuan",
        "status": "ours",
        "source": "a trial",
    },
)


def rewards(values):
    return Params(values, clause="wenzhou-2019（十六）", uses={}, on=date(2020, 1, 1), place="339901")


@pytest.mark.parametrize(
    ("people", "yuan"),
    [(0, 2_000_000), (999, 2_000_000), (1000, 4_000_000), (1999, 4_000_000), (2000, 6_000_000), (10**6, 6_000_000)],
)
def test_a_band_holds_both_its_ends(people, yuan):
    assert rewards(Parameters(DOCUMENTS)).band("acceptance_reward_yuan", people).value == yuan


def test_a_figure_that_the_bands_leave_out_has_no_value():
    params = rewards(Parameters(DOCUMENTS).tried([GAP]))
    assert [params.band("acceptance_reward_yuan", people).value for people in (999, 1500)] == [1, 2]
    with pytest.raises(ParameterMissing) as missing:
        params.band("acceptance_reward_yuan", 1000)
    assert "acceptance_reward_yuan (1000)" in render_error(missing.value, lang="en")


def test_a_rulebook_that_is_asked_for_ever_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liangtian.policy.parameters.FOUND_MAX", 100)
    values = Parameters(DOCUMENTS)
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(250)]
    found = {values.resolve(TOLERANCE, on=day, place="339901").source for day in days}
    assert (len(found), len(values._found)) == (1, 50)
