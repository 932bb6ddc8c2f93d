"""Builds the web application from a ledger."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.middleware.gzip import GZipMiddleware

from api import host_session, party_pages, problems
from api.address import lot_wanted
from api.answers import NO_OFFER, UNKNOWN, WITHDRAWN, Answer
from api.chain_relay import ChainRelay
from api.deps import Ledger, Site, is_large, words_for
from api.headers import SafeHeaders
from api.live import Live
from api.live_desk import LiveDesk
from api.overlay_feed import OverlayFeed
from api.page_cache import PageCache
from api.pages import Pages
from api.readiness import Readiness
from api.room_relay import RoomRelay
from api.routes import (
    capture,
    chain,
    epcis_capture,
    epcis_discovery,
    epcis_events,
    epcis_queries,
    epcis_resources,
    epcis_subscriptions,
    farm_alerts,
    farm_devices,
    farm_sign_in,
    harvest,
    health,
    imports,
    landing,
    link_page,
    links,
    live,
    live_control,
    live_events,
    live_lines,
    live_overlay,
    live_page,
    live_record,
    log,
    overlay,
    personal,
    proof,
    recall_page,
    recalls,
    scan,
    scans,
    short,
    verifier,
    well_known,
)
from api.scan_visit import ScanDesk
from api.words import languages
from traceability.farm.farm import Farm
from traceability.imports.importer import Importer
from traceability.live.lot_page import LotPages
from traceability.live.studio import Studio
from traceability.live.viewers import Viewers
from traceability.recaller import Recaller

_PARTS = (
    scan,
    scans,
    well_known,
    links,
    link_page,
    overlay,
    live,
    live_events,
    live_lines,
    live_overlay,
    live_control,
    live_page,
    live_record,
    short,
    proof,
    log,
    chain,
    capture,
    epcis_capture,
    epcis_discovery,
    epcis_events,
    epcis_queries,
    epcis_resources,
    epcis_subscriptions,
    personal,
    verifier,
    health,
    farm_sign_in,
    farm_devices,
    farm_alerts,
    harvest,
    imports,
    recalls,
    recall_page,
    landing,
)


def create_app(
    ledger: Ledger,
    public_url: str,
    live_every_s: float = 1,
    farm: Farm | None = None,
    importer: Importer | None = None,
    recaller: Recaller | None = None,
    check_issued: Callable[[str], None] = lambda _: None,
    scan_desk: ScanDesk | None = None,
    verifier_url: str = "",
    room_relay: RoomRelay | None = None,
    studio: Studio | None = None,
    viewers: Viewers | None = None,
    lot_pages: LotPages | None = None,
) -> FastAPI:
    """The application that serves `ledger`, `farm` to farmers, `importer` and `recaller` to partners.

    Its links say `public_url`. `check_issued` refuses a link to an item whose code is forged (`NotIssued`).
    `verifier_url` is a copy of the verifier's page elsewhere.
    """
    app = FastAPI(title="Guoji", docs_url=None, redoc_url=None, openapi_url=None)
    speak = languages()
    pages = Pages(verifier_url)
    app.state.site = Site(
        ledger,
        pages,
        PageCache(),
        Live(live_every_s),
        OverlayFeed(ledger, speak),
        room_relay,
        Readiness(ledger.health),
        ChainRelay(ledger.ask_chain),
        speak,
        public_url.rstrip("/"),
        farm,
        importer,
        recaller,
        check_issued,
        scan_desk,
        studio,
        LiveDesk(studio, ledger.trace, viewers.visits_a_minute) if studio and viewers else None,
        viewers,
        lot_pages,
    )
    app.state.error_page = _error_page
    problems.install(app)
    farm_sign_in.install(app)
    party_pages.install(app)
    host_session.install(app)
    for part in _PARTS:
        app.include_router(part.router)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(SafeHeaders)
    return app


def _error_page(
    request: Request, answer: Answer, status: int, detail: str, meant: str | None
) -> HTMLResponse:
    site: Site = request.app.state.site
    words = words_for(request)
    return site.pages.html(
        "error.html",
        words,
        answer.state,
        status,
        large=is_large(request),
        answer=answer,
        code=status,
        # These two say nothing that the advice does not say in the reader's language.
        detail=detail if status != UNKNOWN.status and answer is not WITHDRAWN else "",
        meant=meant,
        is_short=answer is NO_OFFER,
        gtin=lot_wanted(request) if answer is UNKNOWN else None,
    )
