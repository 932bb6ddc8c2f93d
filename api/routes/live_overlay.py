"""GET of a live room's overlay: a transparent page for OBS, which shows what the room's events tell."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import WHOLE, SiteDep
from api.live_access import StudioDep
from api.overlay_page import overlay_page
from api.qr import EMPTY
from traceability.live import short_code

router = APIRouter(prefix="/live")


@router.api_route("/{room}/overlay", methods=WHOLE)
def overlay(
    room: str,
    site: SiteDep,
    studio: StudioDep,
    layout: Annotated[str, Query()] = "auto",
    qr: Annotated[str, Query()] = "on",
) -> Response:
    """In the language of the room, whoever asks."""
    found = studio.rooms.store.room(short_code.read(room))
    hide = ("qr",) if qr == "off" else ()
    events = f"/live/{found.code}/events"
    words = site.languages[found.lang]
    now_ms = studio.rooms.now_ms()
    page = overlay_page(site.pages, words, found.title, events, layout, None, EMPTY, now_ms, hide)
    # The host's own page shows it, too.
    policy = page.headers["Content-Security-Policy"]
    page.headers["Content-Security-Policy"] = policy.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    return page
