"""The trust grades: where a record comes from, with one sentence on what that is worth."""

from dataclasses import dataclass
from typing import Final

from api.words import Words, message
from traceability.ledger.trace import Grade, Trace


@dataclass(frozen=True, slots=True)
class GradeLine:
    name: str
    sentence: str
    count: str


_NAMES: Final = {
    Grade.SIGNED_DEVICE: message("Signed by the device"),
    Grade.DEVICE: message("Sent by a known device"),
    Grade.PERSON: message("Entered by a person"),
    Grade.IMPORTED: message("Sent by a partner"),
}
_SENTENCES: Final = {
    Grade.SIGNED_DEVICE: message(
        "The sensor signed it: nobody without its key could have written it. "
        "Whose key it is, this server says; a verifier that knows the key can check."
    ),
    Grade.DEVICE: message(
        "It came over the sensor's own password; whoever runs this server could have written it too."
    ),
    Grade.PERSON: message("Somebody typed it in. It is worth as much as that person's word."),
    Grade.IMPORTED: message("A partner's system sent it. It is worth as much as that partner's word."),
}


def grade_name(grade: Grade, words: Words) -> str:
    return words.say(_NAMES[grade])


def grades(trace: Trace, words: Words) -> tuple[GradeLine, ...]:
    """The grades that this trace has, strongest first."""
    counted = {grade: sum(traced.grade is grade for traced in trace.events) for grade in _NAMES}
    return tuple(
        GradeLine(
            grade_name(grade, words),
            words.say(_SENTENCES[grade]),
            words.say_many("{count} record", "{count} records", count),
        )
        for grade, count in counted.items()
        if count
    )
