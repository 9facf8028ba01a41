"""The hand-made county as a fixture."""

from squares import home

__all__ = ["home"]
