"""A sentence folded to the one form that rules are written for."""

import re

from traceability.claims.data import load
from traceability.claims.lookalikes import undisguised
from traceability.claims.numerals import digits

_TRADITIONAL = str.maketrans(
    "農殘藥無淨測檢驗鮮採產溫鏈凍斷庫儲運輸發貨達證書機級頂極國網價質優萬選獨與對療預癌壓糖體養顏補減過來說這個們還沒從個時間開幾兩後點蘋桃莓貴賣單場園區縣",
    "农残药无净测检验鲜采产温链冻断库储运输发货达证书机级顶极国网价质优万选独与对疗预癌压糖体养颜补减过来说这个们还没从个时间开几两后点苹桃莓贵卖单场园区县",
)
_SPACE = re.compile(r"\s+")
_PAUSE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_BESIDE_DIGIT = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])")
_PHRASE = 4
"""Characters: longer pieces between spaces are phrases, and a space is where the speaker paused."""
_MISHEARD = [(re.compile(heard), meant) for heard, meant in load("speech")["misheard"]["words"]]
_NUMBER_SIGN = re.compile(r"\bno\. ?(?=\d)")
_QUOTES = str.maketrans("‘’“”「」『』", '\'\'""""""')


def normal(text: str) -> str:
    """Half width, lower case, simplified characters, plain quotes, single spaces, digits for number words."""
    folded = undisguised(text).translate(_QUOTES).translate(_TRADITIONAL).lower()
    folded = _NUMBER_SIGN.sub("no.", folded)
    folded = _paused(_SPACE.sub(" ", folded).strip())
    for heard, meant in _MISHEARD:
        folded = heard.sub(meant, folded)
    return digits(folded)


def _paused(text: str) -> str:
    """A transcript without punctuation has a space at each pause; one cut into words has them everywhere."""
    pauses = len(_PAUSE.findall(text))
    is_phrases = pauses and len(text) / (pauses + 1) > _PHRASE
    return _PAUSE.sub("," if is_phrases else "", _BESIDE_DIGIT.sub("", text))


def language_of(text: str) -> str:
    """ "zh" if Chinese characters are in it, else "en"."""
    return "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"
