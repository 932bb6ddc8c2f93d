"""What in an event is personal data in clear: by the name of a field, or by how its text reads."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from unicodedata import normalize

COMMITMENT = "guoji:commitment"
"""Stands alone in an object in the place of personal data."""

_WHO = "consumer contact driver employee farmer grower inspector person picker worker"
_WHAT = "address birthday email idcard mobile name phone surname tel telephone wechat"
_ENGLISH = """
    birthdate birthday birthplace contactno contactnumber dateofbirth driverlicence driverlicense email
    emailaddress familyname firstname fullname givenname homeaddress idcard idcardno idcardnumber idnumber
    identitycard lastname licenceplate licenseplate mobile mobileno mobilenumber mobilephone nationalid
    passport passportno passportnumber phone phoneno phonenumber residentialaddress surname tel telephone
    telephonenumber telno wechat wechatid
"""
_CHINESE = """
    姓名 司机姓名 联系人 联系人姓名 联系方式 手机 手机号 手机号码 电话 电话号码 联系电话
    身份证 身份证号 身份证号码 住址 家庭住址 微信 微信号 车牌 车牌号 邮箱 电子邮箱 出生日期
"""
NAMES = frozenset([*map("".join, product(_WHO.split(), _WHAT.split())), *_ENGLISH.split(), *_CHINESE.split()])
"""Local names, in lower case without separators, of extension fields that hold personal data."""

_IDENTIFIER = re.compile(
    r".*(id|key|no|nr|num|number|code|serial|lot|batch|order|ref|reference|gtin|gln|sscc|waybill|号|码)"
)
"""Names of fields in which a run of digits is more likely somebody's number for a thing."""

# Neither within a longer number, a word or a hash, nor part of a UUID or of a decimal.
_ALONE = r"(?<![0-9A-Za-z])(?<![0-9A-Fa-f]-)(?<![0-9]\.)"
_TO_ITS_END = r"(?![0-9A-Za-z])(?!-[0-9A-Fa-f])(?!\.[0-9])"
_RUN = re.compile(rf"{_ALONE}1[3-9][0-9]{{9}}{_TO_ITS_END}")
_WRITTEN_AS_PHONE = re.compile(
    rf"{_ALONE}(?:(?:\+|00)86[- ]?1[3-9][0-9](?:[- ]?[0-9]{{4}}){{2}}"
    rf"|1[3-9][0-9](?:-[0-9]{{4}}-| [0-9]{{4}} )[0-9]{{4}}){_TO_ITS_END}"
)
_ID_CARD = re.compile(rf"{_ALONE}[1-8][0-9]{{16}}[0-9Xx]{_TO_ITS_END}")
_PROVINCES = {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)}
_PROVINCES |= {71, 81, 82, 83}
_URI = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://|urn:)\S+")


def in_clear(name: str, value: object) -> str | None:
    """What is personal about an extension field, in a few words that do not repeat it; None if nothing is.

    A text that is a URI names a thing and is not looked into; objects are, member by member, by the caller.
    """
    local = re.sub(r"[-_. ]", "", normalize("NFKC", name).rpartition(":")[2]).lower()
    if local in NAMES:
        return None if _is_commitment(value) else "personal data in clear"
    for text in _texts(value):
        if any(_is_id_card(found[0]) for found in _ID_CARD.finditer(text)):
            return "what reads as the number of an identity card"
        if _WRITTEN_AS_PHONE.search(text) or (_RUN.search(text) and not _IDENTIFIER.fullmatch(local)):
            return "what reads as a Chinese mobile number"
    return None


def _texts(value: object) -> Iterator[str]:
    """Full-width digits, which Chinese keyboards write, as the plain ones."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and not _URI.fullmatch(value):
        yield normalize("NFKC", value)


def _is_commitment(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(map(_is_commitment, value))
    return isinstance(value, dict) and list(value) == [COMMITMENT]


def _is_id_card(number: str) -> bool:
    """By region, date of birth and check character (GB 11643)."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    weighted = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    check = "10X98765432"[weighted % 11]
    return int(number[:2]) in _PROVINCES and 1900 <= born.year < 2100 and number[17].upper() == check
