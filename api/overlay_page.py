"""The page that a browser source opens: empty and transparent, but for what its events tell it to show."""

from collections.abc import Sequence

from fastapi.responses import Response

from api.pages import Pages
from api.present.overlay import OverlayState
from api.qr import QrCode
from api.words import Words, message

_MEDIA = {
    "vertical": ("all", "not all"),
    "horizontal": ("not all", "all"),
    "auto": ("(orientation: portrait)", "(orientation: landscape)"),
}
"""For which media the vertical and the horizontal style hold, by layout."""
_SPANS = (
    message("{seconds} s"),
    message("{minutes} min"),
    message("{hours} h {minutes} min"),
    message("{days} d {hours} h"),
)
"""How the page itself writes an age that goes on, the shorter ones first."""


def overlay_page(
    pages: Pages,
    words: Words,
    title: str,
    events: str,
    layout: str,
    overlay: OverlayState | None,
    qr: QrCode | None,
    now_ms: int,
    hide: Sequence[str] = (),
) -> Response:
    """`events`: where its states come from. `overlay`: the first of them, if known. `now_ms`: since 1970."""
    vertical, horizontal = _MEDIA.get(layout, _MEDIA["auto"])
    response = pages.html(
        "overlay.html",
        words,
        overlay.state if overlay else "unknown",
        title=title,
        events=events,
        overlay=overlay,
        vertical=vertical,
        horizontal=horizontal,
        qr=qr,
        hide=" ".join(hide if qr else ("qr",)),
        now_ms=now_ms,
        spans="|".join(words.say(each) for each in _SPANS),
    )
    response.headers["Cache-Control"] = "no-store"
    return response
