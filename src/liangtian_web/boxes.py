"""A column of PostgreSQL's own type `box`, searched through GiST without any extension."""

from __future__ import annotations

from typing import Any

from django.db import models


class BoxField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """PostgreSQL's own `box`: (west, south, east, north) in degrees, searched through a GiST index."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "box"

    def get_prep_value(self, value: Any) -> str | None:
        """As PostgreSQL writes it."""
        if value is None:
            return None
        west, south, east, north = value
        return f"({east},{north}),({west},{south})"

    def from_db_value(self, value: str | None, *args: Any) -> tuple[float, ...] | None:
        """Back to west, south, east, north."""
        if value is None:
            return None
        east, north, west, south = (float(v) for v in value.replace("(", "").replace(")", "").split(","))
        return west, south, east, north
