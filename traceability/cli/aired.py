"""What `guoji verify` says of an on-air record: whether it fits together, and what was on air at a moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from traceability.cli.aired_words import judged, shown
from traceability.cli.disclosed import Disclosed
from traceability.epcis.event import Event
from traceability.errors import CheckFailed, Unavailable
from traceability.proof.on_air import Broadcast, OnAir, joined, told
from traceability.proof.on_air_segment import ON_AIR, AirRecord, Segment
from traceability.proof.personal import Committed
from traceability.proof.proof_file import Proof
from traceability.proof.verdict import Contradicted, TraceVerified, Unchecked, Verdict, Verified

STEP = "on air"
NOTHING_HEARD = "Nothing of what the host said was heard in these segments, so nothing of it was checked."
Judged = Sequence[tuple[Proof, Verdict]]

_Good = TypeVar("_Good", Verified, TraceVerified)


@dataclass(frozen=True, slots=True)
class Aired:
    asked: datetime | None
    """The moment that somebody asked for."""
    disclosed: Disclosed
    broadcast: Broadcast | None = None
    reaches: bool = False
    """Whether the record reaches the moment that was asked for."""
    on_air: OnAir | None = None
    """What was on air then; None if nothing was."""
    lie: str = ""
    """What is untrue about the record."""
    gap: str = ""
    """Why it is not shown here what was on air at the moment that was asked for."""
    unproven: Mapping[int, str] = field(default_factory=dict)
    """Why segments are not verified, by number."""

    @classmethod
    def of(
        cls, events: Judged, asked: datetime | None, disclosed: Disclosed, subject: str | None = None
    ) -> "Aired":
        """`subject`: whose record the file says it is; None for the proof of one event."""
        if asked is None and not any(ON_AIR in proof.event for proof, _ in events):
            return cls(asked, disclosed)
        try:
            segments = list(_segments(events, subject))
            broadcast = joined([segment for segment, _ in segments])
        except CheckFailed as error:
            return cls(asked, disclosed, lie=str(error))
        except Unavailable as error:
            return cls(asked, disclosed, gap=str(error))
        unproven = {each.number: why for each, why in segments if why}
        found = cls(asked, disclosed, broadcast, unproven=unproven)
        return found if asked is None else found._at(asked)

    def judge(
        self, verdict: _Good | Contradicted | Unchecked, believes_somebody: bool
    ) -> _Good | Contradicted | Unchecked:
        """The verdict, unless the record is untrue, or does not reach the moment that was asked for."""
        if self.lie and not isinstance(verdict, Contradicted):
            if isinstance(verdict, Unchecked) and not believes_somebody:
                return Unchecked(f"{verdict.reason}; {STEP}: {self.lie}")
            return Contradicted(STEP, self.lie)
        if self.gap and isinstance(verdict, Verified | TraceVerified):
            return Unchecked(f"{STEP}: {self.gap}")
        return verdict

    def lines(self) -> Iterator[str]:
        if self.broadcast is None:
            return
        first, last = self.broadcast.segments[0], self.broadcast.segments[-1]
        end = "its end" if self.broadcast.ended else "it was still on air then"
        yield (
            f"On-air record of room {first.room} ({last.title}): segments {first.number} to {last.number}, "
            f"from {told(first.start)} to {told(last.until)} ({end})"
        )
        heard = self.broadcast.heard
        yield f"Sentences heard in these segments: {heard}" if heard else NOTHING_HEARD
        if self.asked is not None and self.reaches:
            if self.gap:
                yield "What follows is not verified:"
            yield from self._moment(self.asked)

    def as_json(self) -> dict[str, Any]:
        """Empty if the file is of no such record."""
        if self.broadcast is None:
            return {}
        segments, ended = self.broadcast.segments, self.broadcast.ended
        whole = {
            "room": segments[0].room,
            "subject": segments[0].urn,
            "title": segments[-1].title,
            "segments": [each.number for each in segments],
            "from": segments[0].start.isoformat(),
            "until": segments[-1].until.isoformat(),
            "ended": None if ended is None else ended.isoformat(),
            "heard": self.broadcast.heard,
        }
        moment = {} if self.asked is None else {"at": self._moment_json(self.asked)}
        return {"on_air": whole | moment}

    def _at(self, asked: datetime) -> "Aired":
        assert self.broadcast is not None
        try:
            on_air = self.broadcast.at(asked)
        except Unavailable as error:
            return Aired(asked, self.disclosed, self.broadcast, gap=str(error), unproven=self.unproven)
        doubts = [number for number in on_air.segments if number in self.unproven] if on_air else []
        gap = f"segment {doubts[0]} tells of that moment: {self.unproven[doubts[0]]}" if doubts else ""
        return Aired(asked, self.disclosed, self.broadcast, True, on_air, gap=gap, unproven=self.unproven)

    def _moment(self, asked: datetime) -> Iterator[str]:
        if self.on_air is None:
            yield f"At {asked.isoformat(sep=' ')} the room was not on air."
            return
        if self.on_air.state is None:
            yield f"At {asked.isoformat(sep=' ')} the overlay showed nothing yet."
        else:
            yield f"At {asked.isoformat(sep=' ')} {self._shown_since(self.on_air)}:"
            yield from (f"  {line}" for line in shown(self.on_air.state))
        for each in self.on_air.said:
            words = self._words(each)
            quoted = "the words are only committed to" if words is None else f'"{words}"'
            yield f"Said at {self._clock(each.at)}: {quoted}: {judged(each)}"
        for each in self.on_air.open:
            yield f"Struck at {self._clock(each.at)}, and not answered by then: {judged(each)}"

    def _shown_since(self, moment: OnAir) -> str:
        if moment.silent is None:
            return f"the overlay showed, since {self._clock(moment.since)}"
        began, ended = map(self._clock, moment.silent)
        return (
            f"no overlay was sent anything, from {began} to {ended}; after six seconds of that what it shows "
            f"is grey. It was last sent, since {self._clock(moment.since)}"
        )

    def _moment_json(self, asked: datetime) -> dict[str, Any]:
        found: dict[str, Any] = {"asked": asked.isoformat(), "unverified": self.gap or None}
        if not self.reaches:
            return found
        if self.on_air is None:
            return found | {"on_air": False}
        said = [{**_record_json(each), "text": self._words(each)} for each in self.on_air.said]
        silent = self.on_air.silent
        return found | {
            "on_air": True,
            "since": self.on_air.since.isoformat(),
            "silent": None if silent is None else [each.isoformat() for each in silent],
            "state": self.on_air.state,
            "said": said,
            "open": [_record_json(each) for each in self.on_air.open],
            "segments": list(self.on_air.segments),
        }

    def _words(self, said: AirRecord) -> str | None:
        match said.body.get("text"):
            case {"guoji:commitment": str(digits)}:
                return self.disclosed.value(Committed("text", digits))
        return None

    def _clock(self, moment: datetime) -> str:
        """As in the time zone of whoever asked."""
        there = moment.astimezone(None if self.asked is None else self.asked.tzinfo)
        return there.isoformat(sep=" ", timespec="milliseconds")


def _segments(events: Judged, subject: str | None) -> Iterator[tuple[Segment, str]]:
    """With why each is not verified; empty if it is."""
    for proof, verdict in events:
        segment = Segment.of(Event(proof.event, list(proof.context)))
        if segment is not None:
            if subject not in (None, segment.urn):
                raise CheckFailed(f"segment {segment.number} is of room {segment.urn}, the file of {subject}")
            yield segment, "" if isinstance(verdict, Verified) else verdict.reason


def _record_json(each: AirRecord) -> dict[str, Any]:
    return {"number": each.number, "at": each.at.isoformat(), **each.body}
