"""GET of the log by the paths of C2SP tlog-tiles: checkpoint, tiles, bundles of entries and names."""

import re

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import WHOLE, LedgerDep
from traceability.errors import Unknown

router = APIRouter(prefix="/log")

FULL_WIDTH = 256
HIGHEST_LEVEL = 5
"""256 to the power of 6 is more than 2^47 entries."""

_PLACE = re.compile(r"((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


@router.api_route("/checkpoint", methods=WHOLE)
def checkpoint(ledger: LedgerDep) -> Response:
    return Response(
        ledger.checkpoint(), headers={"Cache-Control": "no-cache"}, media_type="text/plain; charset=utf-8"
    )


@router.api_route("/tile/entries/{place:path}", methods=WHOLE)
def entry_bundle(place: str, ledger: LedgerDep) -> Response:
    index, width = _index_and_width(place)
    return _tile(ledger.entry_bundle(index, width))


@router.api_route("/tile/names/{place:path}", methods=WHOLE)
def names_bundle(place: str, ledger: LedgerDep) -> Response:
    index, width = _index_and_width(place)
    return _tile(ledger.names_bundle(index, width))


@router.api_route("/tile/{level}/{place:path}", methods=WHOLE)
def tile(level: str, place: str, ledger: LedgerDep) -> Response:
    if level not in {str(number) for number in range(HIGHEST_LEVEL + 1)}:
        raise Unknown(f"tile level {level[:20]!r}: want 0 to {HIGHEST_LEVEL}")
    index, width = _index_and_width(place)
    return _tile(ledger.tile(int(level), index, width))


def _index_and_width(place: str) -> tuple[int, int]:
    """Read "x001/x234/067.p/8": groups of three digits, all but the last marked with x (tlog-tiles)."""
    match = _PLACE.fullmatch(place)
    width = int(match[2] or FULL_WIDTH) if match else 0
    canonical = match is not None and not match[1].startswith("x000/")
    if match is None or not canonical or len(match[1]) > 30 or (match[2] and width >= FULL_WIDTH):
        raise Unknown(f"{place[:80]!r} is no place of a tile; want such as x001/x234/067 or 067.p/8")
    return int(match[1].replace("x", "").replace("/", "")), width


def _tile(content: bytes) -> Response:
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, headers=headers, media_type="application/octet-stream")
