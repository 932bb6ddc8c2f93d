"""The format of a backup: a ZIP file whose last member says what the others are, each with its SHA-256."""

import re
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from traceability.errors import InvalidInput
from traceability.store.dump import Shape

FORMAT = "guoji-backup/1"
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 256 << 20
MAX_LINE_BYTES = 64 << 20

_NAME = re.compile(
    r"tables/[a-z_]+\.jsonl|documents/[0-9a-f]{64}|home/(trust\.txt|contracts\.json|[\w.-]+\.toml)"
    r"|keys/[a-z][a-z.-]*"
)


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Part:
    """One member of the file."""

    name: str
    size: int
    sha256: str
    shape: Shape | None = None
    """Of a table."""

    def __post_init__(self) -> None:
        if not may_hold(self.name):
            raise ValueError(f"a backup has no part {self.name[:80]!r}")


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Manifest:
    format: str = FORMAT
    schema: str
    """Revision of the database that the tables are from."""
    origin: str
    taken_at: str
    checkpoint: str | None
    """The newest signed checkpoint of the log; None before the first."""
    parts: tuple[Part, ...]


_MANIFEST = TypeAdapter(Manifest)


def may_hold(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


class Writer:
    """The same parts in the same order make the same bytes."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._parts: list[Part] = []

    def add(self, name: str, pieces: Iterable[bytes], shape: Shape | None = None) -> int:
        """How many pieces there were."""
        digest, size, count = sha256(), 0, 0
        with self._archive.open(_member(name), "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size, count = size + len(piece), count + 1
        self._parts.append(Part(name=name, size=size, sha256=digest.hexdigest(), shape=shape))
        return count

    def finish(self, schema: str, origin: str, taken_at: str, checkpoint: str | None) -> Manifest:
        manifest = Manifest(
            schema=schema,
            origin=origin,
            taken_at=taken_at,
            checkpoint=checkpoint,
            parts=tuple(self._parts),
        )
        self._archive.writestr(_member(MANIFEST), _MANIFEST.dump_json(manifest, indent=1) + b"\n")
        return manifest


class Reader:
    def __init__(self, file: Path, archive: ZipFile) -> None:
        self._file = file
        self._archive = archive
        self.manifest = self._read_manifest()
        names = [part.name for part in self.manifest.parts]
        if sorted(archive.namelist()) != sorted([*names, MANIFEST]):
            raise InvalidInput(f"{file} holds other parts than its manifest names")

    def lines(self, part: Part) -> Generator[bytes, None, None]:
        """The part, cut after line breaks. Raises `InvalidInput` at its end if it was not as it should be."""
        digest, size = sha256(), 0
        with self._reporting(part.name), self._archive.open(part.name) as member:
            while size <= part.size and (line := member.readline(MAX_LINE_BYTES)):
                digest.update(line)
                size += len(line)
                yield line
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise InvalidInput(
                f"{part.name} in {self._file} was altered: it has {size} bytes with SHA-256 "
                f"{digest.hexdigest()}, want {part.size} with {part.sha256}"
            )

    def _read_manifest(self) -> Manifest:
        with self._reporting(MANIFEST), self._archive.open(MANIFEST) as member:
            content = member.read(MAX_MANIFEST_BYTES)
        try:
            manifest = _MANIFEST.validate_json(content)
        except ValidationError as error:
            fault = error.errors()[0]
            where = " ".join(str(part) for part in fault["loc"])
            raise InvalidInput(f"{MANIFEST} in {self._file}: {where} {fault['msg']}") from error
        if manifest.format != FORMAT:
            raise InvalidInput(f"{self._file} has the format {manifest.format[:80]!r}, want {FORMAT!r}")
        return manifest

    @contextmanager
    def _reporting(self, name: str) -> Iterator[None]:
        try:
            yield
        except (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
            raise InvalidInput(f"{name} in {self._file} is damaged: {error}") from error


@contextmanager
def opened(file: Path) -> Iterator[Reader]:
    """Raises `InvalidInput` if it is no backup, was cut, or is of another version."""
    try:
        archive = ZipFile(file)
    except (BadZipFile, EOFError, ValueError) as error:
        raise InvalidInput(f"{file} is no backup, or was cut: {error}") from error
    with archive:
        yield Reader(file, archive)


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name)  # dated 1980, so that the same content makes the same file
    member.compress_type = ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member
