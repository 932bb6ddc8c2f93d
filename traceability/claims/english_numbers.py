"""English number words become digits: counts, halves, days of a month and hours past."""

import re

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_SMALL = {word: value for value, word in enumerate(f"{_ONES} sixteen seventeen eighteen nineteen".split())}
_TEN_WORDS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TENS = {word: value for value, word in zip(range(20, 100, 10), _TEN_WORDS, strict=True)}
_ONE = "|".join(sorted(_SMALL, key=len, reverse=True))
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{_ONE}))?|{_ONE})"
_BELOW_1000 = rf"(?:(?:an?|{_BELOW_100}) hundred(?: (?:and )?{_BELOW_100})?|{_BELOW_100})"
_INTEGER = rf"(?:(?:an?|{_BELOW_1000}) thousand(?: (?:and )?{_BELOW_1000})?|{_BELOW_1000})"
_WORDS = re.compile(rf"\b{_INTEGER}(?: point(?: (?:{_ONE}))+)?\b")
_WEIGHT, _TIME = "kilo|kg|pound|lb|tonne|ton", "hour|day|week|month|year"
_ONE_THING = re.compile(
    rf"(?<!-)(?<!ty )\b(?:one(?=[- ](?:{_TIME}|{_WEIGHT}|gram|degree|and a (?:half|quarter)"
    rf"|(?:to|and|or) (?:two|three|four|five|six)))"
    rf"|(?<=minus )one\b"
    rf"|an?(?: (?:full|whole|good|solid))?(?= (?:{_WEIGHT})\b)"
    rf"|(?:(?<=than )|(?<=within )|(?<=under ))an?(?= (?:{_TIME})\b)"
    rf"|an?(?: (?:full|whole|good|solid))?(?= (?:{_TIME}) (?:ago|back|old|earlier|and a half)))"
)
_HALF = re.compile(
    rf"\b(half|a quarter) (?:of )?an? (?=(?:{_TIME}|{_WEIGHT})\b)"
    rf"|(?<!and a )\b(half)[- ](?=(?:{_WEIGHT})\b)|\b(a quarter)[- ](?=(?:{_WEIGHT})\b)"
)
_AND_A_PART = re.compile(r"\b(\d+)( [a-z]+)? and an? (half|quarter)\b")
_PARTS = {"half": ".5", "quarter": ".25"}
_PAST = re.compile(r"\b(half|quarter) (past|to) (\d{1,2})\b")
_FORTNIGHT = re.compile(r"\b(?:a|one|the last) fortnight\b|\b(?:a )?couple of weeks\b")

_FIRST_DAYS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_LATER_DAYS = "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
_ORDINALS = {word: value for value, word in enumerate(f"{_FIRST_DAYS} {_LATER_DAYS}".split(), start=1)}
_ORDINALS |= {"thirtieth": 30}
_ORDINAL = rf"(?:(twenty|thirty)[- ])?({'|'.join(_ORDINALS)})\b"
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAY_OF_MONTH = re.compile(
    rf"\b{_ORDINAL}(?= (?:of )?(?:{_MONTH})\b)|\b(?P<before>(?:{_MONTH}) (?:the )?|on the ){_ORDINAL}"
)


def english_numbers(text: str) -> str:
    """`text`, in lower case, with its English number words as digits: "half past six" is 6:30."""
    text = _FORTNIGHT.sub("2 weeks", _DAY_OF_MONTH.sub(_day, text))
    text = _ONE_THING.sub("1", _HALF.sub(lambda m: "0.5 " if "half" in m.groups() else "0.25 ", text))
    # "One" and "zero" alone are mostly no numbers: the best one, zero residue.
    text = _WORDS.sub(lambda m: m[0] if m[0] in ("one", "zero") else _spelled(m[0]), text)
    text = _AND_A_PART.sub(lambda m: f"{m[1]}{_PARTS[m[3]]}{m[2] or ''}", text)
    return _PAST.sub(_clock, text)


def _day(match: re.Match[str]) -> str:
    tens, ones = match[1] or match[4], match[2] or match[5]
    return f"{match['before'] or ''}{_TENS.get(tens, 0) + _ORDINALS[ones]}th"


def _clock(match: re.Match[str]) -> str:
    minutes = {"half": 30, "quarter": 15}[match[1]]
    hour = int(match[3])
    return f"{hour}:{minutes:02}" if match[2] == "past" else f"{(hour - 1) % 24}:{60 - minutes:02}"


def _spelled(words: str) -> str:
    whole, _, fraction = words.partition(" point ")
    total = section = 0
    for word in re.split(r"[- ]", whole):
        if word == "hundred":
            section = (section or 1) * 100
        elif word == "thousand":
            total, section = total + (section or 1) * 1000, 0
        else:
            section += _SMALL.get(word, 0) + _TENS.get(word, 0)
    decimals = "".join(str(_SMALL.get(word, 0)) for word in fraction.split())
    return f"{total + section}.{decimals}" if decimals else str(total + section)
