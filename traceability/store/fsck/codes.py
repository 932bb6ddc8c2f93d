"""Each set of codes is the one to which its event commits, with the tree that stands over it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from traceability.errors import TraceError
from traceability.gs1 import digital_link
from traceability.log import tiles
from traceability.log.merkle import leaf_hash, root_of
from traceability.proof.code import IssuedCodes, code_leaf, code_salt
from traceability.store.codes import code, code_set, code_tile
from traceability.store.event_rows import stored_event
from traceability.store.events import event
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View


def check_codes(view: View) -> Iterator[Difference]:
    sets = view.connection.execute(select(code_set).order_by(code_set.c.number)).all()
    for row in view.watch("sets of codes", len(sets), sets):
        where = f"set {row.number} of codes"
        leaves = _leaves(view, row)
        yield from compare(f"{where}: how many there are", len(leaves), row.count)
        yield from compare(f"{where}: the root over them", root_of(leaves), row.root)
        yield from compare(f"{where}: their tree", _kept_tree(view, row.number), _tree(leaves))
        yield from _check_event(view, row, where)


def _leaves(view: View, row: Row[Any]) -> list[bytes]:
    codes = select(code.c.position, code.c.serial).where(code.c.set_number == row.number)
    product = digital_link.product(row.gtin)
    return [
        leaf_hash(
            code_leaf(code_salt(row.secret, each.position), row.party, row.lot, f"{product}/21/{each.serial}")
        )
        for each in view.rows(codes.order_by(code.c.position))
    ]


def _tree(leaves: list[bytes]) -> bytes:
    """All its tiles, one after another."""
    made = tiles.extend(0, leaves, lambda *_: b"")
    return b"".join(made[place] for place in sorted(made))


def _kept_tree(view: View, number: int) -> bytes:
    kept = select(code_tile.c.hashes).where(code_tile.c.set_number == number)
    return b"".join(view.connection.execute(kept.order_by(code_tile.c.level, code_tile.c.position)).scalars())


def _check_event(view: View, row: Row[Any], where: str) -> Iterator[Difference]:
    found = view.connection.execute(select(event).where(event.c.key == row.event_key)).mappings().first()
    if found is None:
        yield Difference(f"{where}: the event that commits to them", "missing", row.event_key)
        return
    try:
        stored = stored_event(found)
        said = IssuedCodes.of(stored.event, stored.submitter)
    except (TraceError, LookupError, ValueError, TypeError, AttributeError) as error:
        yield Difference(f"{where}: the event that commits to them", f"another ({error})", "one that does")
        return
    yield from compare(f"{where}: the root in their event", said.root, row.root)
    yield from compare(f"{where}: the number in their event", said.count, row.count)
    yield from compare(f"{where}: the lot in their event", said.lot, row.lot)
    yield from compare(f"{where}: the issuer of their event", said.issuer, row.party)
