"""Numbers, units, bounds and moments are read as they are meant, in both languages."""

from datetime import date, datetime, timedelta, timezone
from math import inf

import pytest

from traceability.claims.moments import moments
from traceability.claims.normal import normal
from traceability.claims.quantities import quantities

ON = datetime(2026, 11, 22, 14, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("糖度十二点五", "糖度12.5"),
        ("三十一公斤", "31公斤"),
        ("一百二十斤", "120斤"),
        ("二〇二六年", "2026年"),
        ("两三天", "约2-3天"),
        ("十三四度", "约13-14度"),
        ("两斤半", "2.5斤"),
        ("七个半小时", "7.5个小时"),
        ("百分之二十", "20%"),
        ("零下五度", "-5度"),
        ("１２．５度", "12.5度"),
        ("forty-one days", "41 days"),
        ("twelve point five", "12.5"),
        ("two hundred and fifty kilos", "250 kilos"),
        ("a week ago", "1 week ago"),
        ("a fortnight ago", "2 weeks ago"),
        ("a full half kilo", "a full 0.5 kilo"),
        ("two and a half kilo", "2.5 kilo"),
        ("half past six", "6:30"),
        ("quarter to five", "4:45"),
        ("ten and a half ounces", "10.5 ounces"),
        ("between minus one and four", "between -1 and 4"),
        ("the twenty-second of november", "the 22th of november"),
        ("零到二度", "0到2度"),
        ("一度八", "1.8度"),
        ("四十来天", "40多天"),
        ("个把月前", "1个多月前"),
        ("还没半个月", "不到0.5个月"),
        ("十一月十九", "11月19"),
        ("今早先摘的 农惨合格", "今早现摘的,农残合格"),
        ("minus five degrees", "-5 degrees"),
    ],
)
def test_number_words_become_digits(said, read):
    assert normal(said) == read


@pytest.mark.parametrize(
    "said", ["一直", "万一", "第一", "十分甜", "统一", "唯一的", "one of the best", "zero residue"]
)
def test_words_that_only_look_like_numbers_stay(said):
    assert normal(said) == said


@pytest.mark.parametrize(
    ("said", "low", "high", "dimension"),
    [
        ("糖度12度以上", 12, inf, "degree"),
        ("不低于12度", 12, inf, "degree"),
        ("没有超过四度", -inf, 4, "degree"),
        ("0到4℃", 0, 4, "temperature"),
        ("between 0 and 4 degrees", 0, 4, "degree"),
        ("it never once went above 4 °C", -inf, 4, "temperature"),
        ("at least 12 Brix", 12, inf, "brix"),
        ("39.2 degrees Fahrenheit", 4, 4, "temperature"),
        ("三万斤", 15_000, 15_000, "weight"),
        ("1,000 kg", 1_000, 1_000, "weight"),
        ("300克", 0.3, 0.3, "weight"),
        ("48小时以内", -inf, 48, "duration"),
        ("0.02毫克每公斤", 0.02, 0.02, "residue"),
    ],
)
def test_a_quantity_has_its_bounds_and_its_dimension(said, low, high, dimension):
    (quantity,) = quantities(normal(said))

    assert (quantity.low, quantity.high) == pytest.approx((low, high))
    assert quantity.dimension == dimension


def test_a_stated_value_agrees_with_what_rounds_to_it():
    (whole,) = quantities("10度")
    (tenth,) = quantities("10.1度")

    assert whole.agrees_with(10.4)
    assert not whole.agrees_with(10.6)
    assert tenth.agrees_with(10.13)
    assert not tenth.agrees_with(10.2)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("今早", date(2026, 11, 22), date(2026, 11, 22)),
        ("昨天下午", date(2026, 11, 21), date(2026, 11, 21)),
        ("三天前", date(2026, 11, 19), date(2026, 11, 19)),
        ("11月20号", date(2026, 11, 20), date(2026, 11, 20)),
        ("二十号", date(2026, 11, 20), date(2026, 11, 20)),
        ("12月28号", date(2026, 12, 28), date(2026, 12, 28)),
        ("一月三号", date(2027, 1, 3), date(2027, 1, 3)),
        ("上周五", date(2026, 11, 13), date(2026, 11, 13)),
        ("上周末", date(2026, 11, 14), date(2026, 11, 15)),
        ("霜降前", None, date(2026, 10, 24)),
        ("霜降以后", date(2026, 10, 22), date(2026, 11, 22)),
        ("国庆前后", date(2026, 9, 24), date(2026, 10, 8)),
        ("mid-October", date(2026, 10, 10), date(2026, 10, 20)),
        ("48小时内", date(2026, 11, 20), date(2026, 11, 22)),
        ("this morning", date(2026, 11, 22), date(2026, 11, 22)),
        ("on 20 November", date(2026, 11, 20), date(2026, 11, 20)),
        ("on November 20th", date(2026, 11, 20), date(2026, 11, 20)),
        ("last Friday", date(2026, 11, 20), date(2026, 11, 20)),
        ("明年三月", date(2027, 3, 1), date(2027, 3, 31)),
        ("去年12月28号", date(2025, 12, 28), date(2025, 12, 28)),
        ("by June next year", date(2027, 6, 1), date(2027, 6, 30)),
        ("last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("the day before yesterday", date(2026, 11, 20), date(2026, 11, 20)),
        ("less than 2 days ago", date(2026, 11, 20), date(2026, 11, 22)),
    ],
)
def test_a_moment_is_seen_from_the_day_it_is_said(said, first, last):
    (moment,) = moments(normal(said), ON)

    assert (moment.first, moment.last) == (first, last)


def test_a_day_its_part_and_the_clock_say_one_moment():
    (moment,) = moments(normal("今天早上六点半"), ON)

    assert moment.holds(ON.replace(hour=6, minute=10))
    assert not moment.holds(ON.replace(hour=9))


@pytest.mark.parametrize(
    ("said", "in_the_afternoon"),
    [
        ("今天四点半", True),
        ("at half past four", True),
        ("今天早上四点半", False),
        ("4:30 am", False),
        ("16:30", True),
    ],
)
def test_a_clock_without_its_half_of_the_day_may_mean_either(said, in_the_afternoon):
    (moment,) = moments(normal(said), ON)

    assert moment.holds(ON.replace(hour=16, minute=30)) is in_the_afternoon


def test_forty_one_days_ago_may_be_a_few_days_off_but_three_days_ago_may_not():
    (long_ago,) = moments("41天前", ON)
    (lately,) = moments("3天前", ON)

    assert long_ago.holds(ON - timedelta(days=39))
    assert not lately.holds(ON - timedelta(days=2))


@pytest.mark.parametrize("said", ["31月31号", "2月30日", "99999999天前", "13点", "3号地", "25:99"])
def test_what_is_no_moment_is_none(said):
    assert not [each for each in moments(said, ON) if each.has_day]
