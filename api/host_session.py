"""Who commands a live room from its page: the host key or a token of the room's party, in a cookie."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response

from api.deps import Site, SiteDep, words_for
from api.farm_page import farm_page
from api.farm_session import Fields, FieldsDep
from api.live_access import opened_by
from api.live_desk import LiveDesk
from api.signed_in import TokenCookie, is_same_key
from api.words import Words
from traceability.errors import NotAuthorised, Unknown
from traceability.live.room import Room
from traceability.live.studio import Studio

PARTY_COOKIE = TokenCookie("guoji_rooms", "/live", lasts_s=12 * 3_600)
"""Of the page on which a party makes rooms; it opens those rooms, too."""


def host_cookie(code: str) -> TokenCookie:
    """Sent to the paths of this room alone."""
    return TokenCookie("guoji_live", f"/live/{code}", lasts_s=3 * 86_400)


@dataclass(frozen=True, slots=True)
class AtDesk:
    studio: Studio
    desk: LiveDesk
    room: Room
    by: str
    """As its answers are signed."""
    form_key: str
    overlay_words: Words
    """What the overlay of the room speaks."""

    def anew(self) -> "AtDesk":
        return replace(self, room=self.studio.rooms.store.room(self.room.code))


class HostNeeded(NotAuthorised):
    """Nobody is signed in to this room, or with what does not open it (any more)."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def opened(token: str, code: str, site: Site) -> AtDesk:
    """Raises `HostNeeded`, `Unknown`."""
    if site.live_desk is None:
        raise Unknown("this server has no live rooms")
    try:
        found = opened_by(token, code, site)
    except NotAuthorised as error:
        raise HostNeeded(code, str(error)) from error
    key = host_cookie(code).form_key(token)
    spoken = site.languages[found.room.lang]
    return AtDesk(found.studio, site.live_desk, found.room, found.by, key, spoken)


def at_desk(code: str, request: Request, site: SiteDep) -> AtDesk:
    """Asks each time: a token that was revoked opens nothing from that moment on."""
    refused = HostNeeded(code, "")
    for cookie in (host_cookie(code), PARTY_COOKIE):
        if token := cookie.of(request):
            try:
                return opened(token, code, site)
            except HostNeeded as error:
                refused = error
    raise refused


AtDeskDep = Annotated[AtDesk, Depends(at_desk)]


@dataclass(frozen=True, slots=True)
class Command:
    at: AtDesk
    fields: Fields


def _command(at: AtDeskDep, fields: FieldsDep) -> Command:
    if not is_same_key(fields.get("form_key", "").encode(), at.form_key):
        raise NotAuthorised("this form was shown to somebody else, or before you signed in anew")
    return Command(at, fields)


CommandDep = Annotated[Command, Depends(_command)]


def install(app: FastAPI) -> None:
    """Answer with the form wherever somebody has to sign in."""
    app.add_exception_handler(HostNeeded, _ask_to_sign_in)


def _ask_to_sign_in(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HostNeeded)
    site: Site = request.app.state.site
    is_refused = bool(str(refusal))
    template, words = "live_control_sign_in.html", words_for(request)
    page = farm_page(site, words, template, 401, code=refusal.code, refused=is_refused)
    page.headers["WWW-Authenticate"] = "Bearer"
    if is_refused:
        host_cookie(refusal.code).drop(page)
    return page
