"""All checks, one after another: from the events to the chain, then what devices sent, then the files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from traceability.ledger.personal import Erasure
from traceability.store.fsck.air import check_air
from traceability.store.fsck.batches import check_batches
from traceability.store.fsck.codes import check_codes
from traceability.store.fsck.difference import Difference
from traceability.store.fsck.documents import check_documents
from traceability.store.fsck.entries import check_entries
from traceability.store.fsck.events import check_events
from traceability.store.fsck.name_map import check_name_map
from traceability.store.fsck.personal import check_personal
from traceability.store.fsck.readers import check_readers
from traceability.store.fsck.readings import check_quarantine, check_readings, check_receipts
from traceability.store.fsck.signed import Believed, check_anchors, check_signed
from traceability.store.fsck.terms import check_terms
from traceability.store.fsck.told import check_told
from traceability.store.fsck.tree import check_tiles
from traceability.store.fsck.view import View, Watch, reading


@dataclass(frozen=True, slots=True)
class Outside:
    """What stands outside the database. It is read before the database is, so it is never ahead of it."""

    believed: Believed
    documents: Path
    journal: Sequence[Erasure]


def differences(
    engine: Engine, outside: Outside, watch: Watch, tell: Callable[[str], None], from_index: int = 0
) -> Iterator[Difference]:
    """All that differ in one moment of the store, in the order of the checks.

    `tell` takes a line for each thing that could not be checked. Raises `Unavailable` if the database goes
    away meanwhile.
    """
    with reading(engine) as connection:
        view = View(connection, watch, tell, from_index)
        believed = outside.believed
        yield from _typed("events", check_events(view))
        yield from _typed("entries", check_entries(view))
        yield from _typed("tiles", check_tiles(view))
        yield from _typed("the name map", check_name_map(view))
        yield from _typed("what events are found by", check_terms(view))
        yield from _typed("what traces are walked over", check_told(view))
        yield from _typed("who reads events", check_readers(view))
        yield from _typed("the checkpoint", check_signed(view, believed))
        yield from _typed("anchors", check_anchors(view, believed))
        yield from _typed("batches", check_batches(view))
        yield from _typed("readings", check_readings(view))
        yield from _typed("quarantine", check_quarantine(view))
        yield from _typed("receipts", check_receipts(view))
        yield from _typed("item codes", check_codes(view))
        yield from _typed("live rooms", check_air(view))
        yield from _typed("personal data", check_personal(view, outside.journal))
        yield from check_documents(view, outside.documents)


def _typed(what: str, found: Iterator[Difference]) -> Iterator[Difference]:
    """SQLite lets a text stand where bytes or a number belong."""
    try:
        yield from found
    except (TypeError, ValueError, AttributeError) as error:
        yield Difference(f"a value about {what}", f"of another type ({error})", "one that we wrote")
