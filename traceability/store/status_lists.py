"""The status lists that were fetched, one file for each URL, with the time when it was fetched."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from traceability.disk import writing


class StatusListFolder:
    """What can be fetched again is in no database and no backup."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, url: str, text: str, fetched_at: datetime) -> None:
        """In place of the one before."""
        file = self._file(url)
        unfinished = file.with_suffix(".new")
        told = {"url": url, "fetched_at": fetched_at.astimezone(UTC).isoformat(), "list": text}
        with writing(file):
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(told), "utf-8")
            unfinished.rename(file)

    def texts(self) -> Sequence[str]:
        return [json.loads(file.read_text("utf-8"))["list"] for file in self._files()]

    def text_of(self, url: str) -> str | None:
        file = self._file(url)
        return json.loads(file.read_text("utf-8"))["list"] if file.exists() else None

    def revision(self) -> str:
        """Another text whenever one was fetched anew."""
        return str(max((file.stat().st_mtime_ns for file in self._files()), default=0))

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))

    def _file(self, url: str) -> Path:
        return self._folder / f"{sha256(url.encode()).hexdigest()}.json"
