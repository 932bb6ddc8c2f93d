"""Who is signed in on the page for recalls, by a token in a cookie; and what one of its forms sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.deps import Site, SiteDep
from api.multipart import read_form
from api.recall_request import RecallerDep
from api.signed_in import TokenCookie, form_of, is_same_key
from traceability.errors import NotAuthorised
from traceability.ledger.grant import ADMIN, CAPTURE, Grant

COOKIE = TokenCookie("guoji_recall", "/recall", lasts_s=12 * 3_600)
LARGEST_FORM = 5 * 1024 * 1024
"""With a document that shows how it was put right."""


class TokenNeeded(NotAuthorised):
    """Nobody is signed in, or with a token that recalls nothing (any more)."""


@dataclass(frozen=True, slots=True)
class Recalling:
    grant: Grant
    form_key: str


@dataclass(frozen=True, slots=True)
class Sent:
    by: Recalling
    fields: Mapping[str, bytes]

    def text(self, name: str) -> str:
        return self.fields.get(name, b"").decode("utf-8", "replace").strip()

    def texts(self, name: str) -> Mapping[str, str]:
        """As typed in Chinese and in English; one text counts in both."""
        said = {"zh": self.text(name), "en": self.text(f"{name}_en")}
        either = said["zh"] or said["en"]
        return {language: text or either for language, text in said.items()} if either else {}


def opened_by(token: str, site: Site) -> Recalling:
    """Raises `TokenNeeded` unless it is a token that captures for a party."""
    try:
        grant = site.ledger.authorise(token)
    except NotAuthorised as error:
        raise TokenNeeded(str(error)) from error
    if grant.role not in (CAPTURE, ADMIN) or grant.party is None:
        raise TokenNeeded(f"the token has role {grant.role}, want {CAPTURE}, with a party")
    return Recalling(grant, COOKIE.form_key(token))


def _recalling(request: Request, site: SiteDep, _: RecallerDep) -> Recalling:
    token = COOKIE.of(request)
    if not token:
        raise TokenNeeded("")
    # Asked each time: a token that was revoked opens nothing from that moment on.
    return opened_by(token, site)


RecallingDep = Annotated[Recalling, Depends(_recalling)]


# Names who recalls before the body: a stranger's form is never read.
async def _sent(request: Request, by: RecallingDep) -> Sent:
    """Raises `NotAuthorised` for a form that stands on a page of another site or another party."""
    body = await form_of(request, LARGEST_FORM)
    fields = read_form(request.headers.get("content-type", ""), body)
    if not is_same_key(fields.get("form_key", b""), by.form_key):
        raise NotAuthorised("this form was shown to somebody else, or before you signed in anew")
    return Sent(by, fields)


SentDep = Annotated[Sent, Depends(_sent)]
