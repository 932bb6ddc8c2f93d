"""The trace page as most would serve it: a FastAPI route that fills its template anew for each request."""

import os

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from bench.scan.scene import LOT, PATH
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.wiring import ledger, public_url


def app() -> FastAPI:
    """In its favour: the trace was looked up and put into words beforehand, and nothing is compressed."""
    settings = Settings.read(os.environ)
    words, pages = languages()["zh-CN"], Pages()
    page = trace_page(ledger(settings, open_store(settings)).trace(LOT), words, public_url(settings))
    plain = FastAPI()

    @plain.get(PATH)
    def scan() -> HTMLResponse:
        return pages.html("trace.html", words, page.badge.state, page=page)

    return plain
