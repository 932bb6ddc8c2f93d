"""What people write for an audience: one line, not too long, and nothing in it that no record may bear."""

import unicodedata

from traceability.epcis.personal import in_clear
from traceability.errors import InvalidInput

LONGEST_TITLE = 80
LONGEST_HOST = 40
LONGEST_NAME = 60
LONGEST_POINT = 60
"""Characters that the overlay has room for."""
_STEERING = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Drawn as nothing, though Unicode counts them as letters, marks or symbols; so are variation selectors."""


def one_line(what: str, text: str, longest: int) -> str:
    """`text` without space around it. Raises `InvalidInput`."""
    text = text.strip()
    if not 1 <= len(text) <= longest:
        raise InvalidInput(f"{what} has {len(text)} characters, want 1 to {longest}")
    for place, character in enumerate(text, 1):
        if _is_unseen(character):
            raise InvalidInput(
                f"{what} has a character that is not shown, U+{ord(character):04X}, as number {place}"
            )
    if personal := in_clear("", text):
        # What is shown goes on record, and no event takes it: the record would have a hole there.
        raise InvalidInput(f"{what} has {personal} in it: leave that out, everybody could read it for good")
    return text


def _is_unseen(character: str) -> bool:
    is_selector = "\ufe00" <= character <= "\ufe0e" or "\U000e0100" <= character <= "\U000e01ef"
    return unicodedata.category(character) in _STEERING or character in _UNSEEN or is_selector
