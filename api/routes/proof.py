"""GET of what a stranger checks with: proofs, the readings of a batch, the trust policy."""

import re
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import WHOLE, LedgerDep, SiteDep
from api.front import KeptAnswer
from api.page_cache import Rendered
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.gs1.resolver.levels import levels
from traceability.proof.subject import goods

router = APIRouter()

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_NOT_LONG = {"Cache-Control": "no-cache"}
_KEPT = {**_NOT_LONG, "Vary": "Accept-Encoding"}
_HASH = re.compile(r"[0-9a-f]{64}")


@router.api_route("/proof/{key}", methods=WHOLE)
def event_proof(key: str, ledger: LedgerDep) -> Response:
    # Not for ever: before its anchor is final the file has none.
    return _file(ledger.proof(_hash(key)), f"guoji-{key[:12]}.json", _NOT_LONG)


@router.api_route("/proof", methods=WHOLE)
def trace_proof(site: SiteDep, ledger: LedgerDep, subject: Annotated[str, Query()] = "") -> Response:
    """Kept like a page: of a full box it takes seconds to make, and anybody may ask."""
    identity = goods(subject)
    site.check_issued(identity)
    link = digital_link.parse(identity)
    name = "-".join(_plain(value) for _, value in link.path)

    def render() -> Rendered:
        content, standing = ledger.trace_proof(identity)
        return Rendered(content, _headers(f"guoji-{name}.json", _KEPT), standing)

    standing = ledger.watch(levels(link.path))
    return KeptAnswer(site.kept.of((identity, "proof"), render), {}, standing)


@router.api_route("/codes/proof", methods=WHOLE)
def code_proof(site: SiteDep, ledger: LedgerDep, subject: Annotated[str, Query()] = "") -> Response:
    identity = goods(subject)
    site.check_issued(identity)
    parts = dict(digital_link.parse(identity).path)
    return _file(ledger.code_proof(identity), f"guoji-code-{_plain(parts.get('21', ''))}.json", _NOT_LONG)


@router.api_route("/batch/{root}", methods=WHOLE)
def batch(root: str, ledger: LedgerDep) -> Response:
    content = ledger.batch(_hash(root))
    return Response(content, headers=_FOR_EVER, media_type="application/octet-stream")


@router.api_route("/documents/{digest}", methods=WHOLE)
def document(digest: str, ledger: LedgerDep) -> Response:
    """As plain text or a download, whatever it is: nothing that comes from outside may run on our pages."""
    content = ledger.document(_hash(digest))
    try:
        content.decode()
    except UnicodeDecodeError:
        return Response(content, headers=_FOR_EVER, media_type="application/octet-stream")
    return Response(content, headers=_FOR_EVER, media_type="text/plain; charset=utf-8")


@router.api_route("/trust", methods=WHOLE)
def trust_policy(ledger: LedgerDep) -> Response:
    return Response(ledger.trust_policy(), headers=_NOT_LONG, media_type="text/plain; charset=utf-8")


def _file(content: bytes, name: str, headers: dict[str, str]) -> Response:
    return Response(content, headers=_headers(name, headers))


def _headers(name: str, headers: dict[str, str]) -> dict[str, str]:
    disposition = f'attachment; filename="{name}"'
    return headers | {"Content-Type": "application/json", "Content-Disposition": disposition}


def _plain(value: str) -> str:
    """As part of a file name."""
    return re.sub(r"[^0-9A-Za-z]+", "_", value)


def _hash(text: str) -> str:
    if not _HASH.fullmatch(text):
        raise InvalidInput(f"{text[:80]!r} is no hash; want 64 hex digits in lower case")
    return text
