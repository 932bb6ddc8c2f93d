"""Reads from a request what is kept of a scan: hints of the phone, and roughly where it is."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from traceability.errors import InvalidInput, NotAuthorised
from traceability.ledger.scan import Cell
from traceability.ledger.scan_hint import Visitor, network_of
from traceability.ledger.scans import Scans

LARGEST_BODY = 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScanDesk:
    """What a web server needs to take scans."""

    scans: Scans
    place_headers: Sequence[str] = ()
    """The two with latitude and longitude that a reverse proxy sets, whatever the phone sends; or none."""
    address_header: str = ""
    """With the shopper's address, which a reverse proxy sets, too; empty where there is no proxy."""
    has_scratch_codes: bool = False
    days: float = 400
    """How long a scan is kept; the page says so."""
    is_issued: Callable[[str], bool] = lambda _: False
    """Whether there is a proof of the code of an item."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    item: Annotated[str, Field(max_length=512)]


class SentScan(_Sent):
    cell: str | None = None
    """What the phone was asked to tell, rounded there."""


class SentScratch(_Sent):
    code: Annotated[str, Field(max_length=40)]


_Kind = TypeVar("_Kind", bound=_Sent)


def read_sent(kind: type[_Kind], body: bytes) -> _Kind:
    """Raises `InvalidInput`."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"])) or "body"
        raise InvalidInput(f"{where}: {fault['msg']}") from error


def visitor_of(request: Request, address_header: str) -> Visitor:
    peer = request.client.host if request.client else ""
    # Of several the last: the proxy in front of us wrote it, the others are what the visitor says of itself.
    said = request.headers.getlist(address_header) if address_header else [peer]
    address = said[-1].rpartition(",")[2].strip() if said else peer
    if not network_of(address):
        _warn_once(address_header)
    return Visitor(
        address,
        request.headers.get("user-agent", ""),
        request.headers.get("accept-language", ""),
    )


@cache
def _warn_once(address_header: str) -> None:
    where = f"the header {address_header}" if address_header else "the connection"
    _log.warning("scans: %s holds no IP address, so no phone is told from another and no copy seen", where)


def cell_of(request: Request, place_headers: Sequence[str], told: str | None) -> Cell | None:
    """Where the phone says it is, else where the proxy says; None if neither does.

    A proxy that does not know a place sends an empty header, or a word: that is no fault of the phone's.
    """
    if told is not None:
        return Cell.read(told)
    try:
        latitude, longitude = (float(request.headers.get(name, "")) for name in place_headers)
        return Cell.of(latitude, longitude)
    except (ValueError, InvalidInput):
        return None


def check_own_page(request: Request) -> None:
    """Raises `NotAuthorised` where a browser says that another site's page sends this.

    Else such a page could have its visitors' phones scan a stranger's fruit.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAuthorised("a page of another site sent this; scans are taken from our own pages")


OwnPageDep = Depends(check_own_page)
