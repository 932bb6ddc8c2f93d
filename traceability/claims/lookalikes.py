"""Words that were disguised from a reader of letters, as people read them: "全·网·最·低·价", "tһe bést"."""

import re
import unicodedata

from traceability.claims.data import load

_TABLE = load("lookalikes")
_LETTERS = {ord(drawn): meant for row in _TABLE["letters"] for drawn, meant in zip(*row, strict=True)}
_UNSEEN = frozenset(_TABLE["unseen"])
_ACCENTS = re.compile("(?<=[a-zA-Z])[\u0300-\u036f]+")
_HAN = "[\u4e00-\u9fff]"
_INSIDE, _BETWEEN = (re.escape(_TABLE[name]) for name in ("inside", "between"))
_IN_WORD = re.compile(f"(?<={_HAN})[{_INSIDE}]+(?={_HAN})|(?<=[a-zA-Z])[{_INSIDE}]+(?=[a-zA-Z])")
_SPELLED = re.compile(
    rf"(?<!{_HAN}){_HAN}(?:[{_BETWEEN}]{_HAN}){{2,}}(?!{_HAN})"
    rf"|(?<![\w'])[a-zA-Z](?:[{_BETWEEN}][a-zA-Z]){{3,}}(?![\w'])"
)
"""From three single Chinese characters or four letters on: fewer are an abbreviation or a list."""
_MARKS = re.compile(f"[{_BETWEEN}]")


def undisguised(text: str) -> str:
    """`text` in form NFKC: no letter that only looks Latin, none that is not seen, no word spelled out."""
    seen = "".join(each for each in unicodedata.normalize("NFKD", text) if not _is_unseen(each))
    plain = unicodedata.normalize("NFKC", _ACCENTS.sub("", seen.translate(_LETTERS)))
    return _SPELLED.sub(lambda match: _MARKS.sub("", match[0]), _IN_WORD.sub("", plain))


def _is_unseen(character: str) -> bool:
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return is_selector or character in _UNSEEN or unicodedata.category(character) == "Cf"
