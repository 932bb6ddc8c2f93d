"""The pages of the name map, as they are and as they were under checkpoints that may still be asked for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

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
from traceability.store.schema import AT_ONCE, metadata

map_page = Table(
    "map_page",
    metadata,
    Column("path", LargeBinary(32), primary_key=True),
    # The map entry with which this version came.
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("page", LargeBinary, nullable=False),
)

RECENT = 16
"""Versions of a page that are kept anyway: an anchor is kept a moment after its checkpoint was chosen."""


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
    anchored = _anchored(connection)
    doomed = [
        {"old_path": path, "old_index": old}
        for path, versions in _versions(connection, list(pages)).items()
        for old in superseded(versions, anchored)
    ]
    if doomed:
        connection.execute(_drop, doomed)


def superseded(versions: Sequence[int], anchored: Iterable[int]) -> list[int]:
    """Those of a page's `versions` that are neither recent nor in force under an `anchored` map entry."""
    kept = set(sorted(versions)[-RECENT:])
    for index in anchored:
        kept |= {max((version for version in versions if version <= index), default=index)}
    return [version for version in versions if version not in kept]


def _anchored(connection: Connection) -> list[int]:
    """The map entries under the newest final anchor and under all that are on their way."""
    final = select(func.coalesce(func.max(anchor.c.size), 0)).where(anchor.c.state == "final")
    sizes = select(anchor.c.size).where(anchor.c.size >= final.scalar_subquery()).distinct()
    return [size - 1 for size in connection.execute(sizes).scalars()]


def _versions(connection: Connection, paths: Sequence[bytes]) -> Mapping[bytes, list[int]]:
    versions: defaultdict[bytes, list[int]] = defaultdict(list)
    for some in _portions(paths):
        rows = connection.execute(select(map_page.c.path, map_page.c.index).where(map_page.c.path.in_(some)))
        for path, index in rows:
            versions[path].append(index)
    return versions


def _portions(paths: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (paths[start : start + AT_ONCE] for start in range(0, len(paths), AT_ONCE))


_drop = delete(map_page).where(
    map_page.c.path == bindparam("old_path"), map_page.c.index == bindparam("old_index")
)
