"""Pages on which a token in a cookie speaks for a party: who is signed in, and what a form of theirs sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from api.deps import Site, SiteDep, WordsDep, words_for
from api.farm_page import farm_page, go_to
from api.farm_session import FieldsDep
from api.multipart import read_form
from api.signed_in import TokenCookie, form_of, is_same_key
from traceability.errors import NotAuthorised
from traceability.ledger.grant import ADMIN, CAPTURE, Grant


@dataclass(frozen=True, slots=True)
class SignedIn:
    grant: Grant
    form_key: str


@dataclass(frozen=True, slots=True)
class Sent:
    by: SignedIn
    fields: Mapping[str, bytes]

    def text(self, name: str) -> str:
        return self.fields.get(name, b"").decode("utf-8", "replace").strip()


@dataclass(frozen=True, slots=True)
class PartyPages:
    """The pages of one kind; their paths begin with that of the cookie."""

    cookie: TokenCookie
    largest_form: int
    sign_in_page: str
    """Template of the page that whoever is not signed in gets."""

    def opened_by(self, token: str, site: Site) -> SignedIn:
        """Raises `TokenNeeded` unless it is a token that captures for a party."""
        try:
            grant = site.ledger.authorise(token)
        except NotAuthorised as error:
            raise TokenNeeded(self, str(error)) from error
        if grant.role not in (CAPTURE, ADMIN) or grant.party is None:
            raise TokenNeeded(self, f"the token has role {grant.role}, want {CAPTURE}, with a party")
        return SignedIn(grant, self.cookie.form_key(token))

    def signed_in(self, request: Request, site: SiteDep) -> SignedIn:
        """A dependency. Asks each time: a token that was revoked opens nothing from that moment on."""
        token = self.cookie.of(request)
        if not token:
            raise TokenNeeded(self, "")
        return self.opened_by(token, site)

    async def sent(self, request: Request, site: SiteDep) -> Sent:
        """A dependency. Raises `NotAuthorised` for a form that stands on a page of somebody else's."""
        # Before the body: a stranger's form is never read.
        by = await run_in_threadpool(self.signed_in, request, site)
        body = await form_of(request, self.largest_form)
        fields = read_form(request.headers.get("content-type", ""), body)
        if not is_same_key(fields.get("form_key", b""), by.form_key):
            raise NotAuthorised("this form was shown to somebody else, or before you signed in anew")
        return Sent(by, fields)

    def add_sign_in(self, router: APIRouter) -> None:
        @router.post("/sign-in")
        def sign_in(site: SiteDep, words: WordsDep, fields: FieldsDep) -> Response:
            token = fields.get("token", "").strip()
            self.opened_by(token, site)
            response = go_to(self.cookie.path, words)
            self.cookie.keep(response, token, site)
            return response

        @router.post("/sign-out")
        def sign_out(words: WordsDep, _: Annotated[Sent, Depends(self.sent)]) -> Response:
            response = go_to(self.cookie.path, words)
            self.cookie.drop(response)
            return response


class TokenNeeded(NotAuthorised):
    """Nobody is signed in, or with a token that does nothing on these pages (any more)."""

    def __init__(self, pages: PartyPages, why: str) -> None:
        super().__init__(why)
        self.pages = pages


def install(app: FastAPI) -> None:
    """Answer with the form wherever somebody has to sign in."""
    app.add_exception_handler(TokenNeeded, _ask_to_sign_in)


def _ask_to_sign_in(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, TokenNeeded)
    site: Site = request.app.state.site
    pages, is_refused = refusal.pages, bool(str(refusal))
    page = farm_page(site, words_for(request), pages.sign_in_page, 401, refused=is_refused)
    page.headers["WWW-Authenticate"] = "Bearer"
    if is_refused:
        pages.cookie.drop(page)
    return page
