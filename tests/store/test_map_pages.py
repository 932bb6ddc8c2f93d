"""Old pages of the name map are kept as long as somebody can ask for them, and no longer."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from traceability.ledger.ports import Anchor
from traceability.log.map_pages import NamePages
from traceability.log.name_map import NameLeaf, check_map, name_hash, nothing
from traceability.store.anchors import AnchorTable
from traceability.store.map_pages import RECENT, map_page, read_pages, superseded, write_pages

ascending = st.sets(st.integers(1, 30)).map(sorted)


@given(versions=ascending, asked_for=ascending)
def test_a_page_is_dropped_if_it_is_in_force_under_nothing_that_is_asked_for(versions, asked_for):
    in_force = {max((each for each in versions if each <= index), default=0) for index in asked_for}

    assert superseded(versions, asked_for) == [each for each in versions[:-1] if each not in in_force]


def an_anchor(size, state):
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Anchor(f"0x{size:064x}", 0, size, bytes(32), "note", b"", at, state)


def test_the_map_under_recent_map_entries_and_under_anchors_can_be_proved_and_no_other_is_kept(engine):
    names = [name_hash(str(number)) for number in range(200)]
    AnchorTable(engine, "0x").keep(an_anchor(4, "final"))
    AnchorTable(engine, "0x").keep(an_anchor(8, "sent"))
    roots, held = {}, {}

    for index in range(1, 40):
        held |= {key: NameLeaf(key, index, bytes(32)) for key in names[index * 5 : index * 5 + 5] + names[:2]}
        with engine.begin() as connection:
            pages = NamePages(lambda paths, now=index, c=connection: read_pages(c, paths, now))
            write_pages(connection, pages.grow(held.values()), index)
            roots[index] = pages.root(), dict(held)

    def provable(index):
        root, leaves = roots[index]
        with engine.connect() as connection:
            pages = NamePages(lambda paths: read_pages(connection, paths, index))
            for key in names:
                check_map(leaves.get(key) or nothing(key), pages.prove(key)[1], root)

    for index in (3, 7, *range(40 - RECENT, 40)):
        provable(index)
    with engine.connect() as connection:
        versions = connection.execute(
            select(func.count()).select_from(map_page).where(map_page.c.path == b"")
        )
        assert versions.scalar_one() == RECENT + 2
