"""Who is signed in on the page for sheets, by a token in a cookie; and what one of its forms sent."""

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from api.deps import Site, SiteDep
from api.multipart import read_form
from api.problems import TooLarge
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.imports.importer import Importer
from traceability.ledger.grant import ADMIN, CAPTURE, Grant

COOKIE = "guoji_import"
LASTS_S = 12 * 3_600
LARGEST_FILE = 2 * 1024 * 1024
_LARGEST_FORM = 3 * 1024 * 1024
"""With the file as base64, as it goes back and forth between page and server: none is kept here."""


class KeyNeeded(NotAuthorised):
    """Nobody is signed in, or with a token that captures nothing (any more)."""


@dataclass(frozen=True, slots=True)
class Sender:
    grant: Grant
    form_key: str
    """Stands in each form: a stranger's page cannot know it."""


@dataclass(frozen=True, slots=True)
class Sent:
    sender: Sender
    fields: Mapping[str, bytes]

    def text(self, name: str) -> str:
        return self.fields.get(name, b"").decode("utf-8", "replace").strip()

    @property
    def file(self) -> bytes:
        """The sheet, whether chosen just now or looked at before. Raises `InvalidInput`."""
        try:
            data = self.fields.get("file") or b64decode(self.fields.get("data", b""), validate=True)
        except NotBase64 as error:
            raise InvalidInput("the form has lost its sheet; choose it again") from error
        if not data:
            raise InvalidInput("no sheet was chosen, or it is empty")
        if len(data) > LARGEST_FILE:
            raise TooLarge(f"sheet has {len(data)} bytes, want at most {LARGEST_FILE} on this page")
        return data


def opened_by(token: str, site: Site) -> Sender:
    """Raises `KeyNeeded` unless it is a token that captures for a party."""
    try:
        grant = site.ledger.authorise(token)
    except NotAuthorised as error:
        raise KeyNeeded(str(error)) from error
    if grant.role not in (CAPTURE, ADMIN) or grant.party is None:
        raise KeyNeeded(f"the token has role {grant.role}, want {CAPTURE}, with a party")
    return Sender(grant, sha256(f"guoji import form {token}".encode()).hexdigest()[:32])


def keep_signed_in(response: Response, token: str, site: Site) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=LASTS_S,
        path="/import",
        secure=site.public_url.startswith("https:"),
        httponly=True,
        samesite="strict",
    )


def sign_out(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/import", httponly=True, samesite="strict")


def _importer(site: SiteDep) -> Importer:
    if site.importer is None:
        raise Unknown("this server has no page for sheets")
    return site.importer


ImporterDep = Annotated[Importer, Depends(_importer)]


def _sender(request: Request, site: SiteDep, _: ImporterDep) -> Sender:
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise KeyNeeded("")
    # Asked each time: a token that was revoked opens nothing from that moment on.
    return opened_by(token, site)


SenderDep = Annotated[Sender, Depends(_sender)]


# Names the sender before the body: a stranger's file is never read.
async def _sent(request: Request, sender: SenderDep) -> Sent:
    """Raises `NotAuthorised` for a form that stands on a page of another site or another sender."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAuthorised("this form was sent from another site")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_FORM:
            raise TooLarge(f"form is longer than {_LARGEST_FORM} bytes")
    fields = read_form(request.headers.get("content-type", ""), bytes(body))
    if not hmac.compare_digest(fields.get("form_key", b""), sender.form_key.encode()):
        raise NotAuthorised("this form was shown to somebody else, or before you signed in anew")
    return Sent(sender, fields)


SentDep = Annotated[Sent, Depends(_sent)]
