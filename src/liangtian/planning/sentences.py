"""Areas as sentences about plans have them: in the reader's unit, with its name."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from liangtian.messages import Language, render_text
from liangtian.units import AreaUnit, display_area


def area_words(
    area_m2: Fraction | int | Decimal, unit: AreaUnit = "mu", lang: Language = "zh", *, exact: bool = False
) -> str:
    """Write an area with the name of its unit.

    Parameters
    ----------
    exact : also in m², where the unit is another: a size is compared to the hundredth of a m²

    Examples
    --------
    >>> area_words(Decimal("666666.67")), area_words(20_000, "ha", "en")
    ('1,000.00 亩', '2.0000 ha')
    >>> area_words(Decimal("666666.67"), exact=True), area_words(Decimal("666666.67"), "m2", exact=True)
    ('1,000.00 亩（666,666.67 m²）', '666,666.67 m²')
    """
    said = render_text(f"planning-area-{unit}", {"area": display_area(area_m2, unit)}, lang=lang)
    if not exact or unit == "m2":
        return said
    return render_text("planning-area-exact", {"area": said, "area_m2": display_area(area_m2, "m2")}, lang=lang)
