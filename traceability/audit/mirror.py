"""The auditor's own copy of a log, as files at the paths at which a log is served."""

import os
import shutil
from pathlib import Path

from traceability.errors import Refused
from traceability.log.merkle import HASH_BYTES, root_of
from traceability.log.tiles import HEIGHT, WIDTH, TilePath, from_bundle, width_at

FULL = WIDTH * HASH_BYTES
UNFINISHED = ".new"


class Mirror:
    """Holds only what fitted. The hashes in it are the auditor's own, computed from the entries."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "log"
        self.edge: dict[tuple[int, int], bytes] = {}
        """The tiles that are not full yet, by level and index."""

    def read(self, path: str) -> bytes:
        """Raises `Refused` if it is not there."""
        try:
            return (self._log / path).read_bytes()
        except OSError as error:
            raise Refused(f"the mirror lost {path}: begin again in an empty folder") from error

    def has(self, path: str) -> bool:
        return (self._log / path).exists()

    def partial(self, path: TilePath) -> bytes:
        """What is kept of the file at `path` while it is not full; nothing if it never was partial."""
        kept = [file for file in (self._log / f"{path}.p").glob("*") if file.suffix != UNFINISHED]
        return kept[0].read_bytes() if kept else b""

    def keep(self, path: str, data: bytes) -> None:
        """Whole or not at all. A partial tile takes the place of narrower ones."""
        file = self._log / path
        partial = file.parent.name.endswith(".p")
        shutil.rmtree(file.parent if partial else file.with_name(file.name + ".p"), ignore_errors=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(file.name + UNFINISHED)
        with unfinished.open("wb") as stream:
            stream.write(data)
            if partial:  # it is compared with what is served next time, so it must never be torn
                stream.flush()
                os.fsync(stream.fileno())
        unfinished.replace(file)

    def sync(self) -> None:
        """Make durable what was kept. One call for many files is far cheaper than one for each."""
        os.sync()

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """As `tiles.ReadTile`; also of the tiles that grow."""
        tile = self.edge.get((level, index))
        return self.read(str(TilePath(level, index))) if tile is None else tile

    def kept_tile(self, level: int, index: int, width: int) -> bytes:
        """As `tiles.ReadTile`, from the files alone: what an earlier audit kept of a log of its size."""
        exact = str(TilePath(level, index, width))
        return self.read(exact if self.has(exact) else str(TilePath(level, index)))

    def entry(self, index: int, size: int) -> bytes:
        """Entry `index` of the `size` that are mirrored."""
        bundle = index // WIDTH
        return from_bundle(self.read(str(TilePath(None, bundle, width_at(0, bundle, size)))))[index % WIDTH]

    def restore_edge(self, size: int) -> None:
        """Recompute the growing tiles of a log of `size`, a multiple of 256, from the full ones below."""
        self.edge = {}
        level = 1
        while nodes := size >> HEIGHT * level:
            first = nodes // WIDTH * WIDTH
            below = (self.read_tile(level - 1, index, WIDTH) for index in range(first, nodes))
            row = b"".join(_root(tile) for tile in below)
            if row:
                self.edge[level, first // WIDTH] = row
            level += 1

    def drop_full(self) -> None:
        self.edge = {place: tile for place, tile in self.edge.items() if len(tile) < FULL}


def _root(tile: bytes) -> bytes:
    return root_of([tile[start : start + HASH_BYTES] for start in range(0, len(tile), HASH_BYTES)])
