from datetime import date

import psycopg
import pytest
from django.db import ProgrammingError, connection
from django.urls import reverse
from django.utils import timezone

from liangtian_web import embedded
from liangtian_web.people.models import User
from liangtian_web.trail.actions import note
from liangtian_web.trail.models import Event
from liangtian_web.trail.queries import events_for


@pytest.fixture
def owner_connection(db, cluster):
    """Whoever owns the tables, on the same database."""
    name = connection.settings_dict["NAME"]
    with embedded.connect(cluster.home, embedded.OWNER, cluster.keys.owner, name) as found:
        yield found


@pytest.mark.parametrize("sql", ["UPDATE trail_event SET action = 'x'", "DELETE FROM trail_event"])
def test_application_may_not_change_the_trail(db, sql):
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied for table trail_event"),
    ):
        cursor.execute(sql)


@pytest.mark.parametrize("sql", ["UPDATE trail_event SET action = 'x'", "DELETE FROM trail_event"])
@pytest.mark.django_db(transaction=True)
def test_owner_may_not_change_the_trail_either(county_officer, owner_connection, sql):
    note(county_officer, "onemap.publish", "layer:1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="trail_event only grows"):
        owner_connection.execute(sql)
    assert Event.objects.get().action == "onemap.publish"


def test_triggers_fire_always_even_for_replication(owner_connection):
    found = owner_connection.execute(
        "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'trail_event'::regclass AND NOT tgisinternal"
        " ORDER BY tgname"
    ).fetchall()
    # The tests themselves switch the second one off, because they end by truncating.
    assert found == [("trail_event_no_change", "A"), ("trail_event_no_truncate", "D")]


def test_note_keeps_who_where_when_and_under_which_rules(county_officer, places):
    note(county_officer, "review.check", "run:812", on=date(2024, 6, 1), rules_digest="ab12")
    event = Event.objects.get()
    assert (event.user, event.username, event.place, event.on, event.rules_digest, event.object) == (
        county_officer,
        "wang",
        places["county"],
        date(2024, 6, 1),
        "ab12",
        "run:812",
    )


def test_note_of_the_system_has_no_user(db):
    assert (note(None, "jobs.sweep", "job:1").user, Event.objects.get().username) == (None, "")


def test_auditor_reads_the_trail_of_the_places_audited(auditor_client, county_officer, outsider):
    note(county_officer, "review.check", "run:1")
    note(outsider, "review.check", "run:2")
    page = auditor_client.get("/trail/").content.decode()
    assert ("run:1" in page, "run:2" in page) == (True, True)


def test_officer_and_outsider_may_not_read_the_trail(officer_client, outsider_client):
    assert [client.get("/trail/").status_code for client in (officer_client, outsider_client)] == [403, 403]


def test_trail_is_read_a_page_at_a_time(auditor_client, county_officer):
    for number in range(101):
        note(county_officer, "review.check", f"run:{number}")
    first = auditor_client.get("/trail/")
    assert len(first.context["events"]) == 100
    older = auditor_client.get(f"/trail/?{first.context['older']}")
    assert [event.object for event, _ in older.context["events"]] == ["run:0"]


def test_trail_is_filtered_by_user_action_object_and_day(auditor_client, county_officer, outsider):
    note(county_officer, "review.check", "run:1")
    note(outsider, "review.check", "run:2")
    note(county_officer, "onemap.publish", "layer:1")
    today = timezone.localdate().isoformat()
    query = {"user": "wang", "action": "review.check", "object": "run:", "since": today, "until": today}
    assert [event.object for event, _ in auditor_client.get("/trail/", query).context["events"]] == ["run:1"]
    assert list(auditor_client.get("/trail/", query | {"until": "2000-01-01"}).context["events"]) == []


def test_export_is_a_table_and_is_noted(auditor_client, county_officer, city_auditor):
    note(county_officer, "review.check", "=1+1")
    answer = auditor_client.post("/trail/export/", {"action": "review.check"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "\ufeff时间,用户,责任单元,动作,对象,业务日期,来源"
    assert [line.split(",", 1)[1] for line in lines[1:]] == ["wang,示范县,发起检查,'=1+1,,"]
    assert Event.objects.filter(action="trail.export", user=city_auditor).count() == 1


def test_outsider_and_officer_export_nothing(officer_client):
    assert officer_client.post("/trail/export/").status_code == 403


def test_what_an_act_was_done_on_is_said_in_words_and_leads_to_its_page(county_officer, auditor_client):
    run, filing = "0f0e0d0c-0b0a-4908-8706-050403020100", "0f0e0d0c-0b0a-4908-8706-050403020101"
    for action, what in (
        ("review.download", f"run:{run} docx"),
        ("rulebook.propose", f"proposal:{filing}"),
        ("onemap.publish", "upload:7 ab12"),
        ("people.login", "user:3"),
        ("onemap.reveal", "DLTB 339901101：核实权属"),
    ):
        note(county_officer, action, what)
    listed = auditor_client.get("/trail/", {"user": county_officer.display_name}).context["events"]
    assert [(thing.word, thing.url, thing.rest) for _, thing in reversed(listed)] == [
        ("检查", reverse("review:run", args=[run]), "docx"),
        ("取值或采用的提议", reverse("rulebook:proposal", args=[filing]), ""),
        ("图层上传", reverse("onemap:upload", args=[7]), "ab12"),
        ("用户", "", "3"),
        ("DLTB 339901101：核实权属", "", ""),
    ]


def test_acts_of_no_place_are_read_by_those_who_answer_for_all_of_them(city_auditor, county_admin, places):
    keeper = User.objects.create_superuser("root")
    note(keeper, "people.change", "agency:1")
    note(None, "rulebook.import", "document:1")

    read = [sorted(event.object for event in events_for(user)) for user in (keeper, city_auditor, county_admin)]
    assert read == [["agency:1", "document:1"], ["agency:1", "document:1"], []]
