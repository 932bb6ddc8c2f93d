"""Each kept document has the digest that is its name."""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View

_UNFINISHED = ".new"


def check_documents(view: View, folder: Path) -> Iterator[Difference]:
    names = sorted(folder.iterdir()) if folder.is_dir() else []
    kept = [file for file in names if file.suffix != _UNFINISHED]
    for file in view.watch("documents", len(kept), kept):
        try:
            with file.open("rb") as content:
                digest = file_digest(content, "sha256").hexdigest()
        except OSError as error:
            yield Difference(f"document {file.name[:80]}", f"unreadable ({error.strerror})", "a file")
        else:
            yield from compare(f"the SHA-256 of document {file.name[:80]}", digest, file.name)
