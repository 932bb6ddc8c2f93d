"""Ask the person at the terminal, where only "yes" means yes."""

import sys

from traceability.errors import InvalidInput


def agreed(question: str) -> bool:
    """Ends of input are a no. Raises `InvalidInput` where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        raise InvalidInput("nobody can be asked here, want --yes")
    try:
        return input(f"{question} Type yes: ").strip() == "yes"
    except EOFError:
        print()
        return False
