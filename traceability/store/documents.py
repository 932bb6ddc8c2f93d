"""Files that events name by digest: laboratory sheets, certificates."""

import hashlib
import re
from pathlib import Path

from traceability.disk import writing
from traceability.errors import Unknown

_DIGEST = re.compile(r"[0-9a-f]{64}")


class DocumentFolder:
    """One file a document, under its SHA-256: what is read is what was kept, or nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Keep a document; its SHA-256 in hex."""
        digest = hashlib.sha256(content).hexdigest()
        unfinished = self._folder / f"{digest}.new"
        with writing(unfinished):
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            unfinished.rename(self._folder / digest)
        return digest

    def read(self, digest: str) -> bytes:
        """Raises `Unknown`, also for a file that was changed since."""
        file = self._folder / digest
        if not is_digest(digest) or not file.is_file():
            raise Unknown(f"we hold no document {digest[:80]!r}")
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise Unknown(f"document {digest} was changed since it was kept")
        return content


def is_digest(name: str) -> bool:
    """Whether a file of this name is a document; others are not finished."""
    return _DIGEST.fullmatch(name) is not None
