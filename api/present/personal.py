"""The personal data that an event only commits to: each field, and what became of its value."""

from dataclasses import dataclass

from api.present.text import plain
from api.words import Words
from traceability.ledger.personal import PersonalField
from traceability.ledger.trace import TracedEvent


@dataclass(frozen=True, slots=True)
class PersonalLine:
    name: str
    """Without its prefix."""
    status: str


def personal_lines(traced: TracedEvent, words: Words) -> tuple[PersonalLine, ...]:
    return tuple(
        PersonalLine(plain(field.name.rpartition(":")[2]), _status(field, traced.submitter, words))
        for field in traced.personal
    )


def _status(field: PersonalField, submitter: str, words: Words) -> str:
    if field.erased_at is not None:
        return words.say("erased on {day}", day=words.date(field.erased_at))
    return words.say("kept by GLN {number}, shown to those with a right to see it", number=plain(submitter))
