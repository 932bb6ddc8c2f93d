"""Days that are counted or named by the calendar: "41 days ago", "20 November", "last Friday"."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from traceability.claims.data import load
from traceability.claims.named_days import PATTERN, named_day

Days = tuple[date | None, date | None]
"""First and last day, both inclusive; None is open."""
Read = Callable[[re.Match[str], datetime], Days | None]

_MONTH_NAMES = load("moments")["months"]["names"]
_WEEKDAYS_ZH = load("moments")["weekdays"]["zh"]
_WEEKDAYS_EN = load("moments")["weekdays"]["en"]
_MONTH = "|".join(
    f"{name}|{name[:3]}\\.?" + ("|sept\\.?" if name == "september" else "") for name in _MONTH_NAMES
)
_DAYS_IN = dict.fromkeys(("hour", "小时", "钟头"), 1 / 24) | {"day": 1, "天": 1, "日": 1, "week": 7, "周": 7}
_DAYS_IN |= {"星期": 7, "month": 30.4, "月": 30.4, "year": 365, "年": 365}
_UNIT_ZH = "天|日|周|个?星期|个月|个?小时|个?钟头|年"
_UNIT_EN = "hour|day|week|month|year"
_TOLERANCE = 0.1
"""Of what is counted: nobody counts 41 days as exactly 41."""


def _ago(match: re.Match[str], on: datetime) -> Days:
    low = float(match["n"])
    high = float(match["n2"] or low)
    days = _days_in(match)
    bound = (match["bound"] or "").strip()
    if bound in _AT_MOST:
        return (on - timedelta(low * days)).date(), on.date()
    if bound in _AT_LEAST or match["more"]:
        # 40多天 is less than 50 days, 一个多月 less than two months.
        most = low + (10 if low % 10 == 0 else 1)
        return None if bound else _back(on, most * days), _back(on, low * days)
    slack = 0.0 if days == 1 and high < 5 and not bound else _TOLERANCE * high * days
    return _back(on, high * days + slack), _back(on, low * days - slack)


def _back(on: datetime, days: float) -> date:
    return (on - timedelta(max(days, 0))).date()


_AT_MOST = (
    "不到",
    "不超过",
    "不足",
    "less than",
    "within",
    "in the last",
    "in the past",
    "no more than",
    "under",
)
_AT_LEAST = ("超过", "more than", "over", "at least", "至少")
_ABOUT = ("大概", "大约", "约", "差不多", "about", "around", "roughly", "some", "nearly", "almost")
_BOUND = "|".join((*_AT_MOST, *_AT_LEAST, *_ABOUT))


def _within(match: re.Match[str], on: datetime) -> Days:
    return _back(on, float(match["n"] or 1) * _days_in(match)), on.date()


def _days_in(match: re.Match[str]) -> float:
    return _DAYS_IN[match["unit"].removeprefix("个")]


def _dated(match: re.Match[str], on: datetime) -> Days:
    groups = match.groupdict()
    month = _month(groups["month"])
    day = int(groups["day"])
    if year := _year(groups, on):
        exact = date(year, month, day)
        return exact, exact
    nearest = _nearest_year(month, day, on)
    return nearest, nearest


def _year(groups: Mapping[str, str | None], on: datetime) -> int | None:
    """As it is named: by its number, or from the year in which it is said."""
    if which := groups.get("which"):
        return on.year + _STEPS[which]
    return int(year) if (year := groups.get("year")) else None


def _nearest_year(month: int, day: int, on: datetime) -> date:
    """Without a year, the date nearest to the day on which it is said."""
    years = (on.year - 1, on.year, on.year + 1)
    days = [date(year, month, day) for year in years if day <= monthrange(year, month)[1]]
    return min(days, key=lambda each: abs(each - on.date()))


def _day_alone(match: re.Match[str], on: datetime) -> Days:
    """ "The 20th": of this month, or of the last one if that is still to come."""
    day = int(match["day"])
    month_before = on.date().replace(day=1) - timedelta(1)
    of_month = on.date() if day <= on.day else month_before
    exact = of_month.replace(day=day)
    return exact, exact


def _month_alone(match: re.Match[str], on: datetime) -> Days:
    month = _month(match["month"])
    year = _year(match.groupdict(), on) or (on.year if month <= on.month else on.year - 1)
    first, last = _THIRDS.get(match["third"] or "", (1, 31))
    return date(year, month, first), date(year, month, min(last, monthrange(year, month)[1]))


_THIRDS = dict.fromkeys(("初", "上旬", "early"), (1, 10)) | dict.fromkeys(("中旬", "mid"), (10, 20))
_THIRDS |= dict.fromkeys(("底", "末", "下旬", "late"), (20, 31))


def _month(name: str) -> int:
    return (
        int(name)
        if name.isdigit()
        else next(n for n, each in enumerate(_MONTH_NAMES, 1) if each.startswith(name[:3]))
    )


def _weekday(match: re.Match[str], on: datetime) -> Days:
    name = match["weekday"]
    number = (
        6 if name == "天" else _WEEKDAYS_ZH.index(name) if name in _WEEKDAYS_ZH else _WEEKDAYS_EN.index(name)
    )
    back = (on.weekday() - number) % 7
    if match["last"] in ("上", "上个"):
        back = on.weekday() - number + 7
    exact = on.date() - timedelta(back or (7 if match["last"] == "last " else 0))
    return exact, exact


def _near_span(match: re.Match[str], on: datetime) -> Days:
    """Last, this or next week, month or year."""
    today, steps = on.date(), _STEPS[match["which"]]
    if match["kind"] in ("年", "year"):
        months = _THIRDS_OF_A_YEAR.get((match["third"] or "")[-1:], (1, 12))
        year = today.year + steps
        return date(year, months[0], 1), date(year, months[1], monthrange(year, months[1])[1])
    if match["kind"] in ("月", "month"):
        months_on = today.year * 12 + today.month - 1 + steps
        first = date(months_on // 12, months_on % 12 + 1, 1)
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    monday = today - timedelta(today.weekday()) + timedelta(weeks=steps)
    return monday + timedelta(5 if match["kind"] in ("周末", "weekend") else 0), monday + timedelta(6)


_STEPS = dict.fromkeys(("上", "上个", "去", "last"), -1) | dict.fromkeys(("下", "下个", "明", "next"), 1)
_STEPS |= dict.fromkeys(("这个", "这", "本", "今", "this"), 0) | {"前": -2}
_THIRDS_OF_A_YEAR = dict.fromkeys("初y", (1, 3)) | dict.fromkeys("底末e", (10, 12))
"""By the last letter of the word: 年初, early; 年底, late."""


_YEAR_ZH = r"(?:(?P<year>20\d\d)年|(?P<which>[去今明])年)?"
_YEAR_EN = r"(?:,? (?P<year>20\d\d)|,?(?: of)? (?P<which>last|this|next) year)?"
_DATE_ZH = rf"{_YEAR_ZH}(?<!\d)(?P<month>1[0-2]|0?[1-9])月(?:份的?)?(?P<day>[12]\d|3[01]|0?[1-9])[日号]?"
_ISO = r"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>1[0-2]|0?[1-9])[-/.](?P<day>[12]\d|3[01]|0?[1-9])(?!\d)"
_SLASHED = r"(?<![\d/])(?P<month>1[0-2]|0?[1-9])/(?P<day>[12]\d|3[01]|0?[1-9])(?![\d/])"
_DAY_MONTH = rf"\b(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})\b{_YEAR_EN}"
_MONTH_DAY = rf"\b(?P<month>{_MONTH}) (?:the )?(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b{_YEAR_EN}"

_AGO_ZH = (
    rf"(?P<bound>{_BOUND})?\s?(?P<n>\d+(?:\.\d+)?)(?:[-到~](?P<n2>\d+))?个?"
    rf"(?P<more>多)?(?P<unit>{_UNIT_ZH}|(?<=多)月)(?:多|左右)?(?:之|以)?前"
)
_AGO_EN = (
    rf"(?P<bound>{_BOUND})?\s?\b(?P<n>\d+(?:\.\d+)?)(?:(?:-| to | or )(?P<n2>\d+))?(?P<more>\+)? "
    rf"(?P<unit>{_UNIT_EN})s? (?:ago|back|earlier|before)\b"
)
_WITHIN_ZH = rf"(?:近|最近)?(?P<n>\d+)个?(?P<unit>{_UNIT_ZH})(?:之内|以内|内)"
_WITHIN_EN = (
    r"\b(?:within|less than|under|in) (?:the )?(?:last |past )?"
    rf"(?:(?P<n>\d+) |(?<=last )|(?<=past ))(?P<unit>{_UNIT_EN})s?\b(?! (?:of|after|ago|to|and))"
)
_THE_DAY_ZH = r"(?<![月\d])(?P<day>[12]\d|3[01]|[1-9])号(?![地楼线园库棚机区链])"
_THE_DAY_EN = rf"\b(?:on|is|was) the (?P<day>[12]\d|3[01]|[1-9])(?:st|nd|rd|th)\b(?! (?:of )?(?:{_MONTH})\b)"
_MONTH_ZH = (
    rf"{_YEAR_ZH}(?<!\d)(?P<month>1[0-2]|[1-9])月(?:份)?"
    r"(?P<third>初|上旬|中旬|下旬|底|末)?(?!\d)"
)
_MONTH_EN = (
    r"\b(?:in|since|last|until|till|through|to|by|of|end of|before) (?P<third>early|mid|late)?[- ]?"
    rf"(?P<month>{_MONTH})\b"
    rf"(?! \d{{1,2}}\b){_YEAR_EN}"
)
_PART_OF_MONTH_EN = rf"\b(?P<third>early|mid|late)[- ](?P<month>{_MONTH})\b(?! \d{{1,2}}\b){_YEAR_EN}"
_WEEKDAY_ZH = r"(?P<last>上个?|这个?|本)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
_WEEKDAY_EN = rf"\b(?P<last>last |on |this )?(?P<weekday>{'|'.join(_WEEKDAYS_EN)})\b"
_SPAN_ZH = (
    r"(?P<which>上个|上|下个|下|这个|这|本|去|今|前|明)(?P<kind>周末|年|月|周|星期)(?![一二三四五六日天])"
    r"(?P<third>年?[初底末])?"
)
_SPAN_EN = (
    r"\b(?:(?P<third>early|late) )?(?P<which>last|this|next) (?P<kind>month|year|weekend|week)(?:'s)?\b"
)

_BY_READER: tuple[tuple[Read, tuple[str, ...]], ...] = (
    (_ago, (_AGO_ZH, _AGO_EN)),
    (_within, (_WITHIN_ZH, _WITHIN_EN)),
    (_dated, (_ISO, _DATE_ZH, _SLASHED, _DAY_MONTH, _MONTH_DAY)),
    (_day_alone, (_THE_DAY_ZH, _THE_DAY_EN)),
    (_month_alone, (_MONTH_ZH, _MONTH_EN, _PART_OF_MONTH_EN)),
    (_weekday, (_WEEKDAY_ZH, _WEEKDAY_EN)),
    (_near_span, (_SPAN_ZH, _SPAN_EN)),
    (named_day, (PATTERN,)),
)
READERS = tuple((re.compile(pattern), read) for read, patterns in _BY_READER for pattern in patterns)
"""What to look for and how to read it; the longest at a place wins."""
