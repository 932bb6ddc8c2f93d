"""Our page of a thing that we hold, or its JSON, as it is kept until something that it says has changed."""

import orjson

from api import own_chain
from api.deps import Site
from api.document import trace_document
from api.page_cache import Page, Rendered
from api.present.on_air import on_air_part
from api.present.scan_card import scan_card
from api.present.trace import trace_page
from api.words import Words
from traceability.ledger.trace import Trace
from traceability.live.lot_page import OnAir

_KEPT = {
    # Whoever keeps it asks us each time, which costs us no page: a recall is through at once.
    "Cache-Control": "no-cache",
    "Vary": "Accept, Accept-Language, Accept-Encoding",
}


def own_page(
    site: Site,
    subject: str,
    words: Words,
    large: bool,
    as_json: bool,
    instead_of: str | None = None,
    on_air: OnAir | None = None,
) -> Page:
    """`instead_of`: what a page of recalled goods stands before. Raises `Unknown`."""

    def render() -> Rendered:
        made = site.ledger.made(subject)
        if as_json:
            headers = {"Content-Type": "application/json", **_KEPT}
            return Rendered(orjson.dumps(trace_document(made.trace)), headers, made.standing)
        body, headers = _html(site, made.trace, words, large, instead_of, on_air)
        return Rendered(body, {**headers, **_KEPT}, made.standing)

    # What stands before another's page is kept by itself: it goes with the recall.
    form = "json" if as_json else words.lang
    # What live rooms add to it is part of its name: the page changes where they say something else, and a
    # room that is none adds nothing.
    return site.kept.of((subject, form, large and not as_json, instead_of, on_air), render)


def _html(
    site: Site, trace: Trace, words: Words, large: bool, instead_of: str | None, on_air: OnAir | None
) -> tuple[bytes, dict[str, str]]:
    page, desk = trace_page(trace, words, site.public_url), site.scan_desk
    rooms = on_air_part(on_air, words) if on_air else None
    room = f"&room={rooms.banner.code}" if rooms and rooms.banner else ""
    response = site.pages.html(
        "trace.html",
        words,
        page.badge.state,
        connect=own_chain.origins(site.ledger.trust_policy()),
        page=page,
        scans=scan_card(trace, page.product, words, desk) if desk else None,
        large=large,
        instead_of=instead_of,
        # A link that is registered for the same thing would answer without it.
        stay=f"&format=html{room}",
        on_air=rooms,
    )
    names = ("Content-Type", "Content-Language", "Content-Security-Policy")
    return bytes(response.body), {name: response.headers[name] for name in names}
