"""GET of the scripts that run in a browser; docs/verify-js.md and docs/pages.md tell of them."""

from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import WHOLE
from traceability.errors import Unknown

router = APIRouter(prefix="/static")

_FOLDER = Path(__file__).parents[1] / "static"
_NAMED = (*_FOLDER.glob("verify*.js"), _FOLDER / "check.js", _FOLDER / "farm.js")
_SCRIPTS = {path.name: path.read_bytes() for path in _NAMED}


@router.api_route("/{name}", methods=WHOLE)
async def script(name: str, request: Request) -> Response:
    if name not in _SCRIPTS:
        raise Unknown(f"there is no script {name[:80]!r}; want one of {', '.join(sorted(_SCRIPTS))}")
    content = _SCRIPTS[name]
    # An hour: no phone loads them twice on one visit, and none keeps a faulty one for long.
    headers = {"Cache-Control": "public, max-age=3600", "ETag": f'"{sha256(content).hexdigest()[:32]}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="text/javascript; charset=utf-8")
