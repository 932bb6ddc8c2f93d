"""GS1 Digital Link URIs: read strictly, written canonically.

Rules: GS1 Digital Link URI Syntax 1.7.0 and the GS1 Barcode Syntax Dictionary; docs/digital-link.md says how
they are read here. The canonical URI, https://id.gs1.org/..., is what this system calls a thing by.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from traceability.errors import InvalidInput
from traceability.gs1 import keys
from traceability.gs1.ai_table import IDENTIFIERS, Identifier
from traceability.gs1.associations import check_associations, check_requires
from traceability.gs1.epc_binary import read_epc
from traceability.gs1.key_paths import RESERVED, is_key, key_position, longest_path
from traceability.gs1.quoting import quoted
from traceability.gs1.uri import Element, check_stem, decode_query, decode_segment, split, write
from traceability.gs1.values import check_value

CANONICAL_STEM = "https://id.gs1.org"

Kind = Literal["product", "lot", "item", "sscc", "party", "place", "device", "asset", "other"]
_KINDS: dict[str, Kind] = {
    "00": "sscc",
    "01": "product",
    "414": "place",
    "417": "party",
    "8003": "asset",
    "8004": "device",
}


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A URI whose every AI and value was checked. Values are decoded."""

    stem: str
    """What stands before the key: scheme, host, port, perhaps a path; no slash at its end."""
    key: Element
    qualifiers: tuple[Element, ...] = ()
    attributes: tuple[Element, ...] = ()
    """The AIs of the query, in the URI's order."""
    other_parameters: tuple[str, ...] = ()
    """The rest of the query, such as "linkType=gs1:pip", as it came: for a resolver to act on or pass on."""

    @property
    def path(self) -> tuple[Element, ...]:
        return (self.key, *self.qualifiers)

    @property
    def elements(self) -> tuple[Element, ...]:
        """All AIs and values, in the URI's order."""
        return (*self.path, *self.attributes)


def parse(uri: str) -> DigitalLink:
    """Read a GS1 Digital Link URI, also one that ends in an RFID tag's content (/eh..., /ex...).

    What is on the item but not in this URI cannot be known, so a missing partner AI is no error here; see
    `check_associations`. Raises `InvalidInput`.
    """
    origin, segments, query = split(uri)
    start = key_position(segments)
    if start is None:
        start, path = len(segments) - 1, _read_tag(uri, segments[-1])
    else:
        pairs = zip(segments[start::2], segments[start + 1 :: 2], strict=True)
        path = [(ai, decode_segment(value)) for ai, value in pairs]
    for ai, value in path:
        check_value(IDENTIFIERS[ai], value)
    attributes, other_parameters = _read_query(query)
    _check_places([ai for ai, _ in path], [ai for ai, _ in attributes])
    stem = "/".join([origin, *segments[:start]])
    return DigitalLink(stem, path[0], tuple(path[1:]), tuple(attributes), tuple(other_parameters))


def _read_tag(uri: str, segment: str) -> list[Element]:
    elements = read_epc(segment)
    if elements is None:
        raise InvalidInput(f"URI {quoted(uri)} has no pairs of AI and value that start with a primary key")
    return elements


def _read_query(query: Sequence[str]) -> tuple[list[Element], list[str]]:
    attributes, others = [], []
    for parameter in query:
        ai, equals, value = parameter.partition("=")
        if equals and ai.isdigit():
            decoded = decode_query(value)
            check_value(_known(ai), decoded)
            attributes.append((ai, decoded))
        else:
            others.append(parameter)
    return attributes, others


def _known(ai: str) -> Identifier:
    identifier = IDENTIFIERS.get(ai)
    if identifier is None:
        raise InvalidInput(f"{quoted(ai)} is not an AI of the GS1 dictionary")
    return identifier


def _check_places(path: Sequence[str], query: Sequence[str]) -> None:
    """Check that the AIs of path and query may stand where they stand, each once."""
    reserved = RESERVED.get(tuple(path))
    if reserved is None:
        raise InvalidInput(f"({')('.join(path)}) is not a key and its qualifiers in their order")
    # Only (415) comes with a duty: its qualifier (8020) may not be left out.
    check_requires(IDENTIFIERS[path[0]], path)
    for position, ai in enumerate(query):
        if ai in path or ai in query[:position]:
            raise InvalidInput(f"AI ({ai}) is there twice")
        if ai in reserved:
            raise InvalidInput(f"AI ({ai}) is in the query, but belongs in the path")
        if not IDENTIFIERS[ai].attribute:
            raise InvalidInput(f"AI ({ai}) may not be in the query")


def build(stem: str | None, elements: Collection[Element]) -> str:
    """Write the URI that holds `elements`: first primary key and its qualifiers as path, the rest as query.

    `stem` is such as "https://example.com/fruit"; None stands for the canonical one. An element that comes
    twice is written once. AIs that the dictionary wants together must be together. Raises `InvalidInput`.
    """
    if stem is not None:
        check_stem(stem)
    values = _once(elements)
    for ai, value in values.items():
        check_value(_known(ai), value)
    key = next(filter(is_key, values), None)
    if key is None:
        raise InvalidInput(f"AIs ({')('.join(values)}) have no primary key among them")
    path = longest_path(key, values)
    query = sorted(values.keys() - set(path))
    _check_places(path, query)
    check_associations(values.items())
    return write(
        (stem or CANONICAL_STEM).removesuffix("/"),
        [(ai, values[ai]) for ai in path],
        [(ai, values[ai]) for ai in query],
    )


def _once(elements: Collection[Element]) -> dict[str, str]:
    values: dict[str, str] = {}
    for ai, value in elements:
        if values.setdefault(ai, value) != value:
            raise InvalidInput(f"AI {quoted(ai)} is both {quoted(values[ai])} and {quoted(value)}")
    return values


def canonical(link: DigitalLink | str) -> str:
    """Return the canonical URI, data attributes included, sorted by AI (4.12). Raises `InvalidInput`."""
    link = parse(link) if isinstance(link, str) else link
    return write(CANONICAL_STEM, link.path, sorted(link.attributes))


def identity(link: DigitalLink | str) -> str:
    """Return the canonical URI of key and qualifiers alone: the name of the thing. Raises `InvalidInput`."""
    link = parse(link) if isinstance(link, str) else link
    return write(CANONICAL_STEM, link.path, ())


def kind(link: DigitalLink | str) -> Kind:
    """Return what sort of thing a link names; a serial outranks a lot. Raises `InvalidInput`."""
    link = parse(link) if isinstance(link, str) else link
    ais = [ai for ai, _ in link.path]
    if ais[0] == "01" and "21" in ais:
        return "item"
    if ais[0] == "01" and "10" in ais:
        return "lot"
    return _KINDS.get(ais[0], "other")


def product(gtin: str) -> str:
    """Return the canonical URI of a product; `gtin` has 8, 12, 13 or 14 digits. Raises `InvalidInput`."""
    return build(None, [("01", keys.gtin(gtin))])


def lot(gtin: str, lot: str) -> str:
    """Return the canonical URI of a lot of a product. Raises `InvalidInput`."""
    return build(None, [("01", keys.gtin(gtin)), ("10", lot)])


def item(gtin: str, serial: str) -> str:
    """Return the canonical URI of one item of a product. Raises `InvalidInput`."""
    return build(None, [("01", keys.gtin(gtin)), ("21", serial)])


def sscc(digits: str) -> str:
    """Return the canonical URI of a logistic unit. Raises `InvalidInput`."""
    return build(None, [("00", digits)])


def party(gln: str) -> str:
    """Return the canonical URI of a party. Raises `InvalidInput`."""
    return build(None, [("417", gln)])


def place(gln: str, extension: str | None = None) -> str:
    """Return the canonical URI of a place, or of a spot inside it. Raises `InvalidInput`."""
    return build(None, [("414", gln)] if extension is None else [("414", gln), ("254", extension)])


def device(giai: str) -> str:
    """Return the canonical URI of a device. Raises `InvalidInput`."""
    return build(None, [("8004", giai)])
