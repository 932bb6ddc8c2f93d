"""Which numbers of an XLSX file are dates, and which ones: a date there is a number that is shown as one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 (a sheet knows no zone)
"""Day 0, by whether the file counts from 1904, as Excel on old Macs does."""
_DAYS = range(1, 2_958_466)
"""Up to the end of 9999."""

_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_WITH_TIME = frozenset([18, 19, 20, 21, 22, 32, 33, 34, 35, 45, 46, 47, 55, 56])
"""Formats that no file spells out (ECMA-376 18.8.30); 27 to 36 and 50 to 58 are East Asian."""
_UNREAD = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]|_.|\*.')


@dataclass(frozen=True, slots=True)
class Dates:
    formats: Sequence[int]
    """Of each cell style its number format."""
    codes: Mapping[int, str]
    """Number formats that the file spells out."""
    from_1904: bool

    def written(self, style: int, serial: str) -> str | None:
        """The date of a number in this style, as a `Cell` holds it; None for a number that is no date."""
        shown = self._shown(style)
        try:
            days = float(serial)
        except ValueError:
            return None
        if shown is None or not _DAYS[0] <= days < _DAYS[-1]:
            return None
        moment = _EPOCHS[self.from_1904] + timedelta(milliseconds=round(days * 86_400_000))
        is_day = days == int(days) and shown == "date"
        return moment.date().isoformat() if is_day else moment.isoformat(timespec="milliseconds")

    def _shown(self, style: int) -> str | None:
        number = self.formats[style] if 0 <= style < len(self.formats) else 0
        if (code := self.codes.get(number)) is None:
            return ("time" if number in _WITH_TIME else "date") if number in _DATES else None
        letters = set(_UNREAD.sub("", code.partition(";")[0]).lower())
        if not letters & set("ymdhs"):
            return None
        return "time" if letters & set("hs") else "date"
