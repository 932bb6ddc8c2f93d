"""The dictionary's linters for the GS1 company prefix inside a key.

No list of prefixes is held here: only that the shortest one, four digits, could stand where it must.
"""

from traceability.errors import InvalidInput


def gcppos1(text: str) -> None:
    """The prefix is what the component starts with."""
    _check_prefix(text[:4])


def gcppos2(text: str) -> None:
    """The prefix starts at the second character, after the indicator or extension digit."""
    _check_prefix(text[1:5])


def _check_prefix(start: str) -> None:
    if len(start) < 4 or not start.isdigit():
        raise InvalidInput(f"{start!r} stands where a company prefix starts, want four digits")
