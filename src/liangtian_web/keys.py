"""Secrets this installation made for itself, kept in one file of the home folder that only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """Django's secret key and the passwords of the three roles of the embedded database."""

    secret_key: str
    superuser: str
    owner: str
    app: str


def load_keys(home: Path) -> Keys:
    """Read `home/keys.json`, making it first if it is not there; two programs starting at once agree on one file."""
    file = home / "keys.json"
    if not file.exists():
        make_home(home)
        made = Keys(*(secrets.token_urlsafe(n) for n in (50, 24, 24, 24)))
        handle, part = tempfile.mkstemp(dir=home, prefix="keys.")  # mode 0600
        with os.fdopen(handle, "w") as out:
            json.dump(asdict(made), out)
        try:
            os.link(part, file)  # refuses to replace: the first one wins
        except FileExistsError:
            pass
        finally:
            os.unlink(part)
    return Keys(**json.loads(file.read_text()))


def make_home(home: Path) -> None:
    """Create the home folder; as root others may pass through it, because the database runs as another user."""
    if not home.exists():
        home.mkdir(parents=True, mode=0o711 if os.geteuid() == 0 else 0o700)
