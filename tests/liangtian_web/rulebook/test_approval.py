"""Values and adoptions of places: proposed, decided by a second person, then in force and never edited."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian_web.people.models import Agency, Membership, User
from liangtian_web.rulebook import actions, queries
from liangtian_web.rulebook.models import Decision, Proposal

LOW = "wenzhou-2019（一）.village_land_low_m2_per_person"
ON = date(2024, 6, 1)


@pytest.fixture
def cast(places):
    """An officer and an administrator of 示范县, and an administrator of 示范二县."""

    def person(name, place, role):
        user = User.objects.create(username=name, display_name=name)
        agency, _ = Agency.objects.get_or_create(name="自然资源和规划局", place=places[place])
        Membership.objects.create(user=user, agency=agency, place=places[place], role=role)
        return user

    return SimpleNamespace(
        officer=person("officer-1", "county", "officer"),
        admin=person("admin-1", "county", "admin"),
        outsider=person("admin-2", "other", "admin"),
        city=person("admin-0", "city", "admin"),
    )


def request(user):
    return SimpleNamespace(user=user, META={})


def value(places, **changes):
    given = {
        "name": LOW,
        "place": places["county"],
        "since": date(2024, 1, 1),
        "until": None,
        "value": "85",
        "unit": "m2/person",
        "status": "law",
        "source": "示范县发〔2024〕3号",
        "prevails": False,
        "reason": "",
    }
    return given | changes


def low(place, on=ON):
    keys = queries.keys_of(place)
    return queries.values_known().resolve(LOW, on=on, place=keys[0], within=keys[1:]).number


def test_an_approved_value_holds_for_its_place_and_those_inside(cast, places):
    proposal = actions.propose_value(request(cast.officer), value(places))
    assert (proposal.state, low(places["county"])) == ("waiting", 80)
    actions.decide(request(cast.admin), proposal, approved=True, remark="")
    assert Proposal.objects.get().state == "approved"
    assert [low(places[name]) for name in ("county", "town", "other", "city")] == [85, 85, 80, 80]
    assert low(places["county"], date(2023, 12, 31)) == 80


def test_a_refused_value_holds_nowhere(cast, places):
    proposal = actions.propose_value(request(cast.officer), value(places))
    actions.decide(request(cast.admin), proposal, approved=False, remark="没有出处")
    assert (Proposal.objects.get().state, low(places["county"])) == ("refused", 80)


def test_nobody_decides_on_ones_own_proposal(cast, places):
    proposal = actions.propose_value(request(cast.admin), value(places))
    with pytest.raises(PermissionDenied):
        actions.decide(request(cast.admin), proposal, approved=True, remark="")
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.create(proposal=proposal, approved=True, user=cast.admin)
    assert queries.approved_values() == ()


def test_a_decision_stands(cast, places):
    proposal = actions.propose_value(request(cast.officer), value(places))
    actions.decide(request(cast.admin), proposal, approved=False, remark="")
    with pytest.raises(LiangtianError, match="rulebook-decided"):
        actions.decide(request(cast.city), proposal, approved=True, remark="")


@pytest.mark.parametrize("table", ["rulebook_proposal", "rulebook_decision", "rulebook_clausetext"])
def test_the_database_refuses_to_change_what_was_written(cast, places, table):
    from django.db import connection

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id")


def test_an_officer_does_not_decide_and_an_outsider_neither_sees_nor_acts(cast, places):
    proposal = actions.propose_value(request(cast.admin), value(places))
    for user in (cast.officer, cast.outsider):
        with pytest.raises(PermissionDenied):
            actions.decide(request(user), proposal, approved=True, remark="")
    assert list(queries.proposals_for(cast.outsider)) == []
    with pytest.raises(PermissionDenied):
        actions.propose_value(request(cast.outsider), value(places))


def test_a_county_sees_what_its_city_proposes(cast, places):
    proposal = actions.propose_value(request(cast.city), value(places, place=places["city"]))
    assert list(queries.proposals_for(cast.officer)) == [proposal]
    assert list(queries.decidable_by(cast.admin)) == []


def test_an_approved_value_is_not_given_a_second_time(cast, places):
    proposal = actions.propose_value(request(cast.officer), value(places))
    actions.decide(request(cast.admin), proposal, approved=True, remark="")
    with pytest.raises(LiangtianError, match="rulebook-value-given"):
        actions.propose_value(request(cast.officer), value(places, value="86"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unit": "mu"}, "values-unit"),
        ({"value": '"85"'}, "values-kind"),
        ({"value": '85\nplace = "339902"'}, "values-not-toml"),
        ({"source": ""}, "values-lacking"),
        ({"name": "wenzhou-2019（一）.nothing"}, "values-name-unknown"),
        ({"until": date(2023, 1, 1)}, "values-days"),
    ],
)
def test_a_defective_value_is_refused_with_its_reason(cast, places, changes, message):
    with pytest.raises(DocumentRefused) as refused:
        actions.propose_value(request(cast.officer), value(places, **changes))
    assert [defect.message_id for defect in refused.value.defects] == [message]
    assert not Proposal.objects.exists()


def test_an_approved_adoption_binds_its_place(cast, places):
    given = {"name": "national-balance-2024", "place": places["county"], "since": date(2025, 3, 1), "until": None}
    proposal = actions.propose_adoption(request(cast.officer), given | {"source": "示范县发〔2025〕1号", "reason": ""})
    before = len(queries.approved_adoptions())
    actions.decide(request(cast.admin), proposal, approved=True, remark="")
    assert len(queries.approved_adoptions()) == before + 1
    with pytest.raises(LiangtianError, match="rulebook-adoption-early"):
        actions.propose_adoption(request(cast.officer), given | {"since": date(2024, 12, 31), "source": "x"})


def test_a_functional_zone_is_bound_by_what_its_city_adopted(cast, places):
    from liangtian_web.people.models import Place

    zone = Place.objects.create(name="示范功能区", kind="zone", parent=places["city"])
    assert "wenzhou-2019" in queries.documents_on(zone, ON)


def test_a_published_text_is_kept_by_clause_and_the_newest_is_shown(places):
    numbers = [each for each in queries.DOCUMENTS["wenzhou-2019"].contents if each != "前言"]
    text = "导语\n一、甲\n" + "\n".join(f"{each}第一版" for each in numbers)
    actions.import_text("wenzhou-2019", text, "one.txt")
    actions.import_text("wenzhou-2019", text.replace("第一版", "第二版"), "two.txt")
    found = queries.texts_of("wenzhou-2019")
    assert (len(found), found["（六）"].text) == (21, "（六）第二版")


def test_the_list_of_the_home_stands_in_place_of_the_demonstrations(cast, places, settings, tmp_path):
    settings.HOME = tmp_path
    (tmp_path / "adopts.toml").write_text(
        '[[adopts]]\nplace = "339901"\ndocument = "haining-2021"\nsince = 2023-01-01\n', "utf-8"
    )
    assert list(queries.documents_on(places["county"], ON)) == ["haining-2021", "liangtian-2026"]
    assert list(queries.documents_on(places["other"], ON)) == ["liangtian-2026"]
