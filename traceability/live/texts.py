"""What people write for an audience: one line, not too long, and nothing in it that steers a screen."""

import unicodedata

from traceability.errors import InvalidInput

LONGEST_TITLE = 80
LONGEST_HOST = 40
LONGEST_NAME = 60
LONGEST_POINT = 60
"""Characters that the overlay has room for."""
_STEERING = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def one_line(what: str, text: str, longest: int) -> str:
    """`text` without space around it. Raises `InvalidInput`."""
    text = text.strip()
    if not 1 <= len(text) <= longest:
        raise InvalidInput(f"{what} has {len(text)} characters, want 1 to {longest}")
    for place, character in enumerate(text, 1):
        if unicodedata.category(character) in _STEERING:
            raise InvalidInput(
                f"{what} has a character that is not shown, U+{ord(character):04X}, as number {place}"
            )
    return text
