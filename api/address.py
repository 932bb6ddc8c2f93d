"""The address that was asked for, as it came, and the product that it names."""

from fastapi import Request

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link


def address_of(request: Request) -> str:
    """Path and query as they came; of bytes that are no UTF-8 none is lost."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    whole: bytes = path + b"?" + query if query else path
    return whole.decode("utf-8", "surrogateescape")


def lot_wanted(request: Request) -> str | None:
    """The GTIN of an address that names a product, perhaps an item of it, but no lot; None for any other."""
    try:
        parts = dict(digital_link.parse(digital_link.CANONICAL_STEM + address_of(request)).path)
    except InvalidInput:
        return None
    return None if "10" in parts else parts.get("01")
