"""Text from outside, made fit to stand in an error message."""

LONGEST_QUOTE = 60


def quoted(text: str) -> str:
    """Return `text` in quotes with control characters escaped, cut after 60 characters."""
    return repr(text) if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]!r}…"
