"""The demonstration: 示范市 with 示范县 and 示范二县, wholly invented, made step by step.

A step that finished leaves a marker; a run cut short goes on with the step it was in, so each step can be repeated.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from liangtian_web.people.models import Agency, Membership, Place, User

Tell = Callable[[str], None]

# username, name, place code, agency, role
PEOPLE = (
    ("wang", "王工", "339901", "示范县自然资源局", "officer"),
    ("zhao", "赵工", "339902", "示范二县自然资源局", "officer"),
    ("li", "李审", "339900", "示范市自然资源局", "auditor"),
    ("admin", "管理员", "339900", "示范市自然资源局", "admin"),
)
# code, name, kind, code of the parent
PLACES = (
    ("339900", "示范市", "city", None),
    ("339901", "示范县", "county", "339900"),
    ("339902", "示范二县", "county", "339900"),
)


def make_places(home: Path, tell: Tell) -> None:
    """The city and its two counties."""
    for code, name, kind, parent in PLACES:
        above = Place.objects.get(code=parent) if parent else None
        Place.objects.get_or_create(code=code, defaults={"name": name, "kind": kind, "parent": above})


@transaction.atomic
def make_people(home: Path, tell: Tell) -> None:
    """One user a role, each with a password made for this installation."""
    passwords = load_passwords(home)
    for username, name, code, agency_name, role in PEOPLE:
        place = Place.objects.get(code=code)
        agency, _ = Agency.objects.get_or_create(name=agency_name, place=place)
        user, _ = User.objects.get_or_create(username=username, defaults={"display_name": name})
        user.is_staff = user.is_superuser = role == "admin"
        user.set_password(passwords[username])
        user.save()
        Membership.objects.get_or_create(user=user, agency=agency, place=place, role=role)


# Name of the marker, what is said while it runs, the step. The county's layers and the first check join here.
STEPS: tuple[tuple[str, str, Callable[[Path, Tell], None]], ...] = (
    ("places", "示范单位 places", make_places),
    ("people", "示范用户 users", make_people),
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
    for username, name, _, agency, _ in PEOPLE:
        tell(f"  {agency} {name}    用户 user: {username:<6} 密码 password: {passwords[username]}")


def load_passwords(home: Path) -> dict[str, str]:
    """The demonstration users' passwords, made once and kept where only the owner of the home folder reads."""
    file = home / "demo" / "passwords.json"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump({username: secrets.token_hex(4) for username, *_ in PEOPLE}, out)
        part.rename(file)
    passwords: dict[str, str] = json.loads(file.read_text())
    return passwords
