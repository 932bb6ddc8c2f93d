"""Signed in by a token in a cookie, on pages whose forms show that they stood there."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response

from api.deps import Site
from api.problems import TooLarge
from traceability.errors import NotAuthorised


@dataclass(frozen=True, slots=True)
class TokenCookie:
    """Where the pages of one kind keep the token of whoever is signed in."""

    name: str
    path: str
    lasts_s: int

    def keep(self, response: Response, token: str, site: Site) -> None:
        response.set_cookie(
            self.name,
            token,
            max_age=self.lasts_s,
            path=self.path,
            secure=site.public_url.startswith("https:"),
            httponly=True,
            samesite="strict",
        )

    def drop(self, response: Response) -> None:
        response.delete_cookie(self.name, path=self.path, httponly=True, samesite="strict")

    def of(self, request: Request) -> str:
        """The token; "" if nobody is signed in."""
        return request.cookies.get(self.name, "")

    def form_key(self, token: str) -> str:
        """Stands in each form: a stranger's page cannot know it."""
        return sha256(f"{self.name} form {token}".encode()).hexdigest()[:32]


def is_same_key(sent: bytes, wanted: str) -> bool:
    return hmac.compare_digest(sent, wanted.encode())


async def form_of(request: Request, at_most_bytes: int) -> bytes:
    """The body of a form on a page of ours. Raises `NotAuthorised` for another site's, `TooLarge`."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAuthorised("this form was sent from another site")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > at_most_bytes:
            raise TooLarge(f"form is longer than {at_most_bytes} bytes")
    return bytes(body)
