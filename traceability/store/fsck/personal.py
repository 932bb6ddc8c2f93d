"""Personal data opens its commitments, belongs to an event, and is gone where it was erased."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from traceability.errors import InvalidInput
from traceability.ledger.personal import Erasure
from traceability.proof.personal import Disclosure
from traceability.store.events import event
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.personal import disclosure, erasure


def check_personal(view: View, journal: Sequence[Erasure]) -> Iterator[Difference]:
    """`journal`: the erasures that stand outside the database."""
    statement = (
        select(disclosure, erasure.c.erased_at_ms, event.c.id.label("event_id"))
        .select_from(
            disclosure.outerjoin(erasure, erasure.c.commitment == disclosure.c.commitment).outerjoin(
                event, event.c.key == disclosure.c.event_key
            )
        )
        .order_by(disclosure.c.commitment)
    )
    for row in view.watch("personal values", view.count(disclosure), view.rows(statement)):
        where = f"the personal value of {row.commitment}"
        if row.erased_at_ms is not None:
            yield Difference(where, "there, though it was erased", "gone")
        if row.event_id is None:
            yield Difference(f"{where}: its event {row.event_key[:80]}", "missing", "an event")
        try:
            opened = Disclosure(row.name, row.salt, row.value).commitment
        except InvalidInput as error:
            yield Difference(where, f"unreadable ({error})", "name, salt and value")
        else:
            yield from compare(f"{where}: what opens it", row.commitment, opened)
    known = set(view.connection.execute(select(erasure.c.commitment)).scalars())
    for each in view.watch("erasures", len(journal), journal):
        if each.commitment not in known:
            yield Difference(
                f"the erasure of {each.commitment[:80]}", "in the journal only", "in the database"
            )
