"""Which goods, or which live room, a proof is about."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link

_BRACKETED = re.compile(r"\((\d{2,4})\)([^()]+)")
_KEY = re.compile(r"[0-9a-f]{64}")
_ROOM = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_key(text: str) -> bool:
    """Whether this is the key of an event, and so no link."""
    return _KEY.fullmatch(text) is not None


def goods(link: str) -> str:
    """The name, a canonical Digital Link, of the lot, item or logistic unit that `link` is about.

    Raises `InvalidInput` for anything else: of a whole product or a place there is no proof.
    """
    parsed = digital_link.parse(link)
    kind = digital_link.kind(parsed)
    if kind not in ("lot", "item", "sscc"):
        raise InvalidInput(f"{link[:80]!r} names a thing of kind {kind}, want a lot, an item or an SSCC")
    return digital_link.identity(parsed)


def goods_or_room(name: str) -> str:
    """As `goods` says; the URN of a live room, whose on-air record it is, as it stands."""
    return name if _ROOM.fullmatch(name) else goods(name)


def as_link(code: str) -> str:
    """A link as it is; a path, or AIs in brackets as printed under a barcode, made into one."""
    code = code.strip()
    if elements := _BRACKETED.findall(code):
        code = "".join(f"/{ai}/{quote(value.strip(), safe='')}" for ai, value in elements)
    return f"{digital_link.CANONICAL_STEM}{code}" if code.startswith("/") else code


def typed_goods(text: str) -> str:
    """As `goods` says, of whatever somebody typed. Raises `InvalidInput`."""
    link = as_link(text)
    if "://" not in link:
        raise InvalidInput(
            f"{text[:80]!r} names no goods: want a link such as https://example.com/01/09521234000013/10/A1, "
            "its path /01/09521234000013/10/A1, or (01)09521234000013(10)A1"
        )
    return goods(link)


def mentions(event: Mapping[str, object], subject: str) -> bool:
    """Whether `subject` (a canonical Digital Link), or a finer identifier under it, stands in the event."""
    return any(text == subject or text.startswith(f"{subject}/") for text in _texts(event))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
