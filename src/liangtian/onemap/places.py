"""Which place lies in which, by administrative code: 339901001 in 339901 in 339900 (also written 3399)."""

from __future__ import annotations


def stem(place: str) -> str:
    """Drop the zeros that only fill up a code of a higher level.

    Examples
    --------
    >>> stem("339900"), stem("330000"), stem("339901"), stem("339901000"), stem("339901001000"), stem("zone-1")
    ('3399', '33', '339901', '339901', '339901001', 'zone-1')
    """
    if not place.isdecimal():
        return place
    while len(place) in (9, 12) and place.endswith("000"):
        place = place[:-3]
    while len(place) in (4, 6) and place.endswith("00"):
        place = place[:-2]
    return place


def lies_in(place: str, within: str) -> bool:
    """Whether a place is another or lies in it; a functional zone without a code lies only in itself.

    Examples
    --------
    >>> lies_in("339901001", "339901"), lies_in("339901", "339900"), lies_in("339902", "339901")
    (True, True, False)
    """
    if not (place.isdecimal() and within.isdecimal()):
        return place == within
    return stem(place).startswith(stem(within))
