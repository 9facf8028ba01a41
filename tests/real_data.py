"""The folder of real data, named by LIANGTIAN_TEST_DATA; its absence is reported, and is a failure in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = os.environ.get("LIANGTIAN_TEST_DATA", "")  # noqa: TID251 - the ban is the kernel's, this is a test


def real_data(*parts: str) -> Path:
    """A path in the folder of real data.

    Skips the test where no folder is named; in CI that is a failure.
    """
    if not FOLDER:
        if os.environ.get("CI"):  # noqa: TID251 - as above
            pytest.fail("LIANGTIAN_TEST_DATA names no folder: the tests on real data cannot run")
        pytest.skip("LIANGTIAN_TEST_DATA is not set: real data not tested")
    return Path(FOLDER, *parts)
