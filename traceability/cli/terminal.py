"""What we print on a terminal cannot steer it."""

import unicodedata


def printable(text: str) -> str:
    """`text` with control and direction-changing characters replaced by spaces; line breaks stay."""
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs") else " "
        for char in text
    )
