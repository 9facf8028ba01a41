"""A real browser on the real server: granian, worker and embedded PostgreSQL, started as a user starts them.

`pytest tests/e2e --screenshots DIR` also writes the pictures of the README.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# No sandbox only where there is no other way; nothing in the background that would ask other hosts.
FLAGS = [
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--lang=zh-CN",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where pictures go."""
    parser.addoption("--screenshots", metavar="DIR", help="also write the README's pictures into DIR")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True)
class Live:
    """The served product."""

    address: str
    home: Path
    process: subprocess.Popen[str]

    @property
    def passwords(self) -> dict[str, str]:
        """Of the demonstration users."""
        found: dict[str, str] = json.loads((self.home / "demo" / "passwords.json").read_text())
        return found


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(home: Path, port: int, command: str = "demo") -> subprocess.Popen[str]:
    """Start the product as a user does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIANGTIAN_", "DJANGO_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "liangtian_web", command, "--port", str(port)],
        env={name: value for name, value in kept.items() if name not in {"DATABASE_URL", "SECRET_KEY"}}
        | {"LIANGTIAN_HOME": str(home), "LIANGTIAN_DEMO_PARCELS": "3000"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(address: str, process: subprocess.Popen[str], within_s: float = 300) -> None:
    """Wait until the log-in page answers."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended: {process.stdout.read() if process.stdout else ''}")
        try:
            with urllib.request.urlopen(f"{address}/login/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not answer in time")


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """`liangtian-web demo` in an empty home."""
    home = Path(tempfile.mkdtemp(prefix="liangtian-e2e-"))
    home.chmod(0o711)
    port = free_port()
    process = start(home, port)
    address = f"http://127.0.0.1:{port}"
    wait_for(address, process)
    yield Live(address, home, process)
    process.terminate()  # an interrupt would be ignored where the tests run in the background of a shell
    process.wait(60)
    if process.stdout:
        process.stdout.close()
    shutil.rmtree(home, ignore_errors=True)


def chromium() -> str | None:
    """The system's Chromium."""
    named = os.environ.get("LIANGTIAN_CHROMIUM")
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return named or next((path for path in found if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    path = chromium()
    if path is None:
        pytest.fail("Chromium is missing: sudo apt-get install chromium fonts-noto-cjk, or make test WITHOUT=e2e")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS, env={**os.environ, "LANGUAGE": "zh_CN"})
        yield found
        found.close()


@dataclass
class Watched:
    """A page whose mistakes are collected: anything in the console, any request to another host."""

    page: Page
    mistakes: list[str]


def open_page(context: BrowserContext, address: str) -> Watched:
    """A page that collects its mistakes."""
    page, mistakes = context.new_page(), []
    page.on("pageerror", lambda error: mistakes.append(f"error: {error}"))
    page.on("console", lambda said: mistakes.append(said.text) if said.type in {"error", "warning"} else None)
    page.on(
        "request",
        lambda asked: (
            mistakes.append(f"asked {asked.url}") if not asked.url.startswith((address, "data:", "blob:")) else None
        ),
    )
    return Watched(page, mistakes)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def watched(request: pytest.FixtureRequest, browser: Browser, live: Live) -> Iterator[Watched]:
    """A fresh page at both sizes; it must end without a mistake."""
    context = browser.new_context(viewport=request.param, base_url=live.address, locale="zh-CN")
    found = open_page(context, live.address)
    yield found
    context.close()
    assert found.mistakes == []


@pytest.fixture
def desk(browser: Browser, live: Live) -> Iterator[Watched]:
    """A fresh page at the desk's size; it must end without a mistake."""
    context = browser.new_context(viewport=DESK, base_url=live.address, locale="zh-CN")
    found = open_page(context, live.address)
    yield found
    context.close()
    assert found.mistakes == []


def log_in(page: Page, live: Live, username: str = "wang") -> None:
    """Through the page, as a user does."""
    page.goto("/login/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(live.passwords[username])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/")


@pytest.fixture
def picture(request: pytest.FixtureRequest):
    """Write the page as it is into `--screenshots`, if that was asked for."""
    folder = request.config.getoption("--screenshots", default=None)

    def write(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.wait_for_function(
                "() => [...document.querySelectorAll('[data-map]')].every((it) => !it.landMap || it.landMap.loaded())"
            )
            page.screenshot(path=Path(folder) / f"{name}.png")

    return write
