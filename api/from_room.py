"""What live rooms add to our page of a lot, for this request, and until when that stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from api.deps import Site
from api.page_cache import Standing
from traceability.errors import Unknown
from traceability.ledger.on_air import showings
from traceability.live import short_code
from traceability.live.lot_page import LotPages, OnAir


@dataclass(frozen=True, slots=True)
class AllStand:
    """That each of several things stands."""

    of: Sequence[Standing]

    def holds(self) -> bool:
        return all(each.holds() for each in self.of)

    def is_found_to_hold(self) -> bool:
        return all(each.is_found_to_hold() for each in self.of)

    def lags(self) -> bool:
        return all(each.lags() for each in self.of)


def room_of(request: Request) -> str | None:
    """The code of the room that a link comes from, as it says; whether there is one is not looked up."""
    try:
        return short_code.read(request.query_params.get("room", ""))
    except Unknown:
        return None


def on_air(site: Site, pages: LotPages, subject: str, room: str | None) -> tuple[OnAir, Standing]:
    """Raises `Unknown`."""
    shown = showings(subject, site.ledger.made(subject).trace.events)
    # Before the rooms are looked at: what comes meanwhile may change them.
    watched = site.ledger.watch(pages.named(shown, room))
    return pages.of(subject, shown, room), watched
