"""The pages of the name map, as they are and as they were under checkpoints that may still be asked for."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from traceability.store.anchors import anchor
from traceability.store.schema import metadata

map_page = Table(
    "map_page",
    metadata,
    Column("path", LargeBinary(32), primary_key=True),
    # The map entry with which this version came.
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("page", LargeBinary, nullable=False),
)

RECENT = 16
"""Map entries whose pages are kept anyway: an anchor is kept a moment after its checkpoint was chosen."""

PATHS_AT_ONCE = 500
"""Few, since SQLite's driver keeps a hundred statements, each with room for all its values."""


def read_pages(connection: Connection, paths: Sequence[bytes], index: int) -> Mapping[bytes, bytes]:
    """Those of the pages at `paths` that the map of entry `index` had."""
    found: dict[bytes, bytes] = {}
    for some in _portions(paths):
        newest = (
            select(map_page.c.path, func.max(map_page.c.index).label("index"))
            .where(map_page.c.path.in_(some), map_page.c.index <= index)
            .group_by(map_page.c.path)
            .subquery()
        )
        ours = (map_page.c.path == newest.c.path) & (map_page.c.index == newest.c.index)
        rows = connection.execute(select(map_page.c.path, map_page.c.page).join(newest, ours))
        found |= {row.path: row.page for row in rows}
    return found


def write_pages(connection: Connection, pages: Mapping[bytes, bytes], index: int) -> None:
    """Keep `pages` as those of the map entry `index`, and drop versions of them that nobody can ask for."""
    if not pages:
        return
    rows = [{"path": path, "index": index, "page": page} for path, page in pages.items()]
    connection.execute(insert(map_page), rows)
    asked_for = sorted([*_recent(connection), *_anchored(connection)])
    doomed = [
        {"old_path": path, "old_index": old}
        for path, versions in _versions(connection, list(pages)).items()
        for old in superseded(versions, asked_for)
    ]
    if doomed:
        connection.execute(_drop, doomed)


def superseded(versions: Sequence[int], asked_for: Sequence[int]) -> list[int]:
    """Those of a page's `versions` that are in force under none of the map entries `asked_for`.

    Both ascend. A version is in force until the next one; the last one is for ever.
    """
    return [
        old for old, new in pairwise(versions) if bisect_left(asked_for, old) == bisect_left(asked_for, new)
    ]


def _recent(connection: Connection) -> Sequence[int]:
    """The newest map entries; the root is in a page that changes with every one of them."""
    newest = select(map_page.c.index).where(map_page.c.path == b"").order_by(map_page.c.index.desc())
    return connection.execute(newest.limit(RECENT)).scalars().all()


def _anchored(connection: Connection) -> list[int]:
    """The map entries under the newest final anchor and under all that are on their way."""
    final = select(func.coalesce(func.max(anchor.c.size), 0)).where(anchor.c.state == "final")
    sizes = select(anchor.c.size).where(anchor.c.size >= final.scalar_subquery()).distinct()
    return [size - 1 for size in connection.execute(sizes).scalars()]


def _versions(connection: Connection, paths: Sequence[bytes]) -> Mapping[bytes, list[int]]:
    versions: defaultdict[bytes, list[int]] = defaultdict(list)
    for some in _portions(paths):
        found = select(map_page.c.path, map_page.c.index).where(map_page.c.path.in_(some))
        for path, index in connection.execute(found.order_by(map_page.c.index)):
            versions[path].append(index)
    return versions


def _portions(paths: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (paths[start : start + PATHS_AT_ONCE] for start in range(0, len(paths), PATHS_AT_ONCE))


_drop = delete(map_page).where(
    map_page.c.path == bindparam("old_path"), map_page.c.index == bindparam("old_index")
)
