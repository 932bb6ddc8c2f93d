"""Capture a document as a job that can be asked about: all of its events or none, or those that are sound."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, get_args

from traceability.epcis.document import Judged, all_sound, read_each, read_event
from traceability.epcis.event import Event
from traceability.epcis.validate import told
from traceability.errors import Unknown
from traceability.ledger.capture import as_stored, capture, faults_for
from traceability.ledger.grant import Grant
from traceability.ledger.permission import Permission
from traceability.ledger.ports import Captured, EventStore, StoredEvent

Behaviour = Literal["rollback", "proceed"]
BEHAVIOURS: tuple[Behaviour, ...] = get_args(Behaviour)
MOST_EVENTS = 100_000
"""In one document."""
KEPT_DAYS = 30
"""For so long a job can be asked about."""
EVENTS_A_COMMIT = 500
_MOST_ERRORS = 1_000
_LONGEST_ERROR = 500
_SILENT_MS = 5 * 60_000
"""A commit takes seconds. Who made none for so long is gone."""
_BROKEN_OFF = (
    "the server stopped in the middle; some of the events are kept. "
    "Send the document again: what is kept is not kept twice"
)


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    """Hexadecimal digits; those of later jobs are greater."""
    party: str
    """GLN of the submitter."""
    behaviour: Behaviour
    created_at_ms: int
    committed_at_ms: int
    """When the newest of its commits was made."""
    running: bool
    errors: tuple[str, ...]
    """What is wrong with the events that are not kept, each with its JSON pointer."""


@dataclass(frozen=True, slots=True)
class Single:
    """The answer to the capture of one event."""

    event_id: str
    """By which it is asked for: its own eventID, or its hash."""
    duplicate: bool


class JobStore(Protocol):
    def keep(self, job: Job, events: Sequence[StoredEvent]) -> tuple[Captured, ...]:
        """Keep what is known of a job, and `events` as `EventStore.insert` does, in one durable commit."""

    def job(self, job_id: str) -> Job:
        """Raises `Unknown`."""

    def jobs(self, party: str | None, before: str | None, at_most: int) -> list[Job]:
        """Those of a party, or of all, newest first; those before the job with the ID `before`."""

    def drop(self, before_ms: int) -> None:
        """Forget the jobs that were created before this time. Their events stay."""


@dataclass(frozen=True, slots=True)
class CaptureJobs:
    store: JobStore
    events: EventStore
    permission: Permission
    now_ms: Callable[[], int]

    def capture(self, body: bytes, grant: Grant, behaviour: Behaviour) -> Job:
        """Keep the events of a document in the name of a party; the job is done when this returns.

        Under rollback job and events are one commit: a crash leaves neither. Under proceed there is a commit
        for some hundred events, and a crash leaves a job that says so.
        Raises `InvalidInput` where nothing is kept and no job made: for a document that is wrong itself, or,
        under rollback, in any of its events; `CaptureTooLarge` for more than `MOST_EVENTS`; `NotAuthorised`
        for a grant without a party or, under rollback, for sound events that are not this party's to tell.
        """
        party = grant.submitter
        judged = read_each(body, faults_for(grant, self.permission), MOST_EVENTS)
        sound = all_sound(judged) if behaviour == "rollback" else [e for e in judged if isinstance(e, Event)]
        now_ms = self.now_ms()
        self.store.drop(now_ms - KEPT_DAYS * 86_400_000)
        job = Job(
            first_id(now_ms) + secrets.token_hex(8), party, behaviour, now_ms, now_ms, True, _errors(judged)
        )
        for events, is_last in _portions(sound, len(sound) if behaviour == "rollback" else EVENTS_A_COMMIT):
            stored = [as_stored(event, party, now_ms, secrets.token_bytes(16)) for event in events]
            job = replace(job, committed_at_ms=self.now_ms(), running=not is_last)
            self.store.keep(job, stored)
        return job

    def capture_one(self, body: bytes, grant: Grant) -> Single:
        """Keep one event that stands in no document. Raises `InvalidInput` or `NotAuthorised`."""
        event = read_event(body, faults_for(grant, self.permission))
        [captured] = capture([event], grant.submitter, self.events, self.now_ms())
        own = event.body.get("eventID")
        return Single(own if isinstance(own, str) else captured.event_hash, captured.duplicate)

    def job(self, job_id: str, party: str | None) -> Job:
        """A job of `party`, or of anybody for None. Raises `Unknown`."""
        job = self.store.job(job_id)
        if party not in (None, job.party):
            raise Unknown(f"no capture job has the ID {job_id[:80]!r}")
        return self._as_seen(job)

    def jobs(self, party: str | None, before: str | None, at_most: int) -> list[Job]:
        """Those of a party, or of all, newest first; those before the job with the ID `before`."""
        return [self._as_seen(job) for job in self.store.jobs(party, before, at_most)]

    def _as_seen(self, job: Job) -> Job:
        """The job, or that it broke off if whoever worked on it must be gone."""
        if not job.running or self.now_ms() - job.committed_at_ms < _SILENT_MS:
            return job
        return replace(job, running=False, errors=(_BROKEN_OFF, *job.errors))


def first_id(created_at_ms: int) -> str:
    """Less than the ID of every job that is created at this time or later, and of no earlier one."""
    return f"{created_at_ms:012x}"


def _errors(judged: Sequence[Judged]) -> tuple[str, ...]:
    wrong = [faults for faults in judged if not isinstance(faults, Event)]
    listed = [told(faults)[:_LONGEST_ERROR] for faults in wrong[:_MOST_ERRORS]]
    more = [f"and {len(wrong) - _MOST_ERRORS} more events"] if len(wrong) > _MOST_ERRORS else []
    return (*listed, *more)


def _portions(events: Sequence[Event], size: int) -> Iterator[tuple[Sequence[Event], bool]]:
    """The events, `size` at a time, and whether these are the last; there is one portion at least."""
    for start in range(0, max(len(events), 1), max(size, 1)):
        yield events[start : start + size], start + size >= len(events)
