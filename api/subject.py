"""Reads which thing a request is about, from the raw bytes of its path."""

from fastapi import Request

from api.address import address_of
from api.problems import BadLink
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.gs1.digital_link import DigitalLink
from traceability.gs1.mended import mended
from traceability.gs1.quoting import quoted


def link_of(request: Request, prefix: str = "", suffix: str = "") -> DigitalLink:
    """The thing, with all that the query says; `prefix` and `suffix` are our own parts of the path.

    The framework's decoded path is of no use: a "%2F" inside a lot would have become a slash there. One slash
    at the end is forgiven. Raises `BadLink`.
    """
    raw: bytes = request.scope["raw_path"]
    path = raw.decode("latin-1").removeprefix(prefix).removesuffix(suffix).removesuffix("/")
    query = f"?{request.url.query}" if request.url.query else ""
    try:
        link = digital_link.parse(f"{digital_link.CANONICAL_STEM}{path}{query}")
        if link.stem != digital_link.CANONICAL_STEM:
            before = link.stem.removeprefix(digital_link.CANONICAL_STEM)
            raise InvalidInput(f"{quoted(before)} stands before the key ({link.key[0]}), want nothing there")
    except InvalidInput as error:
        meant = mended(address_of(request).removeprefix(prefix).removesuffix(suffix))
        raise BadLink(str(error), meant and prefix + meant) from error
    return link


def subject_of(request: Request, prefix: str = "", suffix: str = "") -> str:
    """The canonical Digital Link of the thing. Raises `BadLink`."""
    return digital_link.identity(link_of(request, prefix, suffix))
