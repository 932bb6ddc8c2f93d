"""A script that is to be rehearsed: what is said, line by line, and of which offer."""

import re
from collections.abc import Iterator

from traceability.errors import InvalidInput
from traceability.live.line import Line

LONGEST_SCRIPT = 200_000
"""Characters."""
_OFFER = re.compile(r"@\s*(\S+)")


def lines_of_script(text: str) -> Iterator[Line]:
    """A line `@ CODE` says of which offer those after it are; without one, of the offer that is on.

    Raises `InvalidInput`.
    """
    if len(text) > LONGEST_SCRIPT:
        raise InvalidInput(f"script has {len(text)} characters, want at most {LONGEST_SCRIPT}")
    offer = None
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if match := _OFFER.fullmatch(words):
            offer = match[1]
        elif words.startswith("@"):
            raise InvalidInput(f"script, line {number} is {words[:40]!r}, want @ and the code of an offer")
        elif words:
            yield Line(words, id=f"script-{number}", offer=offer)
