"""How far two places are apart, where they are named by `geo:` URIs (RFC 5870)."""

import re
from math import asin, cos, radians, sin, sqrt

_GEO = re.compile(r"geo:(-?[0-9]{1,3}(?:\.[0-9]{1,12})?),(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)(?:[,;].*)?")
_EARTH_KM = 6_371.0


def kilometres(here: str, there: str) -> float | None:
    """Along the surface of a sphere; None unless both places say where they are."""
    one, other = _coordinates(here), _coordinates(there)
    if one is None or other is None:
        return None
    (lat, lon), (to_lat, to_lon) = one, other
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


def _coordinates(place: str) -> tuple[float, float] | None:
    """Latitude and longitude in radians."""
    match = _GEO.fullmatch(place)
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    return (radians(latitude), radians(longitude)) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
