"""What a verdict looks like: its state, its word and its sentence, always as this server's claim."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from api.present.text import plain
from api.words import Words, message
from traceability.ledger.trace import Grade, Trace, TracedEvent
from traceability.proof.verdict import Contradicted, TraceVerified, Unchecked, Verdict, Verified

WAITING: Final = ("not yet anchored", "is not in the log yet", "is under no checkpoint yet")
"""Stand in the reasons of an `Unchecked` that only needs time; any other reason makes it "unknown"."""
NEWEST_WAIT: Final = message("Waiting for the chain: the newest {count}.")

JUST_NOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Badge:
    state: str
    """"verified", "pending", "contradicted" or "unknown": names shape and colour."""
    word: str
    sentence: str


def of_event(verdict: Verdict, words: Words) -> Badge:
    match verdict:
        case Verified(anchored_at):
            since = words.moment(anchored_at)
            return Badge("verified", words.say("On the chain since {since}", since=since), "")
        case Contradicted(step, reason):
            return _contradicted(step, reason, words)
        case Unchecked() as unchecked:
            return _unchecked(unchecked, words)
    assert_never(verdict)


def of_trace(trace: Trace, words: Words) -> Badge:
    """A lie found outweighs a loss, and a loss whatever is said of the records that are left."""
    match trace.verdict:
        case Contradicted(step, reason):
            return _contradicted(step, reason, words)
        case _ if trace.lost:
            return _incomplete(trace.lost, words)
        case TraceVerified() as verified:
            waiting = [traced for traced in trace.events if waits(traced.verdict)]
            streaming = all(_just_measured(traced, trace.made_at) for traced in waiting)
            return _counted(verified, len(waiting), streaming, words)
        case Unchecked() as unchecked:
            return _unchecked(unchecked, words)
    assert_never(trace.verdict)


def _incomplete(lost: int, words: Words) -> Badge:
    sentence = words.say_many(
        "{count} record is in the log, but lost here: what is shown is not all.",
        "{count} records are in the log, but lost here: what is shown is not all.",
        lost,
    )
    return Badge("unknown", words.say("Not complete"), sentence)


def _just_measured(traced: TracedEvent, now: datetime) -> bool:
    """A sensor that goes on measuring always has a newest batch that waits: no doubt about the rest."""
    return traced.grade in (Grade.DEVICE, Grade.SIGNED_DEVICE) and now - traced.captured_at < JUST_NOW


def _counted(verdict: TraceVerified, waiting: int, streaming: bool, words: Words) -> Badge:
    if verdict.verified == verdict.total:
        sentence = words.say_many(
            "{count} record, unaltered since it was recorded. Newest anchor: {through}.",
            "All {count} records, unaltered since they were recorded. Newest anchor: {through}.",
            verdict.total,
            through=words.moment(verdict.through),
        )
        return Badge("verified", words.say("Verified"), sentence)
    partly = _partly(verdict, waiting, words)
    if partly.state != "pending" or not streaming:
        return partly
    return Badge("verified", words.say("Verified"), _but_the_newest(verdict, waiting, words))


def _but_the_newest(verdict: TraceVerified, waiting: int, words: Words) -> str:
    anchored = words.say(
        "{verified} of {total} records, unaltered since they were recorded. Newest anchor: {through}.",
        verified=verdict.verified,
        total=verdict.total,
        through=words.moment(verdict.through),
    )
    return f"{anchored} {words.say(NEWEST_WAIT, count=waiting)}"


def _partly(verdict: TraceVerified, waiting: int, words: Words) -> Badge:
    """Time mends only what waits: one record that could not be checked keeps the whole from looking so."""
    unknown = verdict.total - verdict.verified - waiting
    said = []
    if unknown:
        said.append(
            words.say_many(
                "{count} record could not be checked.", "{count} records could not be checked.", unknown
            )
        )
    if waiting:
        said.append(
            words.say_many(
                "{count} record is not yet anchored.", "{count} records are not yet anchored.", waiting
            )
        )
    said.append(words.say("Newest anchor: {through}.", through=words.moment(verdict.through)))
    return Badge(
        "unknown" if unknown else "pending",
        words.say("{verified} of {total} verified", verified=verdict.verified, total=verdict.total),
        " ".join(said),
    )


def waits(verdict: Verdict) -> bool:
    """Whether it is unchecked only for want of time."""
    return isinstance(verdict, Unchecked) and any(waiting in verdict.reason for waiting in WAITING)


def _contradicted(step: str, reason: str, words: Words) -> Badge:
    sentence = words.say("This check failed: {step}. {reason}", step=plain(step), reason=plain(reason))
    return Badge("contradicted", words.say("Do not trust this record"), sentence)


def _unchecked(verdict: Unchecked, words: Words) -> Badge:
    if waits(verdict):
        sentence = words.say(
            "Recorded, but the chain does not hold it yet. This usually takes a few minutes."
        )
        return Badge("pending", words.say("Not yet anchored"), sentence)
    sentence = words.say(
        "This could not be checked: {reason}. It says nothing against the goods.",
        reason=plain(verdict.reason),
    )
    return Badge("unknown", words.say("Not checked"), sentence)
