"""Block projects measured: which survey counts, which cause is told, and what stated rows are compared with."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from liangtian.check.block_projects import (
    BlockProject,
    Difference,
    answers,
    class_on,
    differences,
    facts_of,
    measure,
    overlaps,
    survey_of,
)
from liangtian.check.gather import boundary_of
from liangtian.check.run import Question, check, technical_on
from liangtian.finding import Outcome
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.onemap.catalogue import Catalogue
from liangtian.rules.documents import DOCUMENTS
from squares import VILLAGE_A, boundary, cell, put

ON = date(2025, 6, 1)
TECHNICAL = technical_on(ON, "339901")
HAINING = {name: DOCUMENTS[name] for name in ("haining-2021", "liangtian-2026")}


def survey(home: Path, on: str, codes: list[str], place: str = "339901") -> str:
    """A row of squares of a hectare with these classes."""
    n = len(codes)
    columns = {"BSM": [f"P{k}" for k in range(n)], "DLBM": codes, "KCXS": [0.0] * n, "ZLDWDM": [VILLAGE_A] * n}
    return put(home, "DLTB", [cell(k, 0) for k in range(n)], columns, on=on, place=place)


def project(name: str, *columns: int, built_on: date | None = None) -> BlockProject:
    """A project over squares of that row."""
    return BlockProject(name, boundary_of(boundary(*(cell(k, 0) for k in columns))), date(2022, 1, 1), built_on)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A homestead parts the fields until 2023, and is a field from the survey of 2024 on; woods in 2025."""
    survey(tmp_path, "2022-12-31", ["0101", "0702", "0101", "0301"])
    survey(tmp_path, "2023-12-31", ["0101", "0103", "0101", "0301"])
    survey(tmp_path, "2024-12-31", ["0101", "0301", "0101", "0301"])
    return tmp_path


def hectares(value: Decimal | None) -> int:
    assert value is not None
    return round(value / 10_000)


def test_a_built_project_is_measured_on_the_first_survey_since(home: Path) -> None:
    found = measure(project("W", 0, 1, 2, built_on=date(2023, 5, 1)), Catalogue(home), "339901", ON, TECHNICAL)
    assert (found.surveyed_on, hectares(found.block_m2), hectares(found.farmland_m2)) == (date(2023, 12, 31), 3, 3)
    (name,) = found.surveys
    assert name == f"DLTB@339901@2023-12-31 {Catalogue(home).all_valid_on(date(2024, 1, 1))['DLTB'][0].digest}"
    of_the_day = measure(project("W", 0, 1, 2, built_on=date(2022, 12, 31)), Catalogue(home), "339901", ON, TECHNICAL)
    assert (of_the_day.surveyed_on, hectares(of_the_day.block_m2)) == (date(2022, 12, 31), 1)


def test_one_under_way_is_measured_on_the_newest_survey(home: Path) -> None:
    for built_on in (None, date(2026, 1, 1)):
        found = measure(project("W", 0, 1, 2, built_on=built_on), Catalogue(home), "339901", ON, TECHNICAL)
        assert (found.surveyed_on, hectares(found.block_m2), hectares(found.farmland_m2)) == (date(2024, 12, 31), 1, 2)


def test_the_figures_are_those_of_a_check_of_consolidation(home: Path) -> None:
    shapes = boundary(*(cell(k, 0) for k in range(3)))
    facts = check(shapes, Catalogue(home), Question(date(2024, 6, 1), kind="consolidation", place="339901")).facts
    built = project("W", 0, 1, 2, built_on=date(2023, 12, 31))
    found = measure(built, Catalogue(home), "339901", ON, TECHNICAL)
    assert (found.block_m2, found.farmland_m2) == (facts["contiguous_farmland_max_m2"], facts["farmland_quantity_m2"])


def test_without_a_survey_since_it_was_built_nothing_is_known(home: Path) -> None:
    late = project("W", 0, built_on=date(2025, 3, 1))
    found = measure(late, Catalogue(home), "339901", ON, TECHNICAL)
    assert (found.block_m2, found.farmland_m2, found.surveys) == (None, None, ())
    assert found.cause == {"cause": "survey-before-built", "places": "339901", "since": date(2025, 3, 1)}
    elsewhere = measure(project("W", 0), Catalogue(home), "339801", ON, TECHNICAL)
    assert elsewhere.cause == {"cause": "layer-never", "layer": "DLTB"}


def test_ground_that_the_survey_does_not_cover_leaves_it_unknown(home: Path) -> None:
    found = measure(project("W", 3, 4), Catalogue(home), "339901", ON, TECHNICAL)
    assert (found.block_m2, found.farmland_m2) == (None, None)
    assert found.cause is not None
    assert found.cause["cause"] == "ground-uncovered"


def test_the_nearest_place_that_publishes_speaks(home: Path) -> None:
    """The city's survey of 2025 says nothing of a county that has its own."""
    survey(home, "2025-03-31", ["0301"] * 4, place="339900")
    late = survey_of(Catalogue(home), "339901", date(2025, 1, 1), ON)
    city = survey_of(Catalogue(home), "339902", date(2025, 1, 1), ON)
    assert late is None
    assert city is not None
    assert city.on == date(2025, 3, 31)


def test_the_answers_count_what_is_measured_and_name_the_survey(home: Path) -> None:
    projects = [project("W", 0, 1, 2, built_on=date(2023, 5, 1)), project("Q", 3)]
    facts = facts_of((each, measure(each, Catalogue(home), "339901", ON, TECHNICAL)) for each in projects)
    found = answers(facts, ("339901", "339900"), ON, HAINING)
    assert [each.rule.partition("（五）")[2] for each in found] == [".6", ".7", ".7", ".8", ".8"]
    assert [(each.outcome, each.measured) for each in found] == [
        (Outcome.NOT_APPLICABLE, 2), *[(Outcome.NOT_APPLICABLE, 0)] * 4,
    ]  # fmt: skip
    (rows,) = (step.value for step in found[0].trace if (step.kind, step.name) == ("fact", "block_projects"))
    assert [row["survey"].split()[0] for row in rows] == ["DLTB@339901@2023-12-31", "DLTB@339901@2024-12-31"]


def test_a_built_project_that_is_not_known_says_why(home: Path) -> None:
    projects = [project("Q", 4), project("W", 0, built_on=date(2025, 3, 1))]
    facts = facts_of((each, measure(each, Catalogue(home), "339901", ON, TECHNICAL)) for each in projects)
    found = answers(facts, ("339901", "339900"), ON, HAINING)
    assert [each.outcome for each in found] == [Outcome.NOT_APPLICABLE, Outcome.UNKNOWN, Outcome.UNKNOWN]
    assert found[1].params["projects"] == "W"
    assert "2025-03-01" in str(found[1].params["reason_en"])


def test_a_place_the_document_does_not_bind_gets_no_answer() -> None:
    only = {"liangtian-2026": DOCUMENTS["liangtian-2026"]}
    assert answers({"block_projects": ()}, ("339901",), ON, only) == ()


def test_stated_rows_are_compared_with_measured_ones() -> None:
    one = {"project": "W", "works_on": ON, "built_on": None, "block_m2": Decimal(5), "farmland_m2": Decimal(7)}
    assert differences([one], [one | {"survey": "DLTB"}]) == []
    assert differences([one, one | {"project": "X"}], [one | {"block_m2": Decimal(6)}, one | {"project": "Y"}]) == [
        Difference("W", "block_m2", Decimal(5), Decimal(6)), Difference("X", "project", "X", None),
        Difference("Y", "project", None, "Y"),
    ]  # fmt: skip


def test_projects_that_overlap_are_found_beyond_the_tolerance() -> None:
    strict = Exclusivity.of(Fraction(1), Fraction(1, 10))
    ((one, other, area_m2),) = overlaps([project("A", 0, 1), project("B", 1, 2), project("C", 3)], strict)
    assert (one.name, other.name, hectares(area_m2)) == ("A", "B", 1)
    assert list(overlaps([project("A", 0), project("B", 1)], strict)) == []


def test_a_block_has_the_highest_class_it_reaches() -> None:
    assert class_on(Decimal("666666.67"), ON) == "thousand"
    assert class_on(Decimal("666666.66"), ON) == "hundred"
    assert (class_on(Decimal(1), ON), class_on(None, ON), class_on(Decimal("666666.67"), date(2020, 1, 1))) == (
        None,
    ) * 3
