"""Days that have a name of their own, solar terms and feasts of the sun's year: "after Frost's Descent"."""

import re
from datetime import date, datetime, timedelta

from traceability.claims.data import load

_NAMED = {name: (row["month"], row["day"]) for row in load("moments")["named"] for name in row["names"]}
_NAMES = "|".join(sorted(_NAMED, key=len, reverse=True))
_SIDE = "前后|左右|[之以过]?后|[之以]?前头?|那天|当天|期间"
PATTERN = rf"(?P<en>\b(?:before|after|around|on) )?(?P<name>{_NAMES})(?P<zh>{_SIDE})?"
_AROUND = timedelta(7)
_ITSELF = timedelta(1)
"""Solar terms move by a day from year to year."""


def named_day(match: re.Match[str], on: datetime) -> tuple[date | None, date | None]:
    """From the day that lies nearest: itself, all before, all since, or the week around it."""
    month, day = _NAMED[match["name"]]
    years = (date(year, month, day) for year in (on.year - 1, on.year, on.year + 1))
    nearest = min(years, key=lambda each: abs(each - on.date()))
    side = (match["zh"] or match["en"] or "").strip()
    if side in ("前后", "左右", "期间", "around"):
        return nearest - _AROUND, nearest + _AROUND
    if "后" in side or side == "after":
        return nearest - _ITSELF, on.date()
    if "前" in side or side == "before":
        return None, nearest + _ITSELF
    return nearest - _ITSELF, nearest + _ITSELF
