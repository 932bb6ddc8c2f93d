"""The page on which a party makes live rooms; what opens a room for its host is shown there once."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.deps import Site, SiteDep, WordsDep
from api.farm_page import farm_page
from api.host_session import PARTY_COOKIE
from api.live_access import StudioDep, check_unlimited, studio_of
from api.party_pages import PartyPages, Sent, SignedIn
from api.present.live_desk import room_line
from api.qr import qr_code
from api.words import Words
from traceability.errors import InvalidInput
from traceability.live.addresses import LAYOUTS, control_url, overlay_url
from traceability.live.room import Room
from traceability.live.studio import Studio
from traceability.live.texts import LONGEST_HOST, LONGEST_TITLE

PAGES = PartyPages(PARTY_COOKIE, largest_form=16 * 1024, sign_in_page="live_sign_in.html")
SignedInDep = Annotated[SignedIn, Depends(PAGES.signed_in)]
SentDep = Annotated[Sent, Depends(PAGES.sent)]

router = APIRouter(prefix="/live", dependencies=[Depends(studio_of)])
PAGES.add_sign_in(router)

_FIELDS = ("title", "host", "speaks")


@router.get("")
def begin(site: SiteDep, words: WordsDep, studio: StudioDep, by: SignedInDep) -> Response:
    return _page(site, words, studio, by, dict.fromkeys(_FIELDS, ""))


@router.post("/make")
def make(site: SiteDep, words: WordsDep, studio: StudioDep, sent: SentDep) -> Response:
    typed = {name: sent.text(name) for name in _FIELDS}
    try:
        check_unlimited(sent.by.grant)
        party = sent.by.grant.submitter
        room, key = studio.rooms.make(party, typed["host"], typed["title"], typed["speaks"])
    except InvalidInput as refusal:
        return _page(site, words, studio, sent.by, typed, str(refusal))
    return _made(site, words, sent, room, key)


@router.post("/made")
def made(site: SiteDep, words: WordsDep, studio: StudioDep, sent: SentDep) -> Response:
    """The same in another language. Nobody but the page itself has the key any more: it sends it along."""
    code, key = sent.text("room"), sent.text("key")
    studio.rooms.check_key(code, key)
    return _made(site, words, sent, studio.rooms.store.room(code), key)


def _made(site: Site, words: Words, sent: Sent, room: Room, key: str) -> Response:
    link = control_url(site.public_url, room.code, key)
    overlays = {layout: overlay_url(site.public_url, room.code, layout) for layout in LAYOUTS}
    values = {"room": room, "key": key, "link": link, "overlays": overlays, "qr": qr_code(link)}
    return farm_page(site, words, "live_made.html", 200, sent.by.form_key, **values)


def _page(
    site: Site, words: Words, studio: Studio, by: SignedIn, typed: dict[str, str], refused: str = ""
) -> Response:
    party = by.grant.submitter
    listed = studio.rooms.listed(party)
    rooms = [room_line(each, words) for each in listed.rooms]
    more = words.say_many("and {count} more", "and {count} more", listed.more) if listed.more else ""
    values = {"party": party, "typed": typed, "rooms": rooms, "more": more, "refused": refused}
    longest = {"title": LONGEST_TITLE, "host": LONGEST_HOST}
    status = 422 if refused else 200
    return farm_page(site, words, "live.html", status, by.form_key, longest=longest, **values)
