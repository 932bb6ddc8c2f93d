"""The page for links of a brand owner: see where its codes lead, add a link, remove one, try it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.deps import Site, SiteDep, WordsDep
from api.farm_page import farm_page, go_to
from api.party_pages import PartyPages, Sent, SignedIn
from api.present.link_form import FIELDS, faults, said
from api.present.link_form import anchor as anchor_in
from api.present.link_types import offered
from api.present.links import link_views
from api.signed_in import TokenCookie
from api.words import Words
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.gs1.resolver.link import read_link
from traceability.gs1.resolver.registration import anchor_of
from traceability.gs1.resolver.vocabulary import local_name

PAGES = PartyPages(
    TokenCookie("guoji_link", "/link", lasts_s=12 * 3_600),
    largest_form=64 * 1024,
    sign_in_page="link_sign_in.html",
)
SignedInDep = Annotated[SignedIn, Depends(PAGES.signed_in)]
SentDep = Annotated[Sent, Depends(PAGES.sent)]

router = APIRouter(prefix="/link")
PAGES.add_sign_in(router)


@router.get("")
def begin(site: SiteDep, words: WordsDep, by: SignedInDep) -> Response:
    return _page(site, words, by, dict.fromkeys(FIELDS, ""))


@router.post("/add")
def add(site: SiteDep, words: WordsDep, sent: SentDep) -> Response:
    typed = {name: sent.text(name) for name in FIELDS}
    if wrong := faults(typed, words):
        return _page(site, words, sent.by, typed, wrong=wrong)
    links, anchor = site.ledger.links, anchor_in(typed)
    if not (typed["description"] or links.registered([anchor])):
        wrong = {"description": words.say("This code has no links yet: say what it is on.")}
        return _page(site, words, sent.by, typed, wrong=wrong)
    try:
        links.add(anchor, typed["description"], read_link(typed["type"], said(typed)), sent.by.grant)
    except InvalidInput as refusal:
        return _page(site, words, sent.by, typed, _why(refusal, words))
    return go_to("/link", words)


@router.post("/remove")
def remove(site: SiteDep, words: WordsDep, sent: SentDep) -> Response:
    try:
        anchor, name = anchor_of(sent.text("anchor")), local_name(sent.text("type"))
        site.ledger.links.remove(anchor, sent.text("href"), name, sent.by.grant)
    except (InvalidInput, Unknown) as refusal:
        return _page(site, words, sent.by, dict.fromkeys(FIELDS, ""), _why(refusal, words))
    return go_to("/link", words)


def _page(
    site: Site,
    words: Words,
    by: SignedIn,
    typed: Mapping[str, str],
    refused: str = "",
    wrong: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """`refused` says why in one sentence, `wrong` beside each field."""
    shown, more = link_views(site.ledger.links.listed(by.grant), words)
    values = {"typed": typed, "refused": refused, "wrong": wrong, "things": shown, "more": more}
    status, party = 422 if refused or wrong else 200, by.grant.submitter
    return farm_page(
        site, words, "link.html", status, by.form_key, party=party, types=offered(words), **values
    )


def _why(refusal: InvalidInput | Unknown, words: Words) -> str:
    if isinstance(refusal, NotAuthorised):
        return f"{words.say('You may not do this')}: {refusal}"
    return f"{words.say('What was sent is not right')}: {refusal}"
