"""Measures the findings on the orchard station against the hand-made labels: precision and recall per kind.

    python -m bench.findings.measure [--window MINUTES] [--wrong] [--full macleish_orchard.csv.gz]

The year is sealed as it came, window after window. How a stretch counts stands in docs/findings.md.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path

from bench.findings.orchard import ASIDE, SITE, SLICE, Label, cut, labels, ms, records, utc
from iot_gateway.simulate.encode import encode_message
from traceability.telemetry.batch import NO_BATCH
from traceability.telemetry.device import Device
from traceability.telemetry.find.find import find
from traceability.telemetry.findings import Finding, Kind, joined
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.thresholds import THRESHOLDS, parse_thresholds
from traceability.telemetry.window import Window

MARGIN_MS = 3_600_000
"""A finding may begin or end so far from its label: nobody sees an edge on a plot to the minute."""
ANY, DOUBTFUL = "any", "doubtful"
ALIAS, EPOCH = "orchard", 1
PLACE = "https://id.gs1.org/414/9521234567899"


@dataclass(frozen=True, slots=True)
class Score:
    """Of one kind in one part of the year."""

    labelled: int
    found: int
    right: int
    wrong: int
    right_ms: int
    """How much of the time that the findings span is labelled."""
    said_ms: int

    def __str__(self) -> str:
        told = self.right + self.wrong
        return (
            f"{_share(self.right, told):>6} {self.right:>4}/{told:<4} {_share(self.found, self.labelled):>6} "
            f"{self.found:>4}/{self.labelled:<4} {_share(self.right_ms, self.said_ms):>6}"
        )


def station() -> list[Reading]:
    """The records of the year as readings, numbered as they come: a record nobody made has no number."""
    return [
        Reading(
            ALIAS,
            EPOCH,
            number,
            each.at_ms + 1_000,
            Authenticated.BROKER,
            encode_message(ALIAS, EPOCH, number, each.at_ms, each.values),
        )
        for number, each in enumerate(records(), 1)
    ]


def found_in(readings: Sequence[Reading], minutes: int) -> tuple[Finding, ...]:
    """What the sealer would say, window of `minutes` after window, joined as a page joins it."""
    device = Device(ALIAS, f"{PLACE}/8004/9521234orchard", "", {}, PLACE, cold_chain=False)
    limits = parse_thresholds(SITE.read_text(encoding="utf-8"), THRESHOLDS).of(device)
    told: list[Finding] = []
    for start, end in _windows(readings, minutes):
        window = Window(
            ALIAS, 1, start + 1, end, tuple(readings[start:end]), (), NO_BATCH, EPOCH, sealed_through=start
        )
        told += find(window, limits, partial(_before, readings, start), lambda *_: ())
    return joined(told)


def score(told: Sequence[Finding], labelled: Sequence[Label], kind: str | None = None) -> Score:
    """Of one kind; of all together, whatever kind found a label, if None."""
    said = [each for each in told if kind in (None, each.kind)]
    must = [label for label in labelled if kind in (None, label.must) and label.must != DOUBTFUL]
    judged = [(each, _judge(each, labelled)) for each in said]
    counted = [(each, is_right) for each, is_right in judged if is_right is not None]
    return Score(
        labelled=len(must),
        found=sum(any(_meets(each, label, 0) for each in said) for label in must),
        right=sum(is_right for _, is_right in counted),
        wrong=sum(not is_right for _, is_right in counted),
        right_ms=sum(_labelled_ms(each, labelled) for each, _ in counted),
        said_ms=sum(_span(each)[1] - _span(each)[0] for each, _ in counted),
    )


def _judge(finding: Finding, labelled: Sequence[Label]) -> bool | None:
    """Whether a label allows it; None where nobody can tell."""
    near = [label for label in labelled if _meets(finding, label, MARGIN_MS)]
    if any(_allows(label, finding.kind) for label in near):
        return True
    return None if any(label.must == DOUBTFUL for label in near) else False


def _allows(label: Label, kind: Kind) -> bool:
    return label.must in (kind, ANY) or kind in label.also


def _meets(finding: Finding, label: Label, margin_ms: int) -> bool:
    from_ms, to_ms = _span(finding)
    touches = from_ms <= label.last_ms + margin_ms and to_ms >= label.first_ms - margin_ms
    return finding.metric == label.metric and touches


def _labelled_ms(finding: Finding, labelled: Sequence[Label]) -> int:
    from_ms, to_ms = _span(finding)
    fitting = sorted(
        (max(from_ms, label.first_ms - MARGIN_MS), min(to_ms, label.last_ms + MARGIN_MS))
        for label in labelled
        if _meets(finding, label, MARGIN_MS) and (_allows(label, finding.kind) or label.must == DOUBTFUL)
    )
    total, through = 0, from_ms
    for start, end in fitting:
        total += max(0, end - max(start, through))
        through = max(through, end)
    return total


def _span(finding: Finding) -> tuple[int, int]:
    if finding.from_ms is None or finding.to_ms is None:
        raise ValueError(f"{finding} has no times, though no number is missing here")
    return finding.from_ms, finding.to_ms


def _before(readings: Sequence[Reading], start: int, ago: Sequence[int]) -> list[Reading]:
    return [readings[start - each] for each in ago if each <= start]


def _windows(readings: Sequence[Reading], minutes: int) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(readings):
        until_ms = readings[start].received_at_ms + minutes * 60_000
        fitting = takewhile(lambda each: each.received_at_ms < until_ms, readings[start:])  # noqa: B023
        end = start + sum(1 for _ in fitting)
        yield start, end
        start = end


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _is_aside(at_ms: int) -> bool:
    return any(ms(first) <= at_ms < ms(last) for first, last in ASIDE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--window", type=int, default=360, metavar="MINUTES")
    parser.add_argument(
        "--wrong", action="store_true", help="list what is wrong or not found, of the tuned part"
    )
    parser.add_argument("--full", type=Path, help="check that the committed slice is cut out of this file")
    args = parser.parse_args()
    if args.full and cut(args.full) != SLICE.read_bytes():
        print(f"{SLICE.name} is not what is cut out of {args.full.name}", file=sys.stderr)
        return 1
    told, labelled = found_in(station(), args.window), labels()
    parts: dict[str, Callable[[int], bool]] = {
        "tuned on": lambda at_ms: not _is_aside(at_ms),
        "set aside": _is_aside,
    }
    for name, belongs in parts.items():
        mine = [each for each in told if belongs(_span(each)[0])]
        _print(name, mine, [label for label in labelled if belongs(label.first_ms)])
    if args.wrong:
        _print_wrong(
            [each for each in told if not _is_aside(_span(each)[0])],
            [label for label in labelled if not _is_aside(label.first_ms)],
        )
    return 0


def _print(name: str, told: Sequence[Finding], labelled: Sequence[Label]) -> None:
    kinds = {str(each.kind) for each in told} | {label.must for label in labelled} - {DOUBTFUL, ANY}
    print(f"\n{name:<18} {'precision':>16} {'recall':>16} {'of time':>7}")
    for kind in sorted(kinds):
        print(f"{kind:<18} {score(told, labelled, kind)}")
    print(f"{'all together':<18} {score(told, labelled)}")


def _print_wrong(told: Sequence[Finding], labelled: Sequence[Label]) -> None:
    for each in told:
        if _judge(each, labelled) is False:
            print("wrong", each.kind, each.metric, *map(utc, _span(each)), each.detail)
    for label in labelled:
        if label.must != DOUBTFUL and not any(
            _meets(each, label, 0) and label.must in (each.kind, ANY) for each in told
        ):
            print("missed", label.must, label.metric, utc(label.first_ms), utc(label.last_ms))


if __name__ == "__main__":
    sys.exit(main())
