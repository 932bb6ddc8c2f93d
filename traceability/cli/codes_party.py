"""In whose name codes are issued, and a word of warning where it is not whoever made the lot."""

import argparse
import sys
from typing import TYPE_CHECKING

from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.own_store import Store


def party_of(args: argparse.Namespace, settings: Settings) -> str:
    """GLN. Raises `InvalidInput`."""
    from traceability.gs1.keys import gln

    return gln(args.party) if args.party else settings.party


def say_other_maker(lot: str, party: str, store: "Store") -> None:
    """Said before any code is issued: a wrong name stays in the log."""
    from traceability.ledger.links_first import firsts

    maker = firsts([lot], store.events.telling, lambda: ()).get(lot)
    if maker is not None and maker.by != party:
        print(
            f"note: codes are issued in the name of {party}, and {maker.by} made this lot: what {party} "
            f"records of it is a mere claim on its pages. Want --as {maker.by}?",
            file=sys.stderr,
        )
