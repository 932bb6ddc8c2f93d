"""Who is signed in on the page for sheets, by a token in a cookie; and what one of its forms sent."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.deps import Site, SiteDep
from api.multipart import read_form
from api.problems import TooLarge
from api.signed_in import TokenCookie, form_of, is_same_key
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.imports.importer import Importer
from traceability.ledger.grant import ADMIN, CAPTURE, Grant

COOKIE = TokenCookie("guoji_import", "/import", lasts_s=12 * 3_600)
LARGEST_FILE = 2 * 1024 * 1024
_LARGEST_FORM = 3 * 1024 * 1024
"""With the file as base64, as it goes back and forth between page and server: none is kept here."""


class KeyNeeded(NotAuthorised):
    """Nobody is signed in, or with a token that captures nothing (any more)."""


@dataclass(frozen=True, slots=True)
class Sender:
    grant: Grant
    form_key: str


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
    return Sender(grant, COOKIE.form_key(token))


def _importer(site: SiteDep) -> Importer:
    if site.importer is None:
        raise Unknown("this server has no page for sheets")
    return site.importer


ImporterDep = Annotated[Importer, Depends(_importer)]


def _sender(request: Request, site: SiteDep, _: ImporterDep) -> Sender:
    token = COOKIE.of(request)
    if not token:
        raise KeyNeeded("")
    # Asked each time: a token that was revoked opens nothing from that moment on.
    return opened_by(token, site)


SenderDep = Annotated[Sender, Depends(_sender)]


# Names the sender before the body: a stranger's file is never read.
async def _sent(request: Request, sender: SenderDep) -> Sent:
    """Raises `NotAuthorised` for a form that stands on a page of another site or another sender."""
    body = await form_of(request, _LARGEST_FORM)
    fields = read_form(request.headers.get("content-type", ""), body)
    if not is_same_key(fields.get("form_key", b""), sender.form_key):
        raise NotAuthorised("this form was shown to somebody else, or before you signed in anew")
    return Sent(sender, fields)


SentDep = Annotated[Sent, Depends(_sent)]
