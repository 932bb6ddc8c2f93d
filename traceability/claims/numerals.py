"""Chinese and English number words become digits, where a number is meant."""

import re

from traceability.claims.english_numbers import english_numbers

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_COUNTED = (
    "摄氏度|华氏度|度|%|小时|个半小时|个半月|个半钟头|个小时|个钟|钟头|个钟头|分钟|天(?![气然下生])|日|号|个月|月|年|周|个星期|星期|点|时"
    "|公斤|千克|毫克|斤|克|两|吨|kg|g|颗|个|枚|盒|箱|份|单|次|项|成|倍|批|车|块|元|毛|米|公里|亩|种|样"
)
"""What stands behind a number that counts something; elsewhere 一 is often no number (一直, 一定)."""

_NUMERAL = "[零〇一二两三四五六七八九][零〇一二两三四五六七八九十百千万]*|十[零一二三四五六七八九百千万]*"
_DECIMAL = re.compile(f"(?<!第)({_NUMERAL})点([零〇一二三四五六七八九]+)(?!分|点)")
_TWO_GUESSES = re.compile(
    f"(?<![一二三四五六七八九第])([二三四五六七八九]?十)?(?<![二三四五六七八九第])"
    f"([一二两三四五六七八])([二三四五六七八九])(?={_COUNTED})"
)
_WHOLE = re.compile(f"(?<![第星期拜周万唯])(?!一点(?![半钟整]))({_NUMERAL})(?=[多来几]?(?:{_COUNTED}))")
_RANGE = re.compile(f"(?<![第一])({_NUMERAL})(?=[到至]({_NUMERAL})(?:[多来]?(?:{_COUNTED})|之间|$|,))")
_ALONE = re.compile(
    "(?<=[到在是有达过为约近度糖超于均码少高低来出])([二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]?百[零一二三四五六七八九十]*)"
    "(?=$|[,。!到至以之往上朝左多出呢啊吧了])"
)
"""Numbers without a unit: "sweetness 13", "13 and above"."""
_DAY = re.compile("(?<=\\d月)(二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])(?![月个份天来多几])")
_AND_TENTHS = re.compile(f"(\\d+)度([一二三四五六七八九])(?!{_COUNTED}|[十百])")
_SOME_MORE = re.compile("(\\d+)[来几](?=[度天日年月周斤公克小个分])")
_LESS_THAN = re.compile(r"还?没(?=\d+(?:\.5)?个?(?:天|月|小时|钟头|星期|礼拜|周))")
_SWEET = re.compile(r"([糖甜]度[^\d,]{0,6}\d+(?:\.\d+)?)个(?![样月糖])")
_ABOUT_ONE = re.compile("个把(?=月|星期|礼拜|小时|钟头)")
_BOTH = re.compile("[俩仨](?=月|星期|礼拜|小时|钟头)")
_PERCENT = re.compile(f"百分之({_NUMERAL}|百|\\d+(?:\\.\\d+)?)")
_SWEETNESS = re.compile(
    f"([糖甜]度[^\\d,。第零〇一二两三四五六七八九十]{{0,6}})({_NUMERAL})(?=$|[,。出多往]|了$)"
)
_PERCENTS = re.compile(f"(百分之(?:{_NUMERAL}))([到至-])({_NUMERAL})")
_HALVES = re.compile("(\\d+)个半(?=小时|钟头|月|星期)")
_AND_A_HALF = re.compile("(\\d+)(个?(?:公斤|千克|斤|吨|天|个月|年|小时|钟头|度))半(?!径)")
_HALF = re.compile(
    "(?<![一二三四五六七八九十大多前后上下点\\d])半(?=个?(?:公斤|千克|斤|吨|天|月|年|小时|钟头))"
)
_BELOW_ZERO = re.compile("(?:零下|\\bminus )(?=\\d)")


def digits(text: str) -> str:
    """`text`, already folded to half width and lower case, with its number words as digits."""
    return _BELOW_ZERO.sub("-", english_numbers(_chinese(text)))


def _chinese(text: str) -> str:
    text = _BOTH.sub(lambda m: "两个" if m[0] == "俩" else "三个", _ABOUT_ONE.sub("1个多", text))
    text = _DECIMAL.sub(lambda m: f"{_value(m[1])}.{''.join(str(_DIGITS[d]) for d in m[2])}", text)
    text = _PERCENTS.sub(r"\1\2百分之\3", text)
    text = _PERCENT.sub(lambda m: f"{100 if m[1] == '百' else _value(m[1])}%", text)
    text = _TWO_GUESSES.sub(lambda m: _guesses(m) if _next(m) else m[0], text)
    text = _SWEETNESS.sub(lambda m: f"{m[1]}{_value(m[2])}", text)
    for number in (_RANGE, _WHOLE, _ALONE, _DAY):
        text = number.sub(lambda m: str(_value(m[1])), text)
    text = _SOME_MORE.sub(r"\1多", _AND_TENTHS.sub(lambda m: f"{m[1]}.{_DIGITS[m[2]]}度", text))
    text = _HALVES.sub(r"\1.5个", _AND_A_HALF.sub(r"\1.5\2", text))
    return _SWEET.sub(r"\1度", _LESS_THAN.sub("不到", _HALF.sub("0.5", text)))


def _next(match: re.Match[str]) -> bool:
    return _DIGITS[match[3]] == _DIGITS[match[2]] + 1


def _guesses(match: re.Match[str]) -> str:
    """ "Thirteen, fourteen degrees" is a range."""
    tens = match[1] or ""
    return f"约{_value(tens + match[2])}-{_value(tens + match[3])}"


def _value(numeral: str) -> int | str:
    if not set(numeral) <= {*_DIGITS, *_POWERS}:
        return numeral
    if not set(numeral) & set(_POWERS):
        return int("".join(str(_DIGITS[digit]) for digit in numeral))
    total, section, digit = 0, 0, 0
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * _POWERS[char], 0
    return total + section + digit
