"""Object storage on this machine for the tests: a server that speaks S3, a process of its own, loopback only."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from standalone import said

SERVER = Path(sys.prefix) / "storage/bin/moto_server"  # an environment of its own: see tests/storage.txt
SIGNED = "AWS4-HMAC-SHA256 Credential=key/20240101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket by the server's address and its name."""

    endpoint: str
    name: str

    def put(self, key: str, content: bytes) -> None:
        self._asked("PUT", f"/{key}", content)

    def get(self, key: str) -> bytes:
        return self._asked("GET", f"/{key}")

    def keys(self, prefix: str) -> list[str]:
        listed = ET.fromstring(self._asked("GET", f"?list-type=2&prefix={prefix}"))
        return [each.text or "" for each in listed.iter() if each.tag.endswith("}Key")]

    def make(self) -> None:
        self._asked("PUT", "")

    def _asked(self, method: str, path: str, content: bytes | None = None) -> bytes:
        # The server wants to be told who asks, and believes it.
        about = {"Authorization": SIGNED, "Content-Type": "application/octet-stream"}
        request = Request(f"{self.endpoint}/{self.name}{path}", content, about, method=method)
        with urlopen(request, timeout=60) as answer:
            return bytes(answer.read())


@contextmanager
def bucket(folder: Path, name: str) -> Iterator[Bucket]:
    """An empty bucket; its server is ended, whatever happened."""
    log = folder / "storage.log"
    with log.open("wb") as out:
        started = subprocess.Popen([SERVER, "-H", "127.0.0.1", "-p", "0"], stdout=out, stderr=out)
    try:
        made = Bucket(said(log, r"Running on (http://127\.0\.0\.1:\d+)", started), name)
        made.make()
        yield made
    finally:
        started.kill()
        started.wait()
