"""GET of the page that checks any proof, and of the scripts that run in a browser."""

import re
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import WHOLE
from traceability.errors import Unknown

router = APIRouter()

_FOLDER = Path(__file__).parents[1] / "static"
_NAMED = (path for path in _FOLDER.glob("*.js") if path.name != "overlay.js")
_SCRIPTS = {path.name: path.read_bytes() for path in _NAMED}
_PAGE = (_FOLDER / "guoji-verify.html").read_bytes()
_OWN_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')


def _policy(page: bytes) -> str:
    """What the page allows itself, and that it stands in no frame: that only a header can say."""
    stated = _OWN_POLICY.search(page.decode())
    assert stated is not None  # scripts/verify_page.js writes it
    return f"{stated.group(1)}; frame-ancestors 'none'"


_PAGE_HEADERS = {"Content-Security-Policy": _policy(_PAGE)}


@router.api_route("/verify", methods=WHOLE)
async def verify(request: Request) -> Response:
    """The same bytes for everybody, whatever the query, so that their SHA-256 can be compared."""
    return _answer(request, _PAGE, "text/html; charset=utf-8", _PAGE_HEADERS)


@router.api_route("/static/{name}", methods=WHOLE)
async def script(name: str, request: Request) -> Response:
    if name not in _SCRIPTS:
        raise Unknown(f"there is no script {name[:80]!r}; want one of {', '.join(sorted(_SCRIPTS))}")
    return _answer(request, _SCRIPTS[name], "text/javascript; charset=utf-8", {})


def _answer(request: Request, content: bytes, media_type: str, more: dict[str, str]) -> Response:
    # An hour: no phone loads it twice on one visit, and none keeps a faulty one for long.
    headers = {
        "Cache-Control": "public, max-age=3600",
        "ETag": f'"{sha256(content).hexdigest()[:32]}"',
        **more,
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)
