"""What a verdict looks like: its state, its word and its sentence, always as this server's claim."""

from dataclasses import dataclass
from typing import Final, assert_never

from api.present.text import plain
from api.words import Words
from traceability.proof.verdict import Contradicted, TraceVerdict, TraceVerified, Unchecked, Verdict, Verified

WAITING: Final = ("not yet anchored", "is not in the log yet", "is under no checkpoint yet")
"""Stand in the reasons of an `Unchecked` that only needs time; any other reason makes it "unknown"."""


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
        case Unchecked(reason):
            return _unchecked(reason, words)
    assert_never(verdict)


def of_trace(verdict: TraceVerdict, words: Words) -> Badge:
    match verdict:
        case TraceVerified(verified, total, through):
            return _counted(verified, total, words.moment(through), words)
        case Contradicted(step, reason):
            return _contradicted(step, reason, words)
        case Unchecked(reason):
            return _unchecked(reason, words)
    assert_never(verdict)


def _counted(verified: int, total: int, through: str, words: Words) -> Badge:
    if verified == total:
        sentence = words.say_many(
            "{count} record, unaltered since it was recorded. Newest anchor: {through}.",
            "All {count} records, unaltered since they were recorded. Newest anchor: {through}.",
            total,
            through=through,
        )
        return Badge("verified", words.say("Verified"), sentence)
    waiting = words.say_many(
        "{count} record is not yet anchored. Newest anchor: {through}.",
        "{count} records are not yet anchored. Newest anchor: {through}.",
        total - verified,
        through=through,
    )
    return Badge(
        "pending", words.say("{verified} of {total} verified", verified=verified, total=total), waiting
    )


def _contradicted(step: str, reason: str, words: Words) -> Badge:
    sentence = words.say("This check failed: {step}. {reason}", step=plain(step), reason=plain(reason))
    return Badge("contradicted", words.say("Do not trust this record"), sentence)


def _unchecked(reason: str, words: Words) -> Badge:
    if any(waiting in reason for waiting in WAITING):
        sentence = words.say(
            "Recorded, but the chain does not hold it yet. This usually takes a few minutes."
        )
        return Badge("pending", words.say("Not yet anchored"), sentence)
    sentence = words.say(
        "This could not be checked: {reason}. It says nothing against the goods.", reason=plain(reason)
    )
    return Badge("unknown", words.say("Not checked"), sentence)
