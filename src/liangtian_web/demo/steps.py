"""The demonstration: 示范市 with 示范县 and 示范二县, wholly invented, made step by step.

A step that finished leaves a marker; a run cut short goes on with the step it was in, so each step can be repeated.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from liangtian.datasets import county, projects
from liangtian.datasets.potential import populations
from liangtian.datasets.relief import relief
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.formats.opening import open_features
from liangtian.formats.persons import write_persons
from liangtian.formats.raster import write_elevation
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import publish
from liangtian_web.demo.statement import make_statement
from liangtian_web.demo.year import make_year
from liangtian_web.onemap.actions import sync
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.summary import whole
from liangtian_web.onemap.towns import LAYERS as PLACE_LAYERS
from liangtian_web.onemap.towns import take_places
from liangtian_web.people.models import Agency, Membership, Place, User
from liangtian_web.registers import grounds, measuring
from liangtian_web.registers.models import Decision as RowDecision
from liangtian_web.registers.models import Row
from liangtian_web.review import actions as review
from liangtian_web.review.models import Run
from liangtian_web.trail.actions import note

Tell = Callable[[str], None]

ZONE = "示范产业集聚区"  # a functional zone: no code of its own
# username, name, place code or name, agency, role
PEOPLE = (
    ("wang", "王工", "339901", "示范县自然资源局", "officer"),
    ("zhao", "赵工", "339902", "示范二县自然资源局", "officer"),
    ("qian", "钱工", "339901", "示范县自然资源局", "keeper"),
    ("sun", "孙工", "339901", "示范县自然资源局", "keeper"),
    ("zhou", "周工", "339900", "示范市自然资源局", "keeper"),
    ("wu", "吴工", "339900", "示范市自然资源局", "keeper"),
    ("li", "李审", "339900", "示范市自然资源局", "auditor"),
    ("xie", "谢工", "339900", "示范市自然资源局", "officer"),
    ("han", "韩工", "339902", "示范二县自然资源局", "keeper"),
    ("yan", "严工", ZONE, f"{ZONE}管委会", "keeper"),
    ("admin", "管理员", "339900", "示范市自然资源局", "admin"),
)
# code, name, kind, code of the parent
PLACES = (
    ("339900", "示范市", "city", None),
    ("339901", "示范县", "county", "339900"),
    ("339902", "示范二县", "county", "339900"),
)


def make_places(home: Path, tell: Tell) -> None:
    """The city, its two counties and a functional zone."""
    for code, name, kind, parent in PLACES:
        above = Place.objects.get(code=parent) if parent else None
        Place.objects.get_or_create(code=code, defaults={"name": name, "kind": kind, "parent": above})
    city = Place.objects.get(code="339900")
    Place.objects.get_or_create(name=ZONE, parent=city, defaults={"kind": Place.Kind.ZONE})


@transaction.atomic
def make_people(home: Path, tell: Tell) -> None:
    """One user a role, each with a password made for this installation."""
    passwords = load_passwords(home)
    for username, name, code, agency_name, role in PEOPLE:
        place = Place.objects.get(name=ZONE) if code == ZONE else Place.objects.get(code=code)
        agency, _ = Agency.objects.get_or_create(name=agency_name, place=place)
        user, _ = User.objects.get_or_create(username=username, defaults={"display_name": name})
        _give(user, agency, role, passwords[username])


def _give(user: User, agency: Agency, role: str, password: str) -> None:
    """One duty at the agency's place, and a password."""
    user.is_staff = user.is_superuser = role == "admin"
    user.set_password(password)
    user.save()
    Membership.objects.get_or_create(user=user, agency=agency, place=agency.place, role=role)


PARCELS = 165_000
LAND_SINCE = date(2019, 1, 1)  # the invented survey: valid before the first document is in force


def make_land(home: Path, tell: Tell) -> None:
    """Generate the municipality and publish its layers; what is published already is published again to no effect."""
    parcels = int(os.environ.get("LIANGTIAN_DEMO_PARCELS", PARCELS))
    layers = county.generate(parcels=parcels)
    for code, features in layers.items():
        tell(f"    {layer_spec(code).zh} {code}: {len(features):,}")
        publish(
            features,
            layer_spec(code),
            place="339900",
            on=LAND_SINCE,
            home=home,
            publisher="示范数据",
            recorded_at=timezone.now().isoformat(timespec="seconds"),
        )
    samples = projects.sample_projects(layers)
    _keep_projects(home, samples | projects.accepted_grounds(layers))
    lie_in = {name: projects.county_of(layers, each) for name, each in samples.items()}
    (home / "demo" / "counties.json").write_text(json.dumps(lie_in))
    write_persons(populations(layers), home / "demo" / "persons.csv")  # for a survey of potential, with the heights
    write_elevation(relief(layers["XZQ"], parcels=parcels), home / "demo" / "dem.tif")
    sync()


def _keep_projects(home: Path, samples: dict[str, Features]) -> None:
    """Boundaries to try out: one TXT each, as a surveyor would send it."""
    folder = home / "demo" / "projects"
    folder.mkdir(exist_ok=True)
    for name, features in samples.items():
        file = folder / f"{name}.txt"
        file.unlink(missing_ok=True)
        vector.write(features, file)


TOWN_USER = ("chen", "陈工", "officer")


@transaction.atomic
def make_towns(home: Path, tell: Tell) -> None:
    """Towns and villages from the published layers, and an officer of the first town of 示范县."""
    shares = [whole(version) for version in LayerVersion.objects.filter(layer__in=PLACE_LAYERS).select_related("place")]
    for place in Place.objects.filter(kind=Place.Kind.COUNTY):
        taken = take_places(None, place, shares)
        tell(f"    {place}: {taken.towns} 乡镇 towns, {taken.villages} 村 villages")
    username, name, role = TOWN_USER
    town = Place.objects.filter(kind=Place.Kind.TOWN, parent__code="339901").order_by("code")[0]
    agency, _ = Agency.objects.get_or_create(name=f"{town}自然资源所", place=town)
    user, _ = User.objects.get_or_create(username=username, defaults={"display_name": name})
    _give(user, agency, role, load_passwords(home)[username])


def make_check(home: Path, tell: Tell) -> None:
    """The first check: a road across paddy and basic farmland, asked by the county officer."""
    if Run.objects.exists():
        return
    name = "road_extension"
    title, kind = projects.PROJECTS[name]
    features = open_features(home / "demo" / "projects" / f"{name}.txt", workdir=home / "demo")
    officer = User.objects.get(username="wang")
    yesterday = timezone.localdate() - timedelta(days=1)
    asked = review.Asked(title, kind, yesterday, Place.objects.get(code="339901"), {})
    run = review.check(officer, features, asked)
    tell(f"    {title}: {run.get_verdict_display()}")


# What the city set its counties for 2024, all of it before the reform of 2025: register, place, key, state, what it says.
ROWS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("annual-task", "339901", "2024", "listed", {"year": "2024", "area": "60", "unit": "mu"}),
    ("annual-task", "339902", "2024", "listed", {"year": "2024", "area": "400", "unit": "mu"}),
    ("key-project", "339901", "KP-2024-01", "listed", {
        "number": "KP-2024-01", "name": "市域铁路示范段", "level": "province", "quantity": "9", "paddy": "4.5", "unit": "mu",
        "capacity_kg": "4500", "due_on": "2024-12-31",
    }),
    ("project-kind", "339901", "KP-2024-01", "listed", {
        "number": "KP-2024-01", "name": "市域铁路示范段", "kind": "single-site", "infrastructure_type": "railway",
        "submitted_to": "province", "pool_purpose": "major-infrastructure",
    }),
    ("key-project", "339902", "-", "nil", {}),
    ("standard-upgrade", "339901", "-", "nil", {}),
    ("standard-upgrade", "339902", "SF-2024-01", "listed", {
        "number": "SF-2024-01", "name": "东片标准农田提升", "area": "60", "unit": "mu", "due_on": "2024-06-30",
    }),
    ("advanced-place", "339901", "2024", "listed", {"year": "2024", "advanced": "yes"}),
)  # fmt: skip
ROWS_SINCE = date(2024, 1, 15)


@transaction.atomic
def make_registers(home: Path, tell: Tell) -> None:
    """Tasks, a key project and an upgrading of 2024: entered by one keeper of the city, confirmed by the other."""
    first, second = User.objects.get(username="zhou"), User.objects.get(username="wu")
    for register, code, key, state, content in ROWS:
        place = Place.objects.get(code=code)
        row, fresh = Row.objects.get_or_create(
            register=register, place=place, key=key, since=ROWS_SINCE,
            defaults={"state": state, "content": content, "document": "示市资〔2024〕5号", "user": first},
        )  # fmt: skip
        if fresh:
            RowDecision.objects.create(row=row, confirmed=True, user=second)
            note(first, "registers.enter", f"row:{row.uuid}", on=ROWS_SINCE, place=place)
            note(second, "registers.confirm", f"row:{row.uuid}", on=ROWS_SINCE, place=place)
    _make_block_project(home, first, second)


BLOCK_PROJECT = {
    "number": "JZ-2024-01", "name": "永农集中连片整治一期", "owner": "示范县自然资源局", "works_on": "2023-03-01", "unit": "mu",
}  # fmt: skip


def _make_block_project(home: Path, first: User, second: User) -> None:
    """A block project under way in two villages, measured on the survey there is."""
    lie_in = json.loads((home / "demo" / "counties.json").read_text())
    place, file = Place.objects.get(code=lie_in["consolidation"]), home / "demo" / "projects" / "consolidation.txt"
    row, fresh = Row.objects.get_or_create(
        register=measuring.REGISTER, place=place, key=BLOCK_PROJECT["number"], since=ROWS_SINCE,
        defaults={"state": "listed", "content": BLOCK_PROJECT, "document": "示市资〔2024〕6号", "user": first},
    )  # fmt: skip
    if fresh:
        grounds.keep(row, grounds.handed([SimpleUploadedFile(file.name, file.read_bytes())]))
        RowDecision.objects.create(row=row, confirmed=True, user=second)
        note(first, "registers.enter", f"row:{row.uuid}", on=ROWS_SINCE, place=place)
        note(second, "registers.confirm", f"row:{row.uuid}", on=ROWS_SINCE, place=place)
    today = timezone.localdate()
    for each in measuring.assessed(place, today).projects:
        if each.measured is None:
            measuring.keep_measured(each, place, today)


# Name of the marker, what is said while it runs, the step.
STEPS: tuple[tuple[str, str, Callable[[Path, Tell], None]], ...] = (
    ("places", "示范单位 places", make_places),
    ("people", "示范用户 users", make_people),
    ("land", "示范土地（约一分钟） land, about a minute", make_land),
    ("towns", "乡镇和村 towns and villages", make_towns),
    ("registers", "登记簿 registers", make_registers),
    ("check", "第一次检查 first check", make_check),
    ("year", "台账的一年 a year of the book", make_year),
    ("statement", "上级系统的对账单 a statement of the upper system", make_statement),
)


def make(home: Path, tell: Tell) -> None:
    """Do the steps that have no marker, then say how to log in."""
    markers = home / "demo"
    markers.mkdir(exist_ok=True)
    for name, words, step in STEPS:
        if not (markers / f"{name}.done").exists():
            tell(f"正在准备 … {words}")
            step(home, tell)
            (markers / f"{name}.done").touch()
    passwords = load_passwords(home)
    for held in Membership.objects.filter(user__username__in=passwords).select_related("user", "agency").order_by("pk"):
        username = held.user.username
        tell(f"  {held.agency} {held.user}    用户 user: {username:<6} 密码 password: {passwords[username]}")


def load_passwords(home: Path) -> dict[str, str]:
    """The demonstration users' passwords, made once and kept where only the owner of the home folder reads."""
    file = home / "demo" / "passwords.json"
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = [username for username, *_ in (*PEOPLE, TOWN_USER) if username not in kept]
    if missing:
        kept |= {username: secrets.token_hex(4) for username in missing}
        file.parent.mkdir(exist_ok=True)
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(kept, out)
        part.replace(file)
    return kept
