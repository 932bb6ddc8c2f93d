"""What is missing from or odd about the readings, in plain words."""

from dataclasses import dataclass
from typing import Final

from api.present import measures
from api.present.text import plain
from api.words import Words, message
from traceability.telemetry.findings import Finding, Kind, joined


@dataclass(frozen=True, slots=True)
class FindingLine:
    title: str
    sentence: str
    where: str
    """Device, metric and time."""


_TITLES: Final = {
    Kind.GAP: message("Readings are missing"),
    Kind.ABANDONED: message("Readings were given up"),
    Kind.CONFLICT: message("One number, two contents"),
    Kind.REPLAY: message("Old readings came again"),
    Kind.IMPOSSIBLE_VALUE: message("Values that cannot be"),
    Kind.STUCK_VALUE: message("A value that did not move"),
    Kind.JUMP: message("Values that jump"),
    Kind.NOISE: message("A restless sensor"),
    Kind.NEIGHBOUR: message("Two sensors disagree"),
    Kind.SILENCE: message("The sensor was silent"),
    Kind.CLOCK_OFFSET: message("The sensor's clock is off"),
    Kind.CLOCK_DRIFT: message("The sensor's clock runs wrong"),
    Kind.NEW_EPOCH: message("The sensor started anew"),
    Kind.OUT_OF_ORDER: message("Times run backwards"),
}
_SENTENCES: Final = {
    Kind.GAP: message("{count} readings that the sensor numbered have not arrived."),
    Kind.ABANDONED: message("The sensor gave up {count} readings: it had no room to keep them."),
    Kind.CONFLICT: message(
        "{count} times a number came again with other content; the first content is the one shown."
    ),
    Kind.REPLAY: message("{count} readings say again, under new numbers, what was measured before."),
    Kind.IMPOSSIBLE_VALUE: message(
        "{count} values lie outside what this can be, as from a loose wire. They are kept as they came."
    ),
    Kind.STUCK_VALUE: message("{count} values in a row are the same, which real air or soil does not do."),
    Kind.JUMP: message(
        "{count} values lie behind a step that nothing natural takes. They are kept as they came."
    ),
    Kind.NOISE: message("{count} values swing far more than this sensor's did before. It may be failing."),
    Kind.NEIGHBOUR: message(
        "{count} values differ from those of another sensor at the same place. One of the two is wrong."
    ),
    Kind.SILENCE: message("Nothing came for longer than usual. What happened meanwhile is not known."),
    Kind.CLOCK_OFFSET: message("Times may be shifted. They are shown as the sensor gave them."),
    Kind.CLOCK_DRIFT: message(
        "Its times move away from ours, a little every hour. They are shown as it gave them."
    ),
    Kind.NEW_EPOCH: message("It lost its memory and counts from one again; earlier readings may be lost."),
    Kind.OUT_OF_ORDER: message("{count} later readings carry earlier times."),
}


def finding_lines(findings: tuple[Finding, ...], words: Words) -> tuple[FindingLine, ...]:
    """One line a trouble, however many batches tell of it."""
    return tuple(_line(finding, words) for finding in joined(findings))


def _line(finding: Finding, words: Words) -> FindingLine:
    parts = [
        plain(finding.device),
        measures.metric(finding.metric, words) if finding.metric else None,
        _when(finding, words),
    ]
    return FindingLine(
        words.say(_TITLES[finding.kind]),
        words.say(_SENTENCES[finding.kind], count=words.number(finding.count)),
        " · ".join(part for part in parts if part),
    )


def _when(finding: Finding, words: Words) -> str | None:
    moments = [words.moment_ms(at_ms) for at_ms in (finding.from_ms, finding.to_ms) if at_ms is not None]
    return " – ".join(dict.fromkeys(moments)) or None
