"""In whose name codes are issued, and a word of warning where it is not whoever made the lot."""

import sys
from typing import TYPE_CHECKING

from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.ledger.ports import EventStore


def party_of(typed: str | None, settings: Settings) -> str:
    """GLN. Raises `InvalidInput`."""
    from traceability.gs1.keys import gln

    return gln(typed) if typed else settings.party


def say_other_maker(lot: str, party: str, events: "EventStore") -> None:
    """Said before any code is issued: a wrong name stays in the log."""
    from traceability.ledger.links_first import firsts

    maker = firsts([lot], events.telling, lambda: ()).get(lot)
    if maker is not None and maker.by != party:
        print(
            f"note: codes are issued in the name of {party}, and {maker.by} made this lot: what {party} "
            f"records of it is a mere claim on its pages. Want --as {maker.by}?",
            file=sys.stderr,
        )
