"""What alerting needs of a store, and what the store promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from traceability.alerts.alert import Acknowledgement, Alert, Notice, Said
from traceability.alerts.rule import Rule
from traceability.alerts.watch import Change, Watch
from traceability.telemetry.reading import Reading


@dataclass(frozen=True, slots=True)
class News:
    """What came from one device since it was last looked at, and what its rules knew then."""

    device: str
    """Alias."""
    cold_chain: bool
    """Whether it travels or stands with goods."""
    version: int
    """Grows with each look: of two that look at once, the slower one is refused."""
    through: int
    """The newest arrival that this covers."""
    readings: tuple[Reading, ...]
    """In the order of their arrival; may be none, for a device that is silent."""
    last_received_at_ms: int | None
    watches: Mapping[str, Watch]
    """By the name of the rule."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at `news` came to."""

    news: News
    watches: Mapping[str, Watch]
    changes: Sequence[tuple[Rule, Change]]
    """In their order."""
    check_at_ms: int | None
    """When to look whether the device has fallen silent; None: not before something comes from it."""


@dataclass(frozen=True, slots=True)
class Lately:
    """What was told since a time."""

    alone: int
    in_a_summary: bool


@dataclass(frozen=True, slots=True)
class Undelivered:
    notice: Notice
    tries: int
    trouble: str
    """What came of the last one. In part from the target: hostile."""
    due_at_ms: int | None
    """When it is tried again; None: not any more."""


class Watches(Protocol):
    """How far each device was looked at, and what the rules know of it. One open alert a device and rule."""

    def news(self, received_after_ms: int, at_most: int) -> Sequence[News]:
        """Of each device from which something came; what came before that time is passed over."""

    def unheard(self, now_ms: int) -> Sequence[News]:
        """Without readings, of each device whose `check_at_ms` has come."""

    def keep(self, looks: Sequence[Looked], now_ms: int) -> None:
        """All of it in one commit: how far was looked, watches, alerts, and that they are to be told.

        Raises `Unavailable` and keeps nothing if somebody else has looked meanwhile.
        """

    def begin(self, rules: Sequence[Rule], now_ms: int) -> None:
        """The rules may have changed: check every device for silence anew, and forget what none is for.

        Alerts that are open there are resolved without telling anybody, for nobody watches them any more.
        """


class Alerts(Protocol):
    def open(self) -> Sequence[Alert]:
        """Those not resolved, newest first."""

    def acknowledge(self, number: int, said: Acknowledgement) -> Alert:
        """Raises `Unknown`, or `InvalidInput` if it is resolved or acknowledged already."""

    def escalate(self, now_ms: int) -> int:
        """Mark those that nobody acknowledged in time, and that this is to be told; how many."""

    def untold(self, at_most: int) -> Sequence[Said]:
        """Oldest first."""

    def lately(self, since_ms: int) -> Lately: ...

    def tell(self, said: Sequence[Said], notices: Sequence[Notice], now_ms: int, in_a_summary: bool) -> None:
        """Put `notices` into the outbox and mark `said` as told, in one commit.

        Raises `Unavailable` and keeps nothing if somebody else has told one of them meanwhile.
        """


class Outbox(Protocol):
    def claim(self, target: str, now_ms: int, until_ms: int) -> tuple[Notice, int] | None:
        """The next one that is due, and how often it was tried before. Nobody else gets it until then."""

    def sent(self, notice: Notice) -> None: ...

    def failed(self, notice: Notice, why: str, due_at_ms: int | None) -> None:
        """To be tried again at that time; None: never, and it stays visible."""

    def undelivered(self) -> Sequence[Undelivered]:
        """What was tried in vain."""
