"""What a live room showed and said at one moment, from the segments of its on-air record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from traceability.epcis.canonical import canonical_bytes
from traceability.errors import CheckFailed, Unavailable
from traceability.proof.on_air_segment import WITHHELD, AirRecord, Segment

AROUND = timedelta(seconds=30)
"""So long before and after a moment, what was said still belongs to it."""
SHOWN, SAID, WARNED, ANSWERED, PHASE = "shown", "said", "warned", "answered", "phase"
STRUCK = 3


@dataclass(frozen=True, slots=True)
class OnAir:
    """One moment of a broadcast."""

    at: datetime
    room: str
    title: str
    state: Mapping[str, Any] | None
    """What the overlay showed; None before it showed anything."""
    since: datetime
    """When it began to show that; of what it showed before the first segment here, when that began."""
    silent: tuple[datetime, datetime] | None
    """From when to when overlays were sent nothing, if that was one of those moments: they had greyed it."""
    said: tuple[AirRecord, ...]
    """From `AROUND` before to `AROUND` after, each with its verdict; the words only as a commitment."""
    open: tuple[AirRecord, ...]
    """Warnings that struck a claim and had no answer yet."""
    segments: tuple[int, ...]
    """Numbers of the segments that say so."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Segments that fit together: each goes on where the one before it ended."""

    segments: tuple[Segment, ...]

    @property
    def has_begun(self) -> datetime | None:
        """When the room went on air; None if the beginning is not among these."""
        return self.segments[0].start if self.segments[0].number == 1 else None

    @property
    def ended(self) -> datetime | None:
        """None if it was still on air when the last of these was told."""
        phases = [each for each in self._records() if each.kind == PHASE]
        return phases[-1].at if phases and phases[-1].body.get("phase") == "ended" else None

    @property
    def heard(self) -> int:
        """How many sentences of the host these segments have."""
        return sum(each.kind == SAID for each in self._records())

    def at(self, moment: datetime) -> OnAir | None:
        """None if nothing was on air then. Raises `Unavailable` if these segments do not reach it."""
        first, last = self.segments[0], self.segments[-1]
        if moment < first.start:
            if self.has_begun is None:
                raise Unavailable(f"the segments here begin at {told(first.start)} only")
            return None
        if self.ended is not None and moment >= self.ended:
            return None
        if moment > last.until:
            reach = f"the segments here reach to {told(last.until)} only"
            raise Unavailable(f"{reach}; later ones may be told by now: fetch the record again")
        said = [each for each in self._records() if each.kind == SAID and abs(each.at - moment) <= AROUND]
        return OnAir(
            moment,
            first.room,
            last.title,
            *self._shown(moment),
            self._silent(moment),
            tuple(said),
            tuple(self._open(moment)),
            tuple(
                each.number
                for each in self.segments
                if each.start <= moment <= each.until or any(record in said for record in each.records)
            ),
        )

    def _records(self) -> Iterator[AirRecord]:
        return (record for segment in self.segments for record in segment.records)

    def _shown(self, moment: datetime) -> tuple[Mapping[str, Any] | None, datetime]:
        state, since = self.segments[0].begin, self.segments[0].start
        for each in self._records():
            if each.kind == SHOWN and each.at <= moment:
                # On record again while it stays the same, so that quiet minutes are proven, too.
                since = since if _is_same(each.body["state"], state) else each.at
                state = each.body["state"]
        return state, since

    def _silent(self, moment: datetime) -> tuple[datetime, datetime] | None:
        for each in self._records():
            match each.body.get("last_sent_at_ms") if each.kind == SHOWN and each.at > moment else None:
                case int(at_ms) if at_ms < moment.timestamp() * 1000:
                    # A file may say any number; of what was before its first segment it proves nothing.
                    began_ms = max(at_ms, round(self.segments[0].start.timestamp() * 1000))
                    return datetime.fromtimestamp(began_ms / 1000, UTC), each.at
        return None

    def _open(self, moment: datetime) -> Iterator[AirRecord]:
        past = [each for each in self._records() if each.at <= moment]
        answered = {each.body.get("warning") for each in past if each.kind == ANSWERED}
        return (
            each
            for each in past
            if each.kind == WARNED and each.body.get("level") == STRUCK and each.number not in answered
        )


def joined(segments: Sequence[Segment]) -> Broadcast:
    """The segments of one room in their order, each once. Raises `CheckFailed` for what does not fit."""
    if not segments:
        raise Unavailable("no event here is of an on-air record")
    ordered = sorted(segments, key=lambda each: each.number)
    for each in ordered:
        _check_inside(each)
    for before, after in pairwise(ordered):
        _check_next(before, after)
    _check_phases(ordered)
    return Broadcast(tuple(ordered))


def _check_inside(segment: Segment) -> None:
    name, records = f"segment {segment.number}", segment.records
    if segment.number < 1 or not records:
        raise CheckFailed(f"{name} has {len(records)} records, want a number from 1 and some records")
    for before, after in pairwise(records):
        if after.number != before.number + 1:
            raise CheckFailed(f"in {name} record {after.number} comes after record {before.number}")
    times = [segment.start, *(each.at for each in records), segment.until]
    for earlier, later in pairwise(times):
        if later < earlier:
            raise CheckFailed(f"in {name} {told(later)} comes after {told(earlier)}")
    if segment.number == 1 and (records[0].number, segment.begin) != (1, None):
        raise CheckFailed(f"{name} begins with record {records[0].number}, want record 1 and nothing before")
    for each in records:
        if each.kind == SHOWN and not isinstance(each.body.get("state"), Mapping):
            raise CheckFailed(f"record {each.number} in {name} shows no state")


def _check_next(before: Segment, after: Segment) -> None:
    if (after.urn, after.room) != (before.urn, before.room):
        raise CheckFailed(
            f"segments are of the rooms {before.room[:20]} and {after.room[:20]}, want one room"
        )
    if after.number == before.number:
        raise CheckFailed(f"segment {after.number} is there twice")
    if after.number != before.number + 1:
        raise CheckFailed(f"segments {before.number + 1} to {after.number - 1} are missing")
    name = f"segment {after.number}"
    if after.start != before.until:
        raise CheckFailed(
            f"{name} begins at {told(after.start)}, the one before ends at {told(before.until)}"
        )
    number, last = after.records[0].number, before.records[-1].number
    if number != last + 1:
        raise CheckFailed(f"{name} begins with record {number}, the one before ends with {last}")
    shown = [each.body["state"] for each in before.records if each.kind == SHOWN]
    ended_with = shown[-1] if shown else before.begin
    # A hole that says so fits everything: what stood there cannot be compared.
    is_hole = _is_same(after.begin, WITHHELD) or _is_same(ended_with, WITHHELD)
    if not is_hole and not _is_same(after.begin, ended_with):
        raise CheckFailed(f"{name} does not begin with what was shown when the one before ended")


def _is_same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """As the log commits to them: for Python alone, 1 and true are the same."""
    return one == other and canonical_bytes({"state": one}, []) == canonical_bytes({"state": other}, [])


def _check_phases(ordered: Sequence[Segment]) -> None:
    """A broadcast begins with its first record, ends once, and shows and hears nothing after that."""
    records = [record for segment in ordered for record in segment.records]
    ended = False
    for each in records:
        phase = each.body.get("phase") if each.kind == PHASE else None
        if each.number == 1 and phase != "on_air":
            raise CheckFailed(f"record 1 is {phase or each.kind}, want the phase on_air")
        if phase is not None and phase != ("on_air" if each.number == 1 else "ended"):
            raise CheckFailed(f"record {each.number} says that the room is {str(phase)[:20]} by then")
        if ended and each.kind in (PHASE, SHOWN, SAID):
            raise CheckFailed(f"record {each.number} is of kind {each.kind}, after the room had ended")
        ended = ended or phase == "ended"


def told(moment: datetime) -> str:
    """In UTC, to the millisecond."""
    return f"{moment.astimezone(UTC).isoformat(sep=' ', timespec='milliseconds')[:-6]} UTC"
