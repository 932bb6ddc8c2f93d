"""Where a log is read from: a web server that may be hostile, or a folder laid out as one serves it."""

from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from urllib.request import Request

from traceability.errors import InvalidInput, Unavailable, Unknown
from traceability.fetch import fetch

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
        if len(data) > at_most:
            raise Unavailable(f"{path} has more than {at_most} bytes")
        return data


class WebSource:
    at_once = FETCHES_AT_ONCE

    def __init__(self, url: str, within_s: float = FETCH_WITHIN_S) -> None:
        self._url = url.rstrip("/")
        self._within_s = within_s

    def read(self, path: str, at_most: int) -> bytes:
        try:
            return fetch(Request(f"{self._url}/{path}"), self._within_s, at_most)  # noqa: S310
        except Unknown as error:
            raise Unknown(f"{path}: {error}") from error
        except (Unavailable, ValueError) as error:
            raise Unavailable(f"cannot fetch {path}: {error}") from error
