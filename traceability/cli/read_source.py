"""Read what a person names on the command line, a file or a URL, within a size and a time."""

from pathlib import Path
from urllib.request import Request

from traceability.errors import InvalidInput, Unavailable, Unknown
from traceability.fetch import fetch

FETCH_WITHIN_S = 30


def is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def read_source(source: str, at_most: int) -> bytes:
    """Raises `InvalidInput` for what cannot be read, and for more than `at_most` bytes."""
    return _fetch(source, at_most) if is_url(source) else read_file(Path(source), at_most)


def read_jws(source: str, at_most: int) -> str:
    """A credential as text, whatever white space a program left around it. Raises as `read_source`."""
    return read_source(source, at_most + len("\r\n")).decode("ascii", "replace").strip()


def read_file(path: Path, at_most: int) -> bytes:
    """As `read_source`."""
    try:
        with path.open("rb") as file:
            data = file.read(at_most + 1)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from error
    if len(data) > at_most:
        raise InvalidInput(f"{path} has more than {at_most} bytes")
    return data


def read_text(path: Path, at_most_bytes: int) -> str:
    """A file of UTF-8. Raises as `read_source`."""
    try:
        return read_file(path, at_most_bytes).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error


def _fetch(url: str, at_most: int) -> bytes:
    try:
        request = Request(url, headers={"Accept": "application/json"})  # noqa: S310
        return fetch(request, FETCH_WITHIN_S, at_most, elsewhere=True)
    except (Unavailable, Unknown, ValueError) as error:
        raise InvalidInput(f"cannot fetch {url}: {error}") from error
