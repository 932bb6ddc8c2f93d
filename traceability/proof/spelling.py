"""One item under several names: a serial number is unique within its GTIN, whatever else its link carries."""

from itertools import pairwise

from traceability.gs1.digital_link import CANONICAL_STEM


def plain(name: str) -> str:
    """The name that all spellings of the same item or lot have in common; of anything else its own.

    A batch, too, is one of its GTIN: the consumer product variant (22) adds nothing. GS1 General
    Specifications, sections 3.5.1 (21) and 3.4.1 (10).
    """
    codes = _codes(name)
    if "01" not in codes or not {"10", "21"} & codes.keys():
        return name
    last = "21" if "21" in codes else "10"
    return f"{CANONICAL_STEM}/01/{codes['01']}/{last}/{codes[last]}"


def lot_in(name: str) -> str | None:
    """The lot that the link of an item carries."""
    codes = _codes(name)
    return (
        f"{CANONICAL_STEM}/01/{codes['01']}/10/{codes['10']}" if {"01", "10", "21"} <= codes.keys() else None
    )


def spelled(item: str, lot: str) -> str | None:
    """The name of an item that carries its lot, where both are of one GTIN."""
    product, _, serial = plain(item).partition("/21/")
    return f"{lot}/21/{serial}" if serial and plain(lot).startswith(f"{product}/10/") else None


def _codes(name: str) -> dict[str, str]:
    parts = name.removeprefix(f"{CANONICAL_STEM}/").split("/")
    return dict(list(pairwise(parts))[::2])
