"""What a receipt says of payloads that their sender kept."""

from collections.abc import Sequence
from hashlib import sha256

from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.telemetry.authenticate import content_digest, senml_in
from traceability.telemetry.receipt import Receipt, Sent, covers
from traceability.telemetry.runs import START, Run, Status
from traceability.telemetry.senml import open_pack


def what_became(receipt: Receipt, payloads: Sequence[bytes]) -> tuple[str, ...]:
    """For each payload: held, or quarantined, in conflict or refused, and why. The words are the gateway's.

    Raises `Unavailable` if the receipt does not say, `CheckFailed` if its chain does not come out of these
    payloads, `InvalidInput` for two payloads of one number.
    """
    named = _named(receipt)
    digests: dict[int, bytes] = {}
    for payload in payloads:
        if sha256(payload).digest() not in (each.digest for each in receipt.refused):
            digest, number = content_digest(payload, receipt.device), _number(payload, receipt)
            if digests.setdefault(number, digest) != digest:
                raise InvalidInput(f"two payloads have the number {number}, want one")
    _check_covered(receipt, digests)
    return tuple(
        named.get(sha256(payload).digest()) or named.get(content_digest(payload, receipt.device), "held")
        for payload in payloads
    )


def _named(receipt: Receipt) -> dict[bytes, str]:
    """What the receipt says of the payloads that it names, by digest."""
    conflicts = {each.came: f"in conflict: number {each.sequence} came before" for each in receipt.conflicts}
    stand = {each.stands: "quarantined" for each in receipt.conflicts if each.status is Status.QUARANTINED}
    quarantined = {each.digest: f"quarantined: {each.reason}" for each in receipt.quarantined}
    refused = {each.digest: f"refused: {each.reason}" for each in receipt.refused}
    return conflicts | stand | quarantined | refused


def _number(payload: bytes, receipt: Receipt) -> int:
    try:
        pack = open_pack(senml_in(payload), receipt.device)
    except InvalidInput as error:
        raise Unavailable(f"the receipt names no payload without a number: {error}") from error
    if receipt.runs is None or pack.epoch != receipt.runs.epoch:
        raise Unavailable(f"the receipt says nothing of epoch {pack.epoch}")
    return pack.sequence


def _check_covered(receipt: Receipt, digests: dict[int, bytes]) -> None:
    if receipt.runs is None:
        return
    covered, known = covers(receipt, Sent(receipt.runs.epoch, 0, START, digests))
    for number in sorted(digests.keys() - covered):
        run = _run_of(number, receipt.runs.all)
        given = digests.keys() | known.named.keys()
        missing = next((one for one in range(run.first, run.last + 1) if one not in given), None)
        if missing is not None:
            raise Unavailable(
                f"the chain over {run.first} to {run.last} needs the payload of number {missing} too"
            )
        raise CheckFailed(
            f"the chain over {run.first} to {run.last} does not come out of these payloads, as all held"
        )


def _run_of(number: int, runs: Sequence[Run]) -> Run:
    for run in runs:
        if run.first <= number <= run.last:
            return run
    raise Unavailable(f"the receipt says nothing of number {number}")
