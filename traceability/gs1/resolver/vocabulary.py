"""The link types of the GS1 Web Vocabulary, and the ways in which they are written."""

import json
from dataclasses import dataclass
from importlib.resources import files

NAMESPACE = "https://ref.gs1.org/voc/"
PREFIX = "gs1:"
DEFAULT, DEFAULT_MULTI = "defaultLink", "defaultLinkMulti"
LINKSET = ("linkset", "all")
"""What asks for the links themselves; the second is the word of before resolver 1.0."""

# 2.14: the second address is that of before.
_SPELLINGS = (PREFIX, NAMESPACE, "https://gs1.org/voc/")


@dataclass(frozen=True, slots=True)
class LinkType:
    name: str
    """Such as "pip"; written gs1:pip."""
    title: str
    comment: str
    """What it is for, in English."""


def _read() -> dict[str, LinkType]:
    text = files(__package__).joinpath("link-types-1.16.json").read_text(encoding="utf-8")
    types = (
        LinkType(row["id"].removeprefix(PREFIX), row["title"], row["comment"]) for row in json.loads(text)
    )
    return {each.name: each for each in types}


LINK_TYPES = _read()


def local_name(written: str) -> str | None:
    """The name of a link type that was written as gs1:name or as a whole address; None for any other."""
    for start in _SPELLINGS:
        if written.startswith(start) and written.removeprefix(start) in LINK_TYPES:
            return written.removeprefix(start)
    return None
