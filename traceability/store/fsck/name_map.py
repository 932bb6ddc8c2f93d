"""Each map entry has the root that the names before it give, and the stored pages are those of the map."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Row, func, select

from traceability.errors import InvalidInput
from traceability.log.map_pages import NamePages
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import MapEntry, is_map_entry
from traceability.store.events import event
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.log import log_entry
from traceability.store.map_pages import map_page

_AT_ONCE = 500


def check_name_map(view: View) -> Iterator[Difference]:
    own_entry, own_names = log_entry.c.entry, log_entry.c.names
    entries = view.rows(
        select(
            log_entry.c.index.label("place"),
            func.coalesce(own_entry, event.c.entry, b"").label("entry"),
            func.coalesce(own_names, event.c.names, b"").label("names"),
        )
        .select_from(log_entry.outerjoin(event))
        .order_by(log_entry.c.index)
    )
    stored = _Stored(view)
    with closing(_Scratch()) as scratch:
        named: list[tuple[bytes, bytes]] = []
        last = b""
        for row in view.watch("names of entries", view.count(log_entry), entries):
            last = row.entry
            if not is_map_entry(row.entry):
                named.append((leaf_hash(row.entry), row.names))
                continue
            pages = NamePages(scratch.read)
            try:
                changed = pages.add(named)
                root = MapEntry.from_bytes(row.entry).root
            except InvalidInput as error:
                yield Difference(f"entry {row.place}: its name map", f"unreadable ({error})", "a map entry")
                return
            named.clear()
            yield from compare(f"entry {row.place}: the root of its name map", root, pages.root())
            kept = []
            for page in stored.up_to(row.place):
                yield from _check_page(page, changed if page.place == row.place else {})
                kept.append(page.path)
            scratch.write(changed, kept)
        if last and not is_map_entry(last):
            yield Difference("the last entry of the log", "of another kind", "a map entry")
        for page in stored.up_to(None):
            yield from _check_page(page, {})
        for path in scratch.not_kept():
            yield Difference(f"the newest page {_name(path)} of the name map", "missing", "a page")


def _check_page(page: Row[Any], changed: Mapping[bytes, bytes]) -> Iterator[Difference]:
    where = f"page {_name(page.path)} of the name map of entry {page.place}"
    if page.path in changed:
        yield from compare(where, page.page, changed[page.path])
    else:
        yield Difference(where, "there", "none: nothing changed in it")


def _name(path: bytes) -> str:
    return path.decode("ascii", "backslashreplace") or "at the top"


class _Stored:
    """The stored pages in the order in which they came to be."""

    def __init__(self, view: View) -> None:
        rows = view.rows(
            select(map_page.c.path, map_page.c.page, map_page.c.index.label("place")).order_by(
                map_page.c.index, map_page.c.path
            )
        )
        self._rows = view.watch("pages of the name map", view.count(map_page), rows)
        self._next = next(self._rows, None)

    def up_to(self, index: int | None) -> Iterator[Row[Any]]:
        while self._next is not None and (index is None or self._next.place <= index):
            yield self._next
            self._next = next(self._rows, None)


class _Scratch:
    """The newest pages as they were recomputed, in a file that goes away by itself: memory stays flat."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("CREATE TABLE page (path BLOB PRIMARY KEY, page BLOB, kept INTEGER) WITHOUT ROWID")

    def read(self, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for start in range(0, len(paths), _AT_ONCE):
            some = paths[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            found |= self._file.execute(f"SELECT path, page FROM page WHERE path IN ({marks})", some)  # noqa: S608
        return found

    def write(self, pages: Mapping[bytes, bytes], kept: Sequence[bytes]) -> None:
        in_store = set(kept)
        self._file.executemany(
            "INSERT OR REPLACE INTO page VALUES (?, ?, ?)",
            ((path, page, path in in_store) for path, page in pages.items()),
        )

    def not_kept(self) -> Iterator[bytes]:
        for (path,) in self._file.execute("SELECT path FROM page WHERE NOT kept ORDER BY path"):
            yield path

    def close(self) -> None:
        self._file.close()
