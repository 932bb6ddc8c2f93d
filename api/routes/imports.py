"""The page for sheets: sign in, take a template, choose a sheet, look at what it would become, record it."""

import threading
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.deps import Site, SiteDep, WordsDep
from api.farm_page import farm_page
from api.party_pages import PartyPages, Sent, SignedIn
from api.present.import_faults import refusal_line
from api.present.imports import done_view, kinds_view, look_view
from api.problems import Busy, TooLarge
from api.signed_in import TokenCookie
from api.words import Words
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.imports import template
from traceability.imports.importer import Importer
from traceability.imports.kinds import kind, plainly
from traceability.imports.layout import Mapped
from traceability.imports.plan import Plan
from traceability.sheets.read import read_cells

LARGEST_FILE = 2 * 1024 * 1024
PAGES = PartyPages(
    TokenCookie("guoji_import", "/import", lasts_s=12 * 3_600),
    # With the file as base64, as it goes back and forth between page and server: none is kept here.
    largest_form=3 * 1024 * 1024,
    sign_in_page="import_sign_in.html",
)
SignedInDep = Annotated[SignedIn, Depends(PAGES.signed_in)]
SentDep = Annotated[Sent, Depends(PAGES.sent)]


def _importer(site: SiteDep) -> Importer:
    if site.importer is None:
        raise Unknown("this server has no page for sheets")
    return site.importer


ImporterDep = Annotated[Importer, Depends(_importer)]

router = APIRouter(prefix="/import", dependencies=[Depends(_importer)])
PAGES.add_sign_in(router)
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


@router.get("")
def choose(site: SiteDep, words: WordsDep, by: SignedInDep) -> Response:
    return _choose(site, words, by.form_key, by.grant.submitter)


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
            here = importer.here(planned, sent.by.grant)
            changed = importer.resembling(planned, sent.by.grant)
    except NotAuthorised:
        raise
    except InvalidInput as refusal:
        told = refusal_line(str(refusal), words)
        return _choose(site, words, sent.by.form_key, sent.by.grant.submitter, told)
    view = look_view(planned, here, changed, said, words)
    return farm_page(
        site,
        words,
        "import_look.html",
        422 if planned.faults else 200,
        form_key=sent.by.form_key,
        look=view,
        data=b64encode(_sheet(sent)).decode(),
    )


@router.post("/record")
def record(site: SiteDep, words: WordsDep, importer: ImporterDep, sent: SentDep) -> Response:
    """Shown at once: whoever loads the page again sends duplicates, which are kept once."""
    with _one_at_a_time():
        planned, _ = _planned(importer, sent)
        here = importer.here(planned, sent.by.grant)
        job = importer.record(planned, sent.by.grant)
    view = done_view(planned, here, job.id, words)
    return farm_page(site, words, "import_done.html", form_key=sent.by.form_key, done=view)


def _choose(site: Site, words: Words, form_key: str, party: str, refused: str = "") -> Response:
    status = 422 if refused else 200
    kinds = kinds_view(words)
    return farm_page(
        site, words, "import.html", status, form_key=form_key, party=party, kinds=kinds, refused=refused
    )


def _planned(importer: Importer, sent: Sent) -> tuple[Plan, Mapped]:
    """What the sheet would become, and what the form said of its headings."""
    name, grant = sent.text("kind"), sent.by.grant
    sheet = read_cells(_sheet(sent), MOST_CELLS)
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


def _sheet(sent: Sent) -> bytes:
    """The file, whether chosen just now or looked at before. Raises `InvalidInput`."""
    try:
        data = sent.fields.get("file") or b64decode(sent.fields.get("data", b""), validate=True)
    except NotBase64 as error:
        raise InvalidInput("the form has lost its sheet; choose it again") from error
    if not data:
        raise InvalidInput("no sheet was chosen, or it is empty")
    if len(data) > LARGEST_FILE:
        raise TooLarge(f"sheet has {len(data)} bytes, want at most {LARGEST_FILE} on this page")
    return data


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _reading.acquire(blocking=False):
        raise Busy("another sheet is being read here; send yours again in a minute")
    try:
        yield
    finally:
        _reading.release()
