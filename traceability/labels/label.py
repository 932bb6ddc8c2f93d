"""What one label says."""

from dataclasses import dataclass

GROUP = 4
"""Characters that a person reads off at once."""


@dataclass(frozen=True, slots=True)
class LabelText:
    number: int
    """From 1, within its set: which one a person means."""
    uri: str
    """What the code says: a Digital Link in capital letters wherever the link allows it."""
    gtin: str
    serial: str
    lot: str
    name: tuple[str, str] = ("", "")
    """Of the product, in Chinese and in English; empty where it has none."""
    scratch: str | None = None
    """The code under the foil, if there is one."""


def grouped(code: str) -> list[str]:
    """A code as a person reads it, such as ["0123", "4567"]."""
    return [code[at : at + GROUP] for at in range(0, len(code), GROUP)]
