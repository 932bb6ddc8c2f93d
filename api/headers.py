"""Puts on every answer the headers that keep a page from doing what it was not written to do."""

from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Traces and proofs are for everybody's tools; writing needs a token, which no browser adds.
    "Access-Control-Allow-Origin": "*",
}
NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'"


class SafeHeaders:
    """Plain ASGI: a BaseHTTPMiddleware would cost most of the speed of a cached page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Pages bring their own; whatever else a browser might take for a page may do nothing at all.
                # "Not modified" has none: a browser might take it in place of the page's own.
                if message["status"] != HTTPStatus.NOT_MODIFIED:
                    headers.setdefault("Content-Security-Policy", NOTHING_RUNS)
                headers.update(SAFE)
            await send(message)

        await self._app(scope, receive, send_with_headers)
