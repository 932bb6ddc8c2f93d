"""GET of a lot's overlay for a livestream: a transparent page, and the events that keep it true."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from api.deps import WHOLE, LedgerDep, SiteDep, WordsDep
from api.event_stream import EventStream
from api.overlay_page import overlay_page
from api.present.overlay import overlay_state
from api.qr import qr_code, scan_url
from api.subject import subject_of

router = APIRouter(prefix="/overlay")


@router.get("/01/{rest:path}/events")
async def events(request: Request, site: SiteDep, words: WordsDep) -> Response:
    subject = subject_of(request, "/overlay", "/events")
    site.check_issued(subject)
    key, compute = (subject, words.lang), partial(site.overlay_feed, subject, words.lang)
    if not site.live.is_heard(key):
        # An unknown lot is a 404 now, not a stream that stays silent for ever.
        await run_in_threadpool(compute)
    return EventStream(partial(site.live.heard_by, key, compute))


@router.api_route("/01/{rest:path}", methods=WHOLE)
def overlay(
    request: Request,
    site: SiteDep,
    ledger: LedgerDep,
    words: WordsDep,
    layout: Annotated[str, Query()] = "auto",
    qr: Annotated[str, Query()] = "on",
) -> Response:
    subject = subject_of(request, "/overlay")
    site.check_issued(subject)
    state = overlay_state(ledger.trace(subject), words, 0)
    title = f"{state.product} · {state.word}"
    events = f"{request.scope['raw_path'].decode('latin-1').removesuffix('/')}/events?lang={words.lang}"
    code = qr_code(scan_url(site.public_url, subject)) if qr != "off" else None
    return overlay_page(site.pages, words, title, events, layout, state, code, state.cold.at_ms)
