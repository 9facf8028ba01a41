"""m², 亩, 公顷, kg, shares: the only place where anything is rounded.

Parcel areas are integer hundredths of m² (dm², a square decimetre); the book holds whole m², kg and fen.
1 亩 = 2000/3 m² exactly, 1 公顷 = 10000 m² = 15 亩.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

AreaUnit = Literal["mu", "ha", "m2"]

MU_M2 = Fraction(2000, 3)
HA_M2 = Fraction(10_000)
UNIT_M2: dict[str, Fraction] = {"mu": MU_M2, "ha": HA_M2, "m2": Fraction(1)}
DISPLAY_PLACES: dict[str, int] = {"mu": 2, "ha": 4, "m2": 2}


def round_half_up(value: Fraction | int, places: int = 0) -> Decimal:
    """Round an exact value half away from zero.

    Examples
    --------
    >>> round_half_up(Fraction(5, 2)), round_half_up(Fraction(-5, 2)), round_half_up(Fraction(1, 3), 2)
    (Decimal('3'), Decimal('-3'), Decimal('0.33'))
    """
    whole = (2 * 10**places * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


def round_dm2(area_m2: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Round measured areas to integer hundredths of m², half away from zero.

    Examples
    --------
    >>> round_dm2(np.array([0.005, 1.234, -0.005])).tolist()
    [1, 123, -1]
    """
    scaled = np.asarray(area_m2, dtype=np.float64) * 100.0
    return (np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int64)


def m2_from_dm2(area_dm2: int) -> Decimal:
    """Hundredths of m² as an exact decimal with two places.

    Examples
    --------
    >>> m2_from_dm2(1169255)
    Decimal('11692.55')
    """
    return Decimal(int(area_dm2)).scaleb(-2)


def net_dm2(gross_dm2: npt.NDArray[np.int64], ridge_millionths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Net class area: gross minus the ridge part, the part rounded half-up to 0.01 m² (KCMJ).

    Parameters
    ----------
    gross_dm2 : shape (n,), hundredths of m², not negative
    ridge_millionths : shape (n,), ridge coefficient KCXS in millionths (0.0680 → 68000)

    Examples
    --------
    >>> net_dm2(np.array([1000000]), np.array([68000])).tolist()
    [932000]
    """
    gross = np.asarray(gross_dm2, dtype=np.int64)
    part = np.asarray(ridge_millionths, dtype=np.int64)
    # Split so that the product stays inside int64 for any parcel below 9e12 m².
    high, low = np.divmod(gross, 1_000_000)
    return gross - (high * part + (low * part + 500_000) // 1_000_000)


def round_share(share: Fraction, amount: int) -> int:
    """A share of a book amount, half-up; the residue stays with the giver (our rule).

    Examples
    --------
    >>> round_share(Fraction(1, 5), 12)
    2
    """
    # Whole numbers throughout: assessment takes shares of years of acceptances again.
    doubled, whole = 2 * share.numerator * abs(amount), 2 * share.denominator
    rounded = (doubled + share.denominator) // whole
    return rounded if amount >= 0 else -rounded


def display_area(area_m2: Fraction | int | Decimal, unit: AreaUnit = "mu", places: int | None = None) -> str:
    """Write an area for people: thousands separators, fixed places, no unit.

    Examples
    --------
    >>> display_area(Decimal("666666.67"), "mu"), display_area(Decimal("11692.55"), "m2"), display_area(12345, "ha")
    ('1,000.00', '11,692.55', '1.2345')
    """
    return f"{round_half_up(Fraction(area_m2) / UNIT_M2[unit], DISPLAY_PLACES[unit] if places is None else places):,}"
