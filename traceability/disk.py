"""What is said of a file that cannot be written just now."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

from traceability.errors import Unavailable

FULL = (ENOSPC, EDQUOT, EFBIG)


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Whoever writes `file` meets `Unavailable` instead of `OSError`: a disk is full only for a while."""
    try:
        yield
    except OSError as error:
        what_to_do = f"free some space in {file.parent}" if error.errno in FULL else "look at the disk"
        raise Unavailable(f"cannot write {file}: {error.strerror or error}: {what_to_do}") from error
