"""The one settings file, read in a fresh program each time."""

import json
import os
import subprocess
import sys

import pytest


def run(home, *command, **environment):
    """A management command with nothing set but what is given."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "VIRTUAL_ENV"}}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "liangtian_web", *command],
        env=kept | {"LIANGTIAN_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_deployment_check_is_clean_behind_tls(tmp_path):
    done = run(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING",
        LIANGTIAN_TLS="yes", LIANGTIAN_HOSTS="liangtian.example",
    )  # fmt: skip
    # The two silenced ask to bind subdomains and preload lists: the domain owner's decision.
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (2 silenced).\n"), done.stderr


def test_deployment_check_warns_of_one_role_for_everything(tmp_path):
    done = run(
        tmp_path, "check", "--deploy",
        LIANGTIAN_TLS="yes", DATABASE_URL="postgresql://one:secret@db.example/liangtian", SECRET_KEY="x1y2z3" * 12,
    )  # fmt: skip
    assert "(liangtian.W001)" in done.stderr


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_of_a_command_makes_no_database(tmp_path, flag):
    done = run(tmp_path, "book", flag)
    assert (done.returncode, done.stdout.startswith("usage: ")) == (0, True), done.stderr
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir()) == []


def test_secrets_come_from_files_and_nothing_is_written_then(tmp_path):
    (tmp_path / "url").write_text("postgresql://app:s%2Fcret@db.example:6432/liangtian?sslmode=require\n")
    (tmp_path / "key").write_text("k" * 60)
    show = (
        "from django.conf import settings as s; d = s.DATABASES['default'];"
        "print(d['USER'], d['PASSWORD'], d['HOST'], d['PORT'], d['NAME'], d['OPTIONS'], s.SECRET_KEY == 'k' * 60)"
    )
    home = tmp_path / "home"
    done = run(
        home, "shell", "--no-imports", "-c", show,
        DATABASE_URL_FILE=str(tmp_path / "url"), SECRET_KEY_FILE=str(tmp_path / "key"),
    )  # fmt: skip
    assert done.stdout == "app s/cret db.example 6432 liangtian {'sslmode': 'require'} True\n", done.stderr
    assert not home.exists()


def test_secret_key_is_made_once_and_kept(tmp_path):
    show = ("check",)
    run(tmp_path, *show)
    first = (tmp_path / "keys.json").read_text()
    run(tmp_path, *show)
    assert (tmp_path / "keys.json").read_text() == first


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LIANGTIAN_TLS", "maybe", "LIANGTIAN_TLS must be yes or no, not 'maybe'"),
        ("LIANGTIAN_UPLOAD_MB_MAX", "much", "LIANGTIAN_UPLOAD_MB_MAX must be a whole number, not 'much'"),
        (
            "LIANGTIAN_BASEMAP_URL",
            "https://a.example https://b.example/{z}/{x}/{y}",
            "LIANGTIAN_BASEMAP_URL must be an address of one host with {z}, {x} and {y}: https://host/…/{z}/{x}/{y}.png",
        ),
        ("DATABASE_URL", "sqlite:///x", "DATABASE_URL must begin with postgresql://, not sqlite://"),
    ],
)
def test_wrong_setting_is_named(tmp_path, name, value, said):
    done = run(tmp_path, "check", **{name: value})
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].endswith(said)


@pytest.mark.parametrize(
    ("template", "hosts"),
    [
        ("", []),
        ("/base/{z}/{x}/{y}.png", []),
        (
            "https://t0.tianditu.example/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=k",
            ["https://t0.tianditu.example"],
        ),
    ],
)
def test_the_policy_opens_to_the_host_of_the_base_map_alone(tmp_path, template, hosts):
    show = (
        "import json; from django.conf import settings as s; d = s.CONTENT_SECURITY_POLICY['DIRECTIVES'];"
        "print(json.dumps([[k, w] for k, v in d.items() for w in v if w[0] != chr(39)]))"
    )
    done = run(
        tmp_path, "shell", "--no-imports", "-c", show,
        LIANGTIAN_BASEMAP_URL=template, DATABASE_URL="postgresql://db.example/liangtian", SECRET_KEY="x1y2z3" * 12,
    )  # fmt: skip
    opened = [["img-src", "data:"], ["img-src", "blob:"]]
    opened += [["img-src", host] for host in hosts] + [["connect-src", host] for host in hosts]
    assert json.loads(done.stdout) == opened, done.stderr
