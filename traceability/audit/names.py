"""Derive the map of names from entries and name hashes, and compare its root at every map entry."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from traceability.audit.entries import BUNDLES_A_COMMIT, Progress
from traceability.audit.finding import Found, Kind
from traceability.audit.mirror import Mirror
from traceability.audit.served import ServedLog, Unfit, names_path
from traceability.audit.state import State
from traceability.errors import InvalidInput, Refused
from traceability.log.map_pages import NamePages
from traceability.log.merkle import HASH_BYTES
from traceability.log.name_map import MapEntry, is_map_entry, to_names_bundle
from traceability.log.tiles import WIDTH, TilePath, from_bundle, width_at
from traceability.proof.entry_kinds import check_form, check_names

_MAP = "map"
_MOST_WAITING = 20_000
"""Names with which the map grows even without a map entry, which a server might never send."""


@dataclass(slots=True)
class NameWalk:
    """Goes through the mirrored entries below `size`, from where an earlier audit stopped."""

    log: ServedLog
    mirror: Mirror
    state: State
    size: int
    found: Found
    progress: Progress
    compared: int = 0
    """How many map entries had the root that follows."""
    _waiting: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Leaf hashes with their name hashes that the map has not taken in yet."""

    def run(self) -> int:
        """Go on to the first thing that does not fit; the number of entries up to there.

        Raises `Unavailable` if the server cannot be read, `Refused` if the mirror is damaged.
        """
        position = int(self.state.get(_MAP) or 0)
        last_full = self.size // WIDTH
        bundles = range(position // WIDTH, -(-self.size // WIDTH))
        try:
            for bundle, fetched in zip(bundles, self.log.ahead(bundles, self._fetch), strict=True):
                self._take(bundle, fetched())
                position = min(self.size, (bundle + 1) * WIDTH)
                self.progress("names", position, self.size)
                if bundle + 1 == last_full or (bundle < last_full and (bundle + 1) % BUNDLES_A_COMMIT == 0):
                    self._remember(position)
        except Unfit as unfit:
            self.found.untrue(unfit.kind, unfit.where, unfit)
        finally:
            # What came after the last full bundle is derived again next time.
            self.state.rollback()
        return position

    def _fetch(self, bundle: int) -> list[bytes]:
        return self.log.names(TilePath(None, bundle, width_at(0, bundle, self.size)))

    def _take(self, bundle: int, names: Sequence[bytes]) -> None:
        path = TilePath(None, bundle, len(names))
        entries = from_bundle(self.mirror.read(str(path)))
        leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
        if b"".join(leaves) != self.mirror.read_tile(0, bundle, len(leaves))[: len(leaves) * HASH_BYTES]:
            raise Refused(f"the mirror's {path} was changed: begin again in an empty folder")
        for index, (entry, leaf, hashes) in enumerate(
            zip(entries, leaves, names, strict=True), bundle * WIDTH
        ):
            _check_entry(index, entry, hashes)
            if is_map_entry(entry):
                self._compare(index, entry)
            if hashes:
                self._waiting.append((leaf, hashes))
        if sum(len(hashes) for _, hashes in self._waiting) > _MOST_WAITING * HASH_BYTES:
            self._grow()
        self.mirror.keep(names_path(path), to_names_bundle(names))

    def _compare(self, index: int, entry: bytes) -> None:
        ours, theirs = self._grow(), MapEntry.from_bytes(entry).root
        if ours != theirs:
            detail = f"has the root {theirs.hex()}, the entries before it give {ours.hex()}"
            raise Unfit(Kind.MAP, f"entry {index}", detail)
        self.compared += 1

    def _grow(self) -> bytes:
        """Take in what waits; the root of the map then."""
        pages = NamePages(self.state.read_pages)
        self.state.write_pages(pages.add(self._waiting))
        self._waiting.clear()
        return pages.root()

    def _remember(self, position: int) -> None:
        if not self.found.count:
            self._grow()
            self.mirror.sync()
            self.state.put(_MAP, position)
            self.state.commit()


def _check_entry(index: int, entry: bytes, hashes: bytes) -> None:
    """Raises `Unfit` unless it is an entry, and these are the name hashes to which it commits."""
    kind = Kind.ENTRY
    try:
        check_form(index, entry)
        kind = Kind.NAMES
        check_names(entry, hashes)
    except InvalidInput as error:
        raise Unfit(kind, f"entry {index}", error) from error
