"""The last minute of a room's record: what was said already, and warned of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from traceability.claims.normal import normal
from traceability.live.record import Kind, Record

MINUTE_MS = 60_000
_END_MARKS = "。！？!?.,，;；…~ "


class LastMinute:
    """A warning stands for the same words for a minute, or until the host has answered it."""

    def __init__(self, records: Sequence[Record], now_ms: int) -> None:
        recent = [each for each in records if abs(each.at_ms - now_ms) < MINUTE_MS]
        answered = {each.body["warning"] for each in recent if each.kind is Kind.ANSWERED and each.body["by"]}
        self._warned = {
            each.body["of"] for each in recent if each.kind is Kind.WARNED and each.number not in answered
        }
        self._said: dict[tuple[str, str | None], dict[str, Mapping[str, Any]]] = defaultdict(dict)
        for each in recent:
            # A text may have been erased.
            if each.kind is Kind.SAID and each.body["text"] is not None:
                self._add(each.body)

    def times(self, text: str, offer: str | None) -> int:
        """How often it was said."""
        return len(self._same(text, offer))

    def warned_as(self, text: str, offer: str | None) -> str | None:
        """Name of the sentence whose warning stands for these words."""
        names = [body["warned_as"] for body in self._same(text, offer).values()]
        return next((name for name in names if name in self._warned), None)

    def add(self, said: Mapping[str, Any]) -> None:
        """What is said now, with its own warning or another's."""
        self._add(said)
        self._warned.add(said["warned_as"])

    def _add(self, said: Mapping[str, Any]) -> None:
        # By its name: what was judged late is on record twice.
        self._same(said["text"], said["offer"])[said["id"]] = said

    def _same(self, text: str, offer: str | None) -> dict[str, Mapping[str, Any]]:
        return self._said[normal(text).strip(_END_MARKS), offer]
