"""A log as its source serves it: every file read within the size that it may have, and taken apart."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from traceability.audit.finding import Kind
from traceability.audit.source import Source
from traceability.errors import InvalidInput, Unknown
from traceability.log.merkle import HASH_BYTES
from traceability.log.name_map import from_names_bundle
from traceability.log.note import MAX_BYTES
from traceability.log.tiles import ENTRIES, MAX_ENTRY, WIDTH, TilePath, from_bundle

NAMES = "names"
MAX_BUNDLE = WIDTH * (2 + MAX_ENTRY)
MAX_NAMES = 32 << 20

T = TypeVar("T")


class Unfit(Exception):
    """A file that the log does not serve though it has signed for it, or that is not what its path says."""

    def __init__(self, kind: Kind, where: str, detail: object) -> None:
        super().__init__(str(detail))
        self.kind = kind
        self.where = where


@dataclass(frozen=True, slots=True)
class ServedLog:
    """Every read raises `Unfit`, or `Unavailable` as `Source.read` does."""

    source: Source

    def checkpoint(self) -> str:
        """The signed note, unchecked."""
        path = "log/checkpoint"
        try:
            return self.source.read(path, MAX_BYTES).decode()
        except Unknown as error:
            raise Unfit(Kind.MISSING, path, error) from error
        except UnicodeDecodeError as error:
            raise Unfit(Kind.CHECKPOINT, path, f"not UTF-8: {error.reason} at byte {error.start}") from error

    def tile(self, path: TilePath) -> bytes:
        """The hashes of a tile of just this width."""
        data, width = self._at_width(path, str, WIDTH * HASH_BYTES)
        if len(data) != width * HASH_BYTES:
            raise Unfit(Kind.TILE, str(path), f"has {len(data)} bytes, want {width * HASH_BYTES}")
        return data[: path.width * HASH_BYTES]

    def entries(self, path: TilePath) -> list[bytes]:
        """The entries of a bundle, as many as the path says."""
        data, width = self._at_width(path, str, MAX_BUNDLE)
        try:
            entries = from_bundle(data)
        except InvalidInput as error:
            raise Unfit(Kind.BUNDLE, str(path), error) from error
        if len(entries) != width:
            raise Unfit(Kind.BUNDLE, str(path), f"holds {len(entries)} entries, want {width}")
        return entries[: path.width]

    def names(self, path: TilePath) -> list[bytes]:
        """The name hashes of each entry of the bundle at `path`."""
        data, width = self._at_width(path, names_path, MAX_NAMES)
        try:
            return from_names_bundle(data, width)[: path.width]
        except InvalidInput as error:
            raise Unfit(Kind.NAMES, names_path(path), error) from error

    def _at_width(self, path: TilePath, name: Callable[[TilePath], str], at_most: int) -> tuple[bytes, int]:
        """The file and its width: a server may have dropped a partial tile once it was full."""
        for width in dict.fromkeys((path.width, WIDTH)):
            try:
                return self.source.read(f"log/{name(replace(path, width=width))}", at_most), width
            except Unknown as error:
                missing = error
        raise Unfit(Kind.MISSING, name(path), f"{missing}, though the log has signed for it")

    def ahead(self, numbers: Iterable[int], read: Callable[[int], T]) -> Iterator[Callable[[], T]]:
        """`read` of each of `numbers` in order, a few of them at once; call each to have what came of it."""
        if self.source.at_once == 1:
            yield from (partial(read, number) for number in numbers)
            return
        waiting: deque[Future[T]] = deque()
        with ThreadPoolExecutor(self.source.at_once) as pool:
            try:
                for number in numbers:
                    waiting.append(pool.submit(read, number))
                    if len(waiting) > self.source.at_once:
                        yield waiting.popleft().result
                while waiting:
                    yield waiting.popleft().result
            finally:
                pool.shutdown(cancel_futures=True)


def names_path(path: TilePath) -> str:
    return str(path).replace(f"/{ENTRIES}/", f"/{NAMES}/")
