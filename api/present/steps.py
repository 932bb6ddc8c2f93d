"""The timeline: one step an event; events of one kind that follow each other are folded into one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from api.present.grades import grade_name
from api.present.papers import Paper, papers
from api.present.parties import party
from api.present.personal import PersonalLine, personal_lines
from api.present.places import place_name
from api.present.said import said_of
from api.present.step_names import step_name
from api.present.text import plain
from api.present.verdict import Badge, of_event
from api.words import Words
from traceability.ledger import extensions
from traceability.ledger.trace import Grade, Trace, TracedEvent
from traceability.proof.recalls import says_recalled

MOST_LISTED = 24
"""Batches listed of one run: their hashes do not compress, and the page must stay small."""


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    at: str
    at_iso: str
    """As it stands in the record."""
    said: str
    badge: Badge
    grade: str
    staged: str | None
    voided: bool
    recalls_others: bool
    """Whether it is a recall that does not reach these goods."""
    claimed: str
    """By whom, where whoever recorded it never held the goods; else empty."""
    key: str
    proof_url: str
    recorded_by: str
    captured_at: str
    days_late: int
    """Whole days from the step to its record; below 1 it is nothing to speak of."""
    papers: tuple[Paper, ...]
    photo: str | None
    """SHA-256 of one that its recorder keeps."""
    personal: tuple[PersonalLine, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A step of its own, or a run of sensor batches or of one step at one place, under one title."""

    title: str
    times: str
    """How often, of a run of one step; else empty."""
    place: str
    """Where all of a run were; else empty."""
    detail: str
    first: Step
    """By time; its time stands for the group's."""
    badge: Badge
    late: str
    """How long after it happened it was recorded; empty if within a day."""
    steps: tuple[Step, ...]
    """At most `MOST_LISTED` of a run, those that are not Verified first."""
    more: str
    """How many are left out; empty if none is."""
    listed: bool
    """Whether each step is one line of a list; otherwise all there is to know of it is shown."""


def timeline(trace: Trace, words: Words) -> tuple[Group, ...]:
    return tuple(_groups(trace, words))


def _recalls_others(traced: TracedEvent, trace: Trace) -> bool:
    reaches = any(recall.key == traced.key for recall in trace.recalls)
    return says_recalled(traced.event) and not traced.voided and not reaches


def _groups(trace: Trace, words: Words) -> Iterator[Group]:
    for (title, place, *_), run in groupby(trace.events, key=lambda traced: _alike(traced, words)):
        steps = tuple(_step(traced, _recalls_others(traced, trace), words) for traced in run)
        if title is None:
            many = words.say_many(
                "{count} batch of sensor readings", "{count} batches of sensor readings", len(steps)
            )
            yield _folded(many, "", "", steps, words)
        elif len(steps) > 1:
            yield _folded(title, f" × {len(steps)}", place or "", steps, words)
        else:
            [step] = steps
            late = _late(steps, words)
            yield Group(title, "", "", step.said, step, step.badge, late, steps, "", False)


def _alike(traced: TracedEvent, words: Words) -> tuple[str | None, str | None, bool, str, Grade]:
    """What events that follow each other have in common if they are one step; no title for a batch."""
    if _is_batch(traced):
        return None, None, False, "", traced.grade
    title, place = step_name(traced.event, words), place_name(traced.event, words)
    return title, place, traced.voided, _claimed(traced, words), traced.grade


def _claimed(traced: TracedEvent, words: Words) -> str:
    if not traced.claimed:
        return ""
    said_by = _by(traced, words)
    return words.say("Claimed by {party}, not known to have held the goods", party=said_by)


def _by(traced: TracedEvent, words: Words) -> str:
    return party(traced.submitter, extensions.party_name(traced.event), words, traced.registered)


def _is_batch(traced: TracedEvent) -> bool:
    """By where it comes from: what a partner's event calls itself does not make it a device's word."""
    return traced.grade in (Grade.DEVICE, Grade.SIGNED_DEVICE)


def _folded(title: str, times: str, place: str, steps: tuple[Step, ...], words: Words) -> Group:
    """A run of one step, which happened so many `times` at a `place`; of batches, these are empty."""
    first, last = steps[0], steps[-1]
    span = first.at if first.at == last.at else f"{first.at} – {last.at}"
    shown = sorted(steps, key=lambda step: step.badge.state == "verified")[:MOST_LISTED]
    left = len(steps) - len(shown)
    more = words.say_many(
        "{count} more is in the proof of all steps.", "{count} more are in the proof of all steps.", left
    )
    badge = _weakest([step.badge for step in steps])
    more = more if left else ""
    late = _late(steps, words)
    return Group(title, times, place, span, first, badge, late, tuple(shown), more, listed=not times)


def _weakest(badges: list[Badge]) -> Badge:
    """A run is no better than the worst of it."""
    order = ("contradicted", "unknown", "pending", "verified")
    return min(badges, key=lambda badge: order.index(badge.state))


def _step(traced: TracedEvent, recalls_others: bool, words: Words) -> Step:
    body = traced.event.body
    return Step(
        title=step_name(traced.event, words),
        at=words.moment(traced.event.event_time),
        at_iso=plain(str(body["eventTime"])),
        said=said_of(traced, _is_batch(traced), words),
        badge=of_event(traced.verdict, words),
        grade=grade_name(traced.grade, words),
        staged=words.name(traced.staged or {}),
        voided=traced.voided,
        recalls_others=recalls_others,
        claimed=_claimed(traced, words),
        key=traced.key,
        proof_url=f"/proof/{traced.key}",
        recorded_by=_by(traced, words),
        captured_at=words.moment(traced.captured_at),
        days_late=(traced.captured_at - traced.event.event_time).days,
        papers=papers(traced.event),
        photo=extensions.photo(traced.event),
        personal=personal_lines(traced, words),
    )


def _late(steps: tuple[Step, ...], words: Words) -> str:
    days = max(step.days_late for step in steps)
    if days < 1:
        return ""
    if len(steps) == 1:
        return words.say_many("recorded {count} day later", "recorded {count} days later", days)
    return words.say_many("recorded up to {count} day later", "recorded up to {count} days later", days)
