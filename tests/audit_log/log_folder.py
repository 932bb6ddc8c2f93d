"""An honest log, written as files at the paths at which a log is served."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.audit.served import names_path
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.map_pages import NamePages
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import MapEntry, name_hashes, names_digest, to_names_bundle
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.tiles import WIDTH, TilePath
from traceability.proof.entry import NO_SIGNATURE, Entry

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))
VERIFIER = NoteVerifier.of(SIGNER)

Named = tuple[bytes, bytes]
"""An entry and the name hashes to which it commits."""


def a_named_entry(number: int, *names: str, telling: str = "") -> Named:
    """The entry of a made-up event; `telling` makes it another one."""
    hashes = name_hashes(names or (f"lot {number % 7}", f"device {number % 3}"))
    digest = sha256(f"{number} {telling}".encode()).digest()
    return (
        Entry(
            nonce=digest[:16],
            event_digest=digest,
            prehash_digest=digest,
            names_digest=names_digest(hashes),
            submitter="9521234000006",
            captured_at_ms=1_795_000_000_000 + number,
            signature_digest=NO_SIGNATURE,
        ).to_bytes(),
        hashes,
    )


class LogFolder:
    def __init__(self, folder: Path, signer: NoteSigner = SIGNER, with_map: bool = True) -> None:
        self.folder = folder
        self.size = 0
        self._signer = signer
        self._with_map = with_map
        self._pages: dict[bytes, bytes] = {}
        self._waiting: list[Named] = []
        """Of the bundle that is not full yet."""
        self._edge: dict[tuple[int, int], bytes] = {}

    def grow(self, count: int, make: Callable[[int], Named] = a_named_entry, events: int = 9) -> "LogFolder":
        """Take in `count` entries, with one of the map after each `events`, and sign."""
        aim = self.size + count
        while self.size < aim:
            some = min(events, aim - self.size - 1)
            self.integrate([make(self.size + number) for number in range(some)])
        return self.publish()

    def integrate(self, events: Sequence[Named]) -> None:
        """Take in events, and a map entry after them."""
        root = bytes(32)
        if self._with_map:
            pages = NamePages(lambda paths: {p: self._pages[p] for p in paths if p in self._pages})
            self._pages |= pages.add((leaf_hash(entry), hashes) for entry, hashes in events)
            root = pages.root()
        for named in [*events, (MapEntry(self.size + len(events), root).to_bytes(), b"")]:
            self.append(named)

    def append(self, named: Named) -> None:
        self._waiting.append(named)
        self.size += 1
        if len(self._waiting) == WIDTH:
            self._write(final=False)

    def publish(self) -> "LogFolder":
        """Write what is partial, and the checkpoint over all."""
        self._write(final=True)
        self.checkpoint = Checkpoint(self._signer.name, self.size, tiles.root(self.size, self.read_tile))
        self.write("log/checkpoint", self.checkpoint.sign(self._signer).encode())
        return self

    def root_at(self, size: int) -> bytes:
        return tiles.root(size, self.read_tile)

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        whole = self.folder / "log" / str(TilePath(level, index))
        return whole.read_bytes() if whole.exists() else self._edge[level, index]

    def write(self, path: str, data: bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def _write(self, final: bool) -> None:
        first = self.size - len(self._waiting)
        leaves = [leaf_hash(entry) for entry, _ in self._waiting]
        grown = tiles.extend(first, leaves, lambda level, index, width: self._edge[level, index])
        for (level, index), hashes in (self._edge | grown if final else grown).items():
            if final or len(hashes) == WIDTH * 32:
                self.write(f"log/{TilePath(level, index, len(hashes) // 32)}", hashes)
        bundle = TilePath(None, first // WIDTH, len(self._waiting))
        if self._waiting:
            self.write(f"log/{bundle}", tiles.to_bundle([entry for entry, _ in self._waiting]))
            self.write(f"log/{names_path(bundle)}", to_names_bundle([names for _, names in self._waiting]))
        self._edge |= grown
        if not final:
            self._waiting.clear()
            self._edge = {place: tile for place, tile in self._edge.items() if len(tile) < WIDTH * 32}
