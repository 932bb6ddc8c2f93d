"""The page that a host holds in the hand while on air, for one room; its commands come back as forms."""

from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import Site, SiteDep, WordsDep
from api.farm_page import NEVER_KEPT, farm_page, go_to
from api.farm_session import FieldsDep
from api.host_session import (
    AtDesk,
    AtDeskDep,
    CommandDep,
    host_cookie,
    opened,
)
from api.live_commands import carry_out
from api.present.desk_warnings import SaidView, checked_views
from api.words import Words
from traceability.errors import InvalidInput, NameTaken, TraceError, Unavailable, Unknown
from traceability.live.line import Line
from traceability.live.report_text import report_text
from traceability.live.room import Phase
from traceability.live.texts import LONGEST_POINT

router = APIRouter(prefix="/live/{code}")

Layout = Literal["horizontal", "vertical"]
LayoutQuery = Annotated[Layout, Query()]
_OTHER: dict[str, Layout] = {"horizontal": "vertical", "vertical": "horizontal"}


@router.post("/sign-in")
def sign_in(code: str, site: SiteDep, words: WordsDep, fields: FieldsDep) -> Response:
    token = fields.get("token", "").strip()
    room = opened(token, code, site).room
    response = go_to(f"/live/{room.code}/control", words)
    host_cookie(room.code).keep(response, token, site)
    return response


@router.get("/control")
def control(
    request: Request, site: SiteDep, words: WordsDep, at: AtDeskDep, layout: LayoutQuery = "horizontal"
) -> Response:
    """What has not changed since it was asked for last is not sent again: it is asked for each second."""
    page = _page(site, words, at, layout)
    tag = f'"{sha256(page.body).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag, **NEVER_KEPT})
    page.headers["ETag"] = tag
    return page


@router.post("/control")
def command(
    site: SiteDep, words: WordsDep, command: CommandDep, layout: LayoutQuery = "horizontal"
) -> Response:
    at, fields = command.at, command.fields
    if fields.get("do") == "sign-out":
        response = go_to(f"/live/{at.room.code}/control", words)
        host_cookie(at.room.code).drop(response)
        return response
    try:
        if fields.get("do") == "check":
            tried = at.studio.transcript.tried(at.room.code, [Line(fields.get("text", ""))])
            return _page(site, words, at, layout, checked=checked_views(tried, words))
        if fields.get("do") == "end-rehearsal":
            return _rehearsed(site, words, at)
        carry_out(command, words)
    except (InvalidInput, Unknown, NameTaken, Unavailable) as refusal:
        # As it is by now: what was refused may have changed what stands there.
        return _page(site, words, at.anew(), layout, _why(refusal, words))
    where = f"/live/{at.room.code}/control?lang={words.lang}&layout={layout}"
    return RedirectResponse(where, 303, NEVER_KEPT)


def _rehearsed(site: Site, words: Words, at: AtDesk) -> Response:
    """Its report is read before its records are forgotten."""
    report = at.studio.reports.of(at.room.code)
    at.studio.rooms.end_rehearsal(at.room.code)
    told = {lang: report_text(report, lang) for lang in site.languages}
    own = told.pop(words.lang)
    return farm_page(site, words, "live_report.html", code=at.room.code, report=own, is_kept=False, told=told)


def _page(
    site: Site,
    words: Words,
    at: AtDesk,
    layout: Layout,
    refused: str = "",
    checked: tuple[SaidView, ...] = (),
) -> Response:
    page = farm_page(
        site,
        words,
        "live_control.html",
        422 if refused else 200,
        at.form_key,
        desk=at.desk.view(at.room, words),
        action=f"/live/{at.room.code}/control?lang={words.lang}&layout={layout}",
        layout=layout,
        other_layout=_OTHER[layout],
        is_open=at.room.phase is not Phase.ENDED,
        longest=LONGEST_POINT,
        refused=refused,
        checked=checked,
    )
    # It shows the overlay of its room, as viewers have it.
    page.headers["Content-Security-Policy"] += "; frame-src 'self'"
    return page


def _why(refusal: TraceError, words: Words) -> str:
    match refusal:
        case Unknown():
            return f"{words.say('We hold nothing under this code')}: {refusal}"
        case Unavailable():
            return f"{words.say('Not now: try again')}: {refusal}"
        case NameTaken():
            return f"{words.say('This was done already')}: {refusal}"
        case _:
            return str(refusal)
