"""The empty home folder of the other apps' tests."""

from tests.liangtian_web.onemap.conftest import home

__all__ = ["home"]
