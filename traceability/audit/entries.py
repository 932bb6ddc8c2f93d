"""Mirror the entries of a log, and recompute from them the tree that the server states."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from traceability.audit.finding import Found, Kind
from traceability.audit.mirror import FULL, Mirror
from traceability.audit.served import ServedLog, Unfit
from traceability.audit.state import State
from traceability.errors import InvalidInput, Refused
from traceability.log import tiles
from traceability.log.merkle import EMPTY_ROOT, HASH_BYTES
from traceability.log.successor import SuccessorEntry, is_successor_entry
from traceability.log.tiles import WIDTH, TilePath, from_bundle, to_bundle, width_at
from traceability.proof.entry_kinds import check_form

BUNDLES_A_COMMIT = 256
Progress = Callable[[str, int, int], None]
"""Called with what is under way, how much of it is done, and how much there is."""

_TREE, _SUCCESSORS = "tree", "successors"


@dataclass(slots=True)
class EntryWalk:
    """Goes through the entries of a log, from where an earlier audit stopped."""

    log: ServedLog
    mirror: Mirror
    state: State
    found: Found
    progress: Progress
    position: int = 0
    """How many entries fit their tiles, from the first one on; all of them are mirrored."""
    successors: dict[int, SuccessorEntry] = field(default_factory=dict)
    """The entries of successors below `position`, by index."""

    def restore(self) -> None:
        """Go to where an earlier audit stopped. Raises `Refused` if the mirror is not what it was."""
        position, root = self.state.get(_TREE) or (0, EMPTY_ROOT.hex())
        self.mirror.restore_edge(position)
        if tiles.root(position, self.mirror.read_tile).hex() != root:
            raise Refused("the mirror does not hold what it held: begin again in an empty folder")
        self.position = position
        for index, entry in self.state.get(_SUCCESSORS) or ():
            self.successors[index] = SuccessorEntry.from_bytes(bytes.fromhex(entry))

    def run(self, size: int) -> None:
        """Go on to `size`, or to the first entries that do not fit.

        Raises `Unavailable` if the server cannot be read.
        """
        # The order is the whole point: (1) keep entries and hashes in the mirror, (2) make that durable,
        # (3) remember how far it goes.
        #
        # A crash before (3) has the same entries fetched again. Nothing is remembered beyond an untrue thing,
        # so that the next audit finds it again, or finds it mended.
        if size < self.position:
            return  # the log has shrunk: there is nothing to go on to
        bundles = range(self.position // WIDTH, -(-size // WIDTH))
        try:
            for fetched in self.log.ahead(bundles, lambda bundle: self._fetch(bundle, size)):
                entries, served = fetched()
                leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
                if not (self._fits(leaves, served) and self._unchanged(entries)):
                    return
                first = self.position
                self._check_forms(entries)
                # (1)
                self._keep(entries, leaves)
                self._check_successors(first)
                self.progress("entries", self.position, size)
                if self.position // WIDTH % BUNDLES_A_COMMIT == 0:
                    self._remember()
            self._compare_edge()
        except Unfit as unfit:
            self.found.untrue(unfit.kind, unfit.where, unfit)
        finally:
            self._remember()

    def _fetch(self, bundle: int, size: int) -> tuple[list[bytes], bytes]:
        width = width_at(0, bundle, size)
        return self.log.entries(TilePath(None, bundle, width)), self.log.tile(TilePath(0, bundle, width))

    def _fits(self, leaves: Sequence[bytes], served: bytes) -> bool:
        path = TilePath(0, self.position // WIDTH, len(leaves))
        for place, ours, theirs in _differences(b"".join(leaves), served):
            detail = f"its leaf hash is {ours.hex()}, {path} has {theirs.hex()}"
            self.found.untrue(Kind.ENTRY, f"entry {self.position + place}", detail)
        return served == b"".join(leaves)

    def _unchanged(self, entries: Sequence[bytes]) -> bool:
        """Whether the entries of a bundle that was partial are still there, now that it is fetched again."""
        before = self.mirror.partial(TilePath(None, self.position // WIDTH))
        for index, (ours, theirs) in enumerate(
            zip(from_bundle(before), entries, strict=False), self.position
        ):
            if ours != theirs:
                self.found.untrue(
                    Kind.REWRITTEN, f"entry {index}", f"was {ours.hex()}, is now {theirs.hex()}"
                )
                return False
        return True

    def _check_forms(self, entries: Sequence[bytes]) -> None:
        for index, entry in enumerate(entries, self.position):
            try:
                check_form(index, entry)
            except InvalidInput as error:
                self.found.untrue(Kind.ENTRY, f"entry {index}", error)
            else:
                if is_successor_entry(entry):
                    self.successors[index] = SuccessorEntry.from_bytes(entry)

    def _check_successors(self, first: int) -> None:
        """Whether those from `first` on name a root that the log had."""
        for index in range(first, self.position):
            said = self.successors.get(index)
            if said is None:
                continue
            ours = tiles.root(min(said.size, index), self.mirror.read_tile)
            if said.size > index or said.root != ours:
                detail = f"names a checkpoint of {said.size} entries with the root {said.root.hex()}"
                want = f"the first {min(said.size, index)} have {ours.hex()}"
                self.found.untrue(Kind.ENTRY, f"entry {index}", f"{detail}, {want}")

    def _keep(self, entries: list[bytes], leaves: list[bytes]) -> None:
        grown = tiles.extend(self.position, leaves, self.mirror.read_tile)
        self.mirror.edge |= grown
        for (level, index), hashes in grown.items():
            if len(hashes) == FULL:
                self._compare(TilePath(level, index), hashes)
                self.mirror.keep(str(TilePath(level, index)), hashes)
        self.mirror.keep(str(TilePath(None, self.position // WIDTH, len(entries))), to_bundle(entries))
        self.mirror.drop_full()
        self.position += len(entries)

    def _compare_edge(self) -> None:
        """The tiles that are not full yet."""
        for (level, index), hashes in self.mirror.edge.items():
            path = TilePath(level, index, len(hashes) // HASH_BYTES)
            self._compare(path, hashes)
            self.mirror.keep(str(path), hashes)

    def _compare(self, path: TilePath, ours: bytes) -> None:
        if not path.level:
            return  # `_fits` has
        try:
            served = self.log.tile(path)
        except Unfit as unfit:
            self.found.untrue(unfit.kind, unfit.where, unfit)
            return
        for place, mine, theirs in _differences(ours, served):
            below = TilePath(path.level - 1, path.index * WIDTH + place)
            detail = f"is {theirs.hex()}, the hashes of {below} give {mine.hex()}"
            self.found.untrue(Kind.TILE, f"{path}, hash {place}", detail)

    def _remember(self) -> None:
        full = self.position // WIDTH * WIDTH
        if self.found.count or not full:
            return
        # (2)
        self.mirror.sync()
        # (3)
        below = [(index, each.to_bytes().hex()) for index, each in self.successors.items() if index < full]
        self.state.put(_SUCCESSORS, below)
        self.state.put(_TREE, (full, tiles.root(full, self.mirror.read_tile).hex()))
        self.state.commit()


def _differences(ours: bytes, theirs: bytes) -> list[tuple[int, bytes, bytes]]:
    """Where two tiles of one width differ: the place, and the hashes."""
    if ours == theirs:
        return []
    spans = [slice(start, start + HASH_BYTES) for start in range(0, len(ours), HASH_BYTES)]
    pairs = ((place, ours[span], theirs[span]) for place, span in enumerate(spans))
    return [(place, mine, served) for place, mine, served in pairs if mine != served]
