"""The use cases of live rooms over one store, and one reading of each lot."""

from collections.abc import Callable
from dataclasses import dataclass

from traceability.claims.facts import Facts
from traceability.live.answers import Warnings
from traceability.live.ports import AirStore, RoomStore
from traceability.live.reports import Reports
from traceability.live.rooms import Rooms
from traceability.live.said import Transcript


@dataclass(frozen=True, slots=True)
class Studio:
    rooms: Rooms
    air: AirStore
    transcript: Transcript
    warnings: Warnings
    """Also the judge of what may stand on an overlay."""
    reports: Reports

    @classmethod
    def of(
        cls,
        rooms: RoomStore,
        air: AirStore,
        holds: Callable[[str], bool],
        facts: Callable[[str], Facts],
        now_ms: Callable[[], int],
    ) -> "Studio":
        """`holds` and `facts`: of a canonical Digital Link, whether we know it and what is known of it."""
        warnings = Warnings(rooms, air, facts, now_ms)
        return cls(
            Rooms(rooms, holds, now_ms),
            air,
            Transcript(rooms, air, facts, now_ms),
            warnings,
            Reports(rooms, air, warnings.blocks),
        )
