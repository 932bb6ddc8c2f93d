"""What a receipt settles of what a box keeps, and what the box goes on from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from traceability.telemetry.receipt import Receipt
from traceability.telemetry.runs import START, Accounted, Run, Status

MAX_KNOWN = 300
"""Runs of one epoch. A gateway states 256 of them at most; the lowest of the others is of no use any more."""

Sent = Callable[[int, int], Iterable[Accounted]]
"""Of one device and epoch, from a first to a last number, ascending: what waits here, as if it were held,
and what stands at the numbers that were settled not long ago."""


@dataclass(frozen=True, slots=True)
class Verdict:
    proven: tuple[range, ...]
    """Numbers whose run came out of the very payloads that wait."""
    named: Mapping[int, Mapping[bytes, Accounted]]
    """By number and digest, what the receipt says of it if not that it is simply held."""
    refused: tuple[bytes, ...]
    """SHA-256 of payloads that the receipt refuses."""
    known: tuple[Run, ...]
    """The runs that the gateway has signed so far: what the next receipt is judged from."""

    def standing(self, number: int, digest: bytes) -> Accounted:
        """What stands at a number under which `digest` was sent, once that is settled."""
        return _standing(self.named, Accounted(number, Status.HELD, digest))


def judge(receipt: Receipt, known: Sequence[Run], sent: Sent) -> Verdict:
    """Judge a receipt whose signature was checked. `known`: of its epoch, from the receipts before it.

    A box may come in the middle of an epoch, lose its disk, or carry every other message only. So it does
    not want all payloads of a run, as `receipt.covers` does, but goes on from the gateway's last word: the
    chain at a number that the gateway signed before, and from there what was sent through here.
    """
    refused = tuple(each.digest for each in receipt.refused)
    if receipt.runs is None:
        return Verdict((), {}, refused, tuple(known))
    named = _named(receipt)
    proven = tuple(
        range(base.last + 1, stated.last + 1)
        for stated in receipt.runs.all
        if _comes_out(base := _base(stated, known), stated, sent, named)
    )
    return Verdict(proven, named, refused, _merged(known, receipt.runs.all))


def states(receipt: Receipt, number: tuple[int, int] | None) -> bool:
    """Whether the receipt says of an epoch and sequence that it is accounted for, whatever its bytes."""
    runs = receipt.runs
    if runs is None or number is None or runs.epoch != number[0]:
        return False
    return any(run.first <= number[1] <= run.last for run in runs.all)


def _named(receipt: Receipt) -> dict[int, dict[bytes, Accounted]]:
    named: dict[int, dict[bytes, Accounted]] = {}
    for each in receipt.quarantined:
        stands = Accounted(each.sequence, Status.QUARANTINED, each.digest)
        named.setdefault(each.sequence, {})[each.digest] = stands
    for clash in receipt.conflicts:
        stands = Accounted(clash.sequence, clash.status, clash.stands)
        named.setdefault(clash.sequence, {}).update({clash.came: stands, clash.stands: stands})
    return named


def _standing(named: Mapping[int, Mapping[bytes, Accounted]], held: Accounted) -> Accounted:
    return named.get(held.sequence, {}).get(held.digest, held)


def _base(stated: Run, known: Sequence[Run]) -> Run:
    """From where the run has to come out: the longest part of it that the gateway has signed before."""
    before = [run for run in known if run.first == stated.first and run.last <= stated.last]
    return max(before, key=lambda run: run.last, default=Run(stated.first, stated.first - 1, START))


def _comes_out(base: Run, stated: Run, sent: Sent, named: Mapping[int, Mapping[bytes, Accounted]]) -> bool:
    run = base.extended(_standing(named, one) for one in _first_of_each(sent(base.last + 1, stated.last)))
    return base.last < run.last and run == stated


def _first_of_each(sent: Iterable[Accounted]) -> Iterator[Accounted]:
    """A number that came with two contents counts with the first one, as at the gateway."""
    last = 0
    for one in sent:
        if one.sequence != last:
            yield one
        last = one.sequence


def _merged(known: Sequence[Run], stated: Sequence[Run]) -> tuple[Run, ...]:
    """Of the runs before and now, those that no other one contains. Receipts may come in any order."""
    every = [run for run in (*known, *stated) if run.first <= run.last]
    widest: list[Run] = []
    for run in sorted(every, key=lambda run: (run.first, -run.last)):
        if not widest or run.last > widest[-1].last:
            widest.append(run)
    return tuple(widest[:1] + widest[1:][1 - MAX_KNOWN :])
