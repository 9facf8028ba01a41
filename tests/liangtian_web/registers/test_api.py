"""The registers for machines: the pages' validator, two persons, once for each key; the outsider gets nothing."""

from __future__ import annotations

import pytest
from tests.liangtian_web.calls import made, read, send
from tests.liangtian_web.registers.conftest import PROJECT, TASK

from liangtian_web.registers.models import Decision, Row
from liangtian_web.trail.models import Event

TASKS = "registers/annual-task/rows"


def task(place, **changes):
    return {"place": place.code, "since": "2024-01-01"} | TASK | changes


def test_rows_are_entered_confirmed_and_in_force(clients, places):
    body = {"rows": [task(places["county"]), task(places["other"], area="12.5")]}
    entered = made(clients["qian"], TASKS, body)["rows"]
    assert [(each["place"], each["content"]["area"], each["decided"]) for each in entered] == [
        ("339901", "30", None), ("339902", "12.5", None),
    ]  # fmt: skip
    chosen = {"rows": [each["uuid"] for each in entered], "confirm": True}
    assert send(clients["qian"], "registers/annual-task/decision", chosen).status_code == 409  # one's own
    assert [each["decided_by"] for each in made(clients["zhou"], "registers/annual-task/decision", chosen)["rows"]] == [
        "zhou"
    ] * 2
    found = read(clients["wang"], "registers/annual-task/in-force", on="2024-06-01")
    assert [(each["place"], each["key"]) for each in found["rows"]] == [("339901", "2024")]
    assert read(clients["wang"], "registers/annual-task/in-force", on="2023-06-01")["rows"] == []
    assert read(clients["wang"], f"registers/rows/{entered[0]['uuid']}")["document"] == "示市资〔2024〕5号"


def test_the_same_key_enters_once(clients, places):
    body = {"rows": [task(places["county"])]}
    first, second = (send(clients["qian"], TASKS, body, key="t-1") for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert Row.objects.count() == 1
    assert Event.objects.filter(action="registers.enter").count() == 1
    assert send(clients["qian"], TASKS, {"rows": [task(places["county"], area="31")]}, key="t-1").status_code == 409


def test_every_error_of_every_row_at_once_and_nothing_is_kept(clients, places):
    rows = [task(places["county"], area="三十", year="今年"), task(places["county"]), {"place": "339999"}]
    answer = send(clients["qian"], TASKS, {"rows": rows})
    assert answer.status_code == 422
    found = {tuple(each["at"]) for each in answer.json()["problems"]}
    assert {(1, "year"), (1, "area"), (3, "place"), (3, "year"), (3, "area"), (3, "since"), (3, "document")} <= found
    assert "三十" in answer.json()["zh"]
    assert "is not a number" in answer.json()["en"]
    assert Row.objects.count() == 0


def test_pages_go_on_by_key(clients, places):
    made(clients["qian"], TASKS, {"rows": [task(places["county"], year=f"{year}") for year in (2024, 2025, 2026)]})
    first = read(clients["qian"], TASKS, limit=2)
    rest = read(clients["qian"], TASKS, limit=2, before=first["before"])
    assert [each["key"] for each in first["rows"] + rest["rows"]] == ["2026", "2025", "2024"]
    assert rest["before"] is None


def test_who_is_suspended_is_said_with_its_rows(clients, places):
    project = {"place": "339901", "since": "2024-01-01"} | PROJECT
    (row,) = made(clients["wang"], "registers/key-project/rows", {"rows": [project]})["rows"]
    made(clients["qian"], "registers/key-project/decision", {"rows": [row["uuid"]], "confirm": True})
    found = read(clients["wang"], "registers/suspensions", on="2024-06-01")["places"]
    assert [(each["place"], each["outcome"], each["since"], each["rows"]) for each in found] == [
        ("339901", "fail", "2024-01-01", [row["uuid"]])
    ]


def test_the_outsider_gets_nothing_not_even_counts(clients, places):
    (row,) = made(clients["wang"], TASKS, {"rows": [task(places["county"])]})["rows"]
    out = clients["zhao"]
    assert read(out, TASKS) == {"rows": [], "before": None}
    assert read(out, "registers/annual-task/in-force")["rows"] == []
    assert [each["place"] for each in read(out, "registers/suspensions")["places"]] == ["339902"]
    assert out.get(f"/api/registers/rows/{row['uuid']}").status_code == 404
    assert send(out, "registers/annual-task/decision", {"rows": [row["uuid"]], "confirm": True}).status_code == 404
    answer = send(out, TASKS, {"rows": [task(places["county"])]})
    assert (answer.status_code, [each["at"] for each in answer.json()["problems"]]) == (422, [[1, "place"]])
    assert not Decision.objects.exists()


@pytest.mark.parametrize("path", ["registers/nothing/rows", "registers/nothing/in-force"])
def test_a_register_nobody_knows(clients, path):
    assert clients["wang"].get(f"/api/{path}").status_code == 404


def test_it_is_described(clients):
    paths = clients["wang"].get("/api/openapi.json").json()["paths"]
    assert len([path for path in paths if path.startswith("/api/registers")]) == 7
    for path in ("/api/registers/{kind}/rows", "/api/registers/{kind}/decision"):
        header = next(each for each in paths[path]["post"]["parameters"] if each["in"] == "header")
        assert (header["name"], header["required"]) == ("Idempotency-Key", True)
    kinds = read(clients["wang"], "registers")["registers"]
    assert kinds[0]["columns"][2] == {
        "name": "unit", "label": "面积单位", "shape": "choice", "required": True, "choices": ["mu", "ha", "m2"]
    }  # fmt: skip
