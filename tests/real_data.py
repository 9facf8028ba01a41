"""The folder of real data, named by LIANGTIAN_TEST_DATA. Without it, tests say so; in CI they fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def real_data(*parts: str) -> Path:
    """A file of the real data."""
    folder = os.environ.get("LIANGTIAN_TEST_DATA")  # noqa: TID251 - the ban is the kernel's, this is a test
    if not folder:
        if os.environ.get("CI"):  # noqa: TID251 - as above
            pytest.fail("LIANGTIAN_TEST_DATA is not set")
        pytest.skip("LIANGTIAN_TEST_DATA is not set")
    return Path(folder, *parts)
