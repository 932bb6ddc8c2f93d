"""Where a log is read from: a web server that may be hostile, or a folder laid out as one serves it."""

import time
from http.client import HTTPException
from pathlib import Path
from typing import IO, Protocol
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from traceability.errors import InvalidInput, Unavailable, Unknown

FETCH_WITHIN_S = 30
FETCHES_AT_ONCE = 4


class Source(Protocol):
    at_once: int
    """How many files may be read at the same time."""

    def read(self, path: str, at_most: int) -> bytes:
        """The file at `path`, such as "log/checkpoint".

        Raises `Unknown` if there is none, `Unavailable` if it does not come whole, in time and within
        `at_most` bytes.
        """


def source_of(url: str) -> Source:
    """Raises `InvalidInput` for anything but an http or https URL, a file URL or a folder that is there."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and parts.hostname:
        return WebSource(url)
    folder = Path(unquote(parts.path) if parts.scheme == "file" else url)
    if not folder.is_dir():
        raise InvalidInput(f"{url[:200]!r} is neither an http or https URL nor a folder")
    return FolderSource(folder)


class FolderSource:
    at_once = 1

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, path: str, at_most: int) -> bytes:
        if path.startswith("proof/") and not (self.folder / "proof").is_dir():
            raise Unavailable("a folder holds the log, not the events behind it")
        try:
            with (self.folder / path).open("rb") as file:
                data = file.read(at_most + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise Unknown(f"there is no {path}") from error
        except OSError as error:
            raise Unavailable(f"cannot read {path}: {error.strerror}") from error
        return _within(data, at_most, path)


class WebSource:
    at_once = FETCHES_AT_ONCE

    def __init__(self, url: str, within_s: float = FETCH_WITHIN_S) -> None:
        self._url = url.rstrip("/")
        self._within_s = within_s
        self._opener = build_opener(_NoRedirects)

    def read(self, path: str, at_most: int) -> bytes:
        request = Request(f"{self._url}/{path}", headers={"User-Agent": "guoji-audit"})  # noqa: S310
        deadline = time.monotonic() + self._within_s
        try:
            with self._opener.open(request, timeout=self._within_s) as response:
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise ValueError("it is compressed, which was not asked for")
                data = _within(self._read(response, at_most, deadline), at_most, path)
                # Cut off on the way, it must not pass for what the server says.
                if len(data) != int(response.headers.get("Content-Length", len(data))):
                    raise ValueError(f"cut off after {len(data)} bytes")
                return data
        except HTTPError as error:
            error.close()
            if error.code in (404, 410):
                raise Unknown(f"{path}: the server answers {error.code}") from error
            raise Unavailable(f"cannot fetch {path}: the server answers {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(f"cannot fetch {path}: {error or type(error).__name__}") from error

    def _read(self, response: IO[bytes], at_most: int, deadline: float) -> bytes:
        """A socket's own time-out starts anew with each byte; this one does not."""
        data = bytearray()
        while len(data) <= at_most and (chunk := response.read1(1 << 16)):  # type: ignore[attr-defined]
            data += chunk
            if time.monotonic() > deadline:
                raise TimeoutError(f"not whole within {self._within_s:g} s")
        return bytes(data)


class _NoRedirects(HTTPRedirectHandler):
    """Whoever is audited must not send the auditor elsewhere, into its own network for one."""

    def redirect_request(self, *_: object) -> None:
        return None


def _within(data: bytes, at_most: int, path: str) -> bytes:
    if len(data) > at_most:
        raise Unavailable(f"{path} has more than {at_most} bytes")
    return data
