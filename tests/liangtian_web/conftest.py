"""The pages' tests run on a real PostgreSQL of their own, as the application's role: a missing right fails a test."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

HOME = Path(tempfile.mkdtemp(prefix="liangtian-test-"))
HOME.chmod(0o711)  # as root the server runs as another user, who must be able to pass
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["LIANGTIAN_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "liangtian_web.settings"
for name in ("DATABASE_URL", "DATABASE_URL_FILE", "DATABASE_OWNER_URL", "SECRET_KEY", "LIANGTIAN_TLS"):
    os.environ.pop(name, None)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from liangtian_web import embedded  # noqa: E402
from liangtian_web.people.models import Agency, Membership, Place, User  # noqa: E402

MIDNIGHT_NEAR = timedelta(minutes=2)
PASSWORD = "seven-fields-of-rice"
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test begins just before midnight in China: what it calls today would be yesterday to the server."""
    now = timezone.localtime()
    left = timedelta(days=1) - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
    if left < MIDNIGHT_NEAR:
        time.sleep(left.total_seconds() + 1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[embedded.Cluster]:
    """The server of this test session."""
    server = embedded.Cluster(HOME)
    server.start()
    with embedded.connect(HOME, embedded.SUPERUSER, server.keys.superuser, "postgres") as db:
        db.execute(f"ALTER ROLE {embedded.OWNER} CREATEDB")
        for promise in ("fsync", "full_page_writes"):  # kept against a power cut, which no test survives
            db.execute(f"ALTER SYSTEM SET {promise} = off")
        db.execute("SELECT pg_reload_conf()")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_setup(cluster: embedded.Cluster, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Migrate as the owner, then go on as the application. The server goes with its database, nothing is torn down."""
    from django.db import connection

    with django_db_blocker.unblock():
        connection.settings_dict |= {name: settings.OWNER[name] for name in ("USER", "PASSWORD")}
        connection.creation.create_test_db(verbosity=0)
        with connection.cursor() as cursor:  # a transactional test ends by truncating, which nobody else may
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {embedded.APP}")
            cursor.execute("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '%%_no_truncate'")
            for table, trigger in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        connection.close()
        connection.settings_dict |= {name: settings.APPLICATION[name] for name in ("USER", "PASSWORD")}
    yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture
def password() -> str:
    """Everybody's."""
    return PASSWORD


@pytest.fixture
def places(db: None) -> dict[str, Place]:
    """示范市 with its two counties, and a town of the first."""
    city = Place.objects.create(code="339900", name="示范市", kind="city")
    county = Place.objects.create(code="339901", name="示范县", kind="county", parent=city)
    other = Place.objects.create(code="339902", name="示范二县", kind="county", parent=city)
    town = Place.objects.create(code="339901100", name="城关镇", kind="town", parent=county)
    return {"city": city, "county": county, "other": other, "town": town}


def person(username: str, name: str, place: Place, role: str) -> User:
    """A user of the bureau of a place."""
    user = User.objects.create_user(username, password=PASSWORD, display_name=name)
    agency, _ = Agency.objects.get_or_create(name=f"{place.name}自然资源局", place=place)
    Membership.objects.create(user=user, agency=agency, place=place, role=role)
    return user


@pytest.fixture
def county_officer(places: dict[str, Place]) -> User:
    """Answers for 示范县."""
    return person("wang", "王工", places["county"], "officer")


@pytest.fixture
def county_admin(places: dict[str, Place]) -> User:
    """Administers 示范县."""
    return person("sun", "孙主任", places["county"], "admin")


@pytest.fixture
def city_auditor(places: dict[str, Place]) -> User:
    """Audits the whole of 示范市."""
    return person("li", "李审", places["city"], "auditor")


@pytest.fixture
def outsider(places: dict[str, Place]) -> User:
    """Answers for the county next door."""
    return person("zhao", "赵工", places["other"], "officer")


def browser(user: User) -> Client:
    """A client logged in as the user."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def officer_client(county_officer: User) -> Client:
    """The county officer's browser."""
    return browser(county_officer)


@pytest.fixture
def admin_client(county_admin: User) -> Client:
    """The county administrator's browser."""
    return browser(county_admin)


@pytest.fixture
def auditor_client(city_auditor: User) -> Client:
    """The city auditor's browser."""
    return browser(city_auditor)


@pytest.fixture
def outsider_client(outsider: User) -> Client:
    """The outsider's browser."""
    return browser(outsider)
