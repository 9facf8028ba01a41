"""Areas in the unit of the header, and the words of layers."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.utils.translation import get_language, gettext
from pyproj import CRS

from liangtian.onemap.layers import LAYERS
from liangtian.space.crs import CGCS2000
from liangtian.units import display_area

register = template.Library()


@register.filter
def area(area_m2: Decimal | int | float | None, unit: str) -> str:
    """An area of m² in the unit of the header, without its name; a dash for nothing known."""
    if area_m2 is None or area_m2 == "":
        return "—"
    return display_area(Fraction(str(area_m2)), unit)  # type: ignore[arg-type]


@register.filter
def unit_word(unit: str) -> str:
    """What the unit is called."""
    return {"mu": gettext("亩"), "ha": gettext("公顷")}.get(unit, "m²")


@register.filter
def layer_name(code: str) -> str:
    """A layer's name in the reader's language."""
    spec = LAYERS.get(code)
    return code if spec is None else spec.en if get_language() == "en" else spec.zh


@register.filter
def crs_word(name: str) -> str:
    """A coordinate system, by its name or its EPSG number, as surveyors call it.

    Examples
    --------
    >>> crs_word("CGCS2000 / 3-degree Gauss-Kruger CM 120E"), crs_word("CGCS2000 / 3-degree Gauss-Kruger zone 40")
    ('CGCS2000 3° 40 带', 'CGCS2000 3° 40 带')
    >>> crs_word("China Geodetic Coordinate System 2000")
    'CGCS2000 经纬度'
    >>> crs_word("EPSG:4549")
    'CGCS2000 3° 40 带'
    """
    name = CRS.from_user_input(name).name if name.startswith("EPSG:") else name
    if name == CGCS2000.name:
        return gettext("CGCS2000 经纬度")
    if found := re.fullmatch(r"CGCS2000 / 3-degree Gauss-Kruger (CM|zone) (\d+)E?", name):
        zone = int(found[2]) // 3 if found[1] == "CM" else int(found[2])
        return gettext("CGCS2000 3° %(zone)s 带") % {"zone": zone}
    return name


@register.filter
def thousands(value: Any) -> str:
    """A number with separators, places as given; a dash for nothing known."""
    return "—" if value is None or value == "" else f"{value:,}"


@register.filter
def as_json(value: Any) -> str:
    """JSON text for a data attribute; the template escapes it."""
    return json.dumps(value, ensure_ascii=False, default=str)


@register.filter
def as_json_list(value: Any) -> str:
    """A list of this one value, as JSON text."""
    return json.dumps([value], ensure_ascii=False)
