"""The page for sheets: sign in, take a template, choose a sheet, look at what it would become, record it."""

import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from api.deps import Site, SiteDep, WordsDep, words_for
from api.farm_page import farm_page, go_to
from api.farm_session import FieldsDep
from api.import_session import (
    COOKIE,
    ImporterDep,
    KeyNeeded,
    SenderDep,
    Sent,
    SentDep,
    opened_by,
)
from api.present.import_faults import refusal_line
from api.present.imports import done_view, kinds_view, look_view
from api.problems import Busy
from api.words import Words
from traceability.errors import InvalidInput, NotAuthorised
from traceability.imports import template
from traceability.imports.importer import Importer
from traceability.imports.kinds import kind, plainly
from traceability.imports.layout import Mapped
from traceability.imports.plan import Plan
from traceability.sheets.read import read_cells

router = APIRouter(prefix="/import")
MOST_ROWS = 20_000
"""Of a sheet on this page: a reader waits for it."""
MOST_CELLS = 25 * MOST_ROWS
"""Twice as many columns as the widest of our kinds has."""
_MEANS = "means_"
"""Begins the name of a field that says what a column means; its number follows."""
_reading = threading.Semaphore()
"""One sheet at a time: reading a large one fills a processor for seconds."""

_MEDIA: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def install(app: FastAPI) -> None:
    """Answer with the form wherever somebody has to sign in."""
    app.add_exception_handler(KeyNeeded, _ask_for_key)


@router.get("")
def choose(site: SiteDep, words: WordsDep, sender: SenderDep) -> Response:
    return _choose(site, words, sender.form_key, sender.grant.submitter)


@router.post("/sign-in")
def sign_in(site: SiteDep, words: WordsDep, _: ImporterDep, fields: FieldsDep) -> Response:
    token = fields.get("token", "").strip()
    opened_by(token, site)
    response = go_to("/import", words)
    COOKIE.keep(response, token, site)
    return response


@router.post("/sign-out")
def end(words: WordsDep, _: SentDep) -> Response:
    response = go_to("/import", words)
    COOKIE.drop(response)
    return response


@router.get("/template/{name}.{form}")
def empty_sheet(name: str, form: Literal["xlsx", "csv"], words: WordsDep) -> Response:
    """What it holds is the same for everybody."""
    wanted, language = kind(name), words.locale.language
    data = template.to_csv(wanted, language) if form == "csv" else template.to_xlsx(wanted, language)
    named = f'attachment; filename="guoji-{name}-{language}.{form}"'
    return Response(data, media_type=_MEDIA[form], headers={"Content-Disposition": named})


@router.post("/look")
def look(site: SiteDep, words: WordsDep, importer: ImporterDep, sent: SentDep) -> Response:
    try:
        with _one_at_a_time():
            planned, said = _planned(importer, sent)
            here = importer.here(planned, sent.sender.grant)
            changed = importer.resembling(planned, sent.sender.grant)
    except NotAuthorised:
        raise
    except InvalidInput as refusal:
        told = refusal_line(str(refusal), words)
        return _choose(site, words, sent.sender.form_key, sent.sender.grant.submitter, told)
    view = look_view(planned, here, changed, said, words)
    return farm_page(
        site,
        words,
        "import_look.html",
        422 if planned.faults else 200,
        form_key=sent.sender.form_key,
        look=view,
        data=b64encode(sent.file).decode(),
    )


@router.post("/record")
def record(site: SiteDep, words: WordsDep, importer: ImporterDep, sent: SentDep) -> Response:
    """Shown at once: whoever loads the page again sends duplicates, which are kept once."""
    with _one_at_a_time():
        planned, _ = _planned(importer, sent)
        here = importer.here(planned, sent.sender.grant)
        job = importer.record(planned, sent.sender.grant)
    view = done_view(planned, here, job.id, words)
    return farm_page(site, words, "import_done.html", form_key=sent.sender.form_key, done=view)


def _choose(site: Site, words: Words, form_key: str, party: str, refused: str = "") -> Response:
    status = 422 if refused else 200
    kinds = kinds_view(words)
    return farm_page(
        site, words, "import.html", status, form_key=form_key, party=party, kinds=kinds, refused=refused
    )


def _planned(importer: Importer, sent: Sent) -> tuple[Plan, Mapped]:
    """What the sheet would become, and what the form said of its headings."""
    name, grant = sent.text("kind"), sent.sender.grant
    sheet = read_cells(sent.file, MOST_CELLS)
    if not any(field.startswith(_MEANS) for field in sent.fields):
        return importer.plan(name, sheet, grant, at_most=MOST_ROWS), {}
    headings = importer.lay_out(name, sheet, grant, {}).headings
    said = {
        plainly(heading): sent.text(f"{_MEANS}{at}")
        for at, heading in enumerate(headings)
        if f"{_MEANS}{at}" in sent.fields and plainly(heading)
    }
    # Whoever changed the columns has seen all of them.
    saved = importer.lay_out(name, sheet, grant, said).mapped()
    return importer.plan(name, sheet, grant, said=saved, at_most=MOST_ROWS), said


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _reading.acquire(blocking=False):
        raise Busy("another sheet is being read here; send yours again in a minute")
    try:
        yield
    finally:
        _reading.release()


def _ask_for_key(request: Request, refusal: Exception) -> Response:
    site: Site = request.app.state.site
    page = farm_page(site, words_for(request), "import_sign_in.html", 401, refused=bool(str(refusal)))
    page.headers["WWW-Authenticate"] = "Bearer"
    if str(refusal):
        COOKIE.drop(page)
    return page
