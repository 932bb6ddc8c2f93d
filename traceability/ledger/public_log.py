"""The log as strangers read it (C2SP tlog-tiles): nothing that is not under the newest checkpoint."""

from dataclasses import dataclass

from traceability.errors import NotInLogYet, Unknown
from traceability.ledger.ports import CheckpointStore, Log
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.name_map import to_names_bundle
from traceability.log.tiles import TilePath


@dataclass(frozen=True, slots=True)
class PublicLog:
    """Caches keep a tile for ever, so none is given out that a crash and an old backup could still undo."""

    log: Log
    checkpoints: CheckpointStore

    def checkpoint(self) -> bytes:
        """The newest signed note. Raises `NotInLogYet` before the first."""
        note = self.checkpoints.newest()
        if note is None:
            raise NotInLogYet("no checkpoint is signed yet; try again in a few seconds")
        return note.encode()

    def tile(self, level: int, index: int, width: int) -> bytes:
        """`width` hashes of 32 bytes. Raises `Unknown` for a tile that does not hold as many."""
        self._check_signed(TilePath(level, index, width))
        return self.log.read_tile(level, index, width)

    def entry_bundle(self, index: int, width: int) -> bytes:
        """`width` entries, each after its length. Raises `Unknown` if there are fewer."""
        self._check_signed(TilePath(None, index, width))
        start = index * tiles.WIDTH
        return tiles.to_bundle(self.log.entries(start, start + width))

    def names_bundle(self, index: int, width: int) -> bytes:
        """The name hashes of the same entries, after their number. Raises `Unknown` if there are fewer."""
        self._check_signed(TilePath(None, index, width))
        start = index * tiles.WIDTH
        return to_names_bundle(self.log.names(start, start + width))

    def _check_signed(self, path: TilePath) -> None:
        note = self.checkpoints.newest()
        size = 0 if note is None else Checkpoint.claimed(note).size
        held = tiles.width_at(path.level or 0, path.index, size)
        if held < path.width:
            raise Unknown(f"{path} holds {held} under the newest checkpoint, {path.width} were asked for")
