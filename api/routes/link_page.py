"""The page for links of a brand owner: see where its codes lead, add a link, remove one, try it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.deps import Site, SiteDep, WordsDep
from api.farm_page import farm_page, go_to
from api.party_pages import PartyPages, Sent, SignedIn
from api.present.link_types import offered
from api.present.links import link_views
from api.signed_in import TokenCookie
from api.words import Words
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.gs1.mended import narrowed
from traceability.gs1.resolver.link import read_link
from traceability.gs1.resolver.registration import anchor_of
from traceability.gs1.resolver.vocabulary import local_name
from traceability.proof.subject import as_link

PAGES = PartyPages(
    TokenCookie("guoji_link", "/link", lasts_s=12 * 3_600),
    largest_form=64 * 1024,
    sign_in_page="link_sign_in.html",
)
SignedInDep = Annotated[SignedIn, Depends(PAGES.signed_in)]
SentDep = Annotated[Sent, Depends(PAGES.sent)]

router = APIRouter(prefix="/link")
PAGES.add_sign_in(router)

_FIELDS = ("code", "description", "type", "href", "title", "language", "context")


@router.get("")
def begin(site: SiteDep, words: WordsDep, by: SignedInDep) -> Response:
    return _page(site, words, by, dict.fromkeys(_FIELDS, ""))


@router.post("/add")
def add(site: SiteDep, words: WordsDep, sent: SentDep) -> Response:
    typed = {name: sent.text(name) for name in _FIELDS}
    several = {"hreflang": typed["language"].split(), "context": typed["context"].split()}
    said = {"href": typed["href"], "title": typed["title"], **several}
    try:
        link = read_link(typed["type"], {name: value for name, value in said.items() if value})
        anchor = anchor_of(as_link(narrowed(typed["code"])))
        site.ledger.links.add(anchor, typed["description"], link, sent.by.grant)
    except InvalidInput as refusal:
        return _page(site, words, sent.by, typed, _why(refusal, words))
    return go_to("/link", words)


@router.post("/remove")
def remove(site: SiteDep, words: WordsDep, sent: SentDep) -> Response:
    try:
        anchor, name = anchor_of(sent.text("anchor")), local_name(sent.text("type"))
        site.ledger.links.remove(anchor, sent.text("href"), name, sent.by.grant)
    except (InvalidInput, Unknown) as refusal:
        return _page(site, words, sent.by, dict.fromkeys(_FIELDS, ""), _why(refusal, words))
    return go_to("/link", words)


def _page(site: Site, words: Words, by: SignedIn, typed: dict[str, str], refused: str = "") -> Response:
    shown, more = link_views(site.ledger.links.listed(by.grant), words)
    values = {"typed": typed, "refused": refused, "things": shown, "more": more, "types": offered(words)}
    status, party = 422 if refused else 200, by.grant.submitter
    return farm_page(site, words, "link.html", status, by.form_key, party=party, **values)


def _why(refusal: InvalidInput | Unknown, words: Words) -> str:
    if isinstance(refusal, NotAuthorised):
        return f"{words.say('You may not do this')}: {refusal}"
    return f"{words.say('What was sent is not right')}: {refusal}"
