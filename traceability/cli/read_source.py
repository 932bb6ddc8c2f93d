"""Read what a person names on the command line, a file or a URL, within a size and a time."""

import time
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

from traceability.errors import InvalidInput

FETCH_WITHIN_S = 30


def is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def read_source(source: str, at_most: int) -> bytes:
    """Raises `InvalidInput` for what cannot be read, and for more than `at_most` bytes."""
    return _fetch(source, at_most) if is_url(source) else read_file(Path(source), at_most)


def read_file(path: Path, at_most: int) -> bytes:
    """As `read_source`."""
    try:
        with path.open("rb") as file:
            data = file.read(at_most + 1)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from error
    return _within(data, at_most, str(path))


def read_text(path: Path, at_most_bytes: int) -> str:
    """A file of UTF-8. Raises as `read_source`."""
    try:
        return read_file(path, at_most_bytes).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error


def _fetch(url: str, at_most: int) -> bytes:
    """The whole answer, if it comes in time: a socket's own time-out starts anew with each byte."""
    deadline = time.monotonic() + FETCH_WITHIN_S
    data = bytearray()
    try:
        request = Request(url, headers={"Accept": "application/json"})  # noqa: S310
        with urlopen(request, timeout=FETCH_WITHIN_S) as response:  # noqa: S310
            while len(data) <= at_most and (chunk := response.read1(1 << 16)):
                data += chunk
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no whole answer within {FETCH_WITHIN_S} s")
    except (OSError, HTTPException, ValueError) as error:
        raise InvalidInput(f"cannot fetch {url}: {error}") from error
    return _within(bytes(data), at_most, url)


def _within(data: bytes, at_most: int, source: str) -> bytes:
    if len(data) > at_most:
        raise InvalidInput(f"{source} has more than {at_most} bytes")
    return data
