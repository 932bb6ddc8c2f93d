"""How long devices wait for a receipt that they can verify, and what memory the gateway takes meanwhile."""

import array
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench.ingest.drain import Place, wait_until_ready
from bench.ingest.publisher import published
from bench.ingest.traffic import DEVICES, Traffic, payloads, write_traffic
from traceability.log.note import NoteVerifier
from traceability.telemetry.receipt import open_receipt
from traceability.telemetry.runs import START, Accounted, Status, chained

_WHEN_AND_LENGTH = struct.Struct("=qI")
_LAST_RECEIPTS_S = 3


@dataclass(frozen=True, slots=True)
class Soak:
    rate: float
    """Messages a second that the devices sent."""
    waits_ms: Sequence[float]
    """Of each message, from its publication to the first verified receipt that covers it; ascending."""
    memory_mib: Sequence[float]
    """Of the gateway, once a second."""

    def wait_ms(self, share: float) -> float:
        return self.waits_ms[min(int(share * len(self.waits_ms)), len(self.waits_ms) - 1)]


def soak(
    place: Place,
    rate: float,
    seconds: float,
    taken_at_ms: int,
    pid: int,
    own: NoteVerifier,
    held: Callable[[], int],
) -> Soak:
    """`own`: the key of the gateway `pid`."""
    traffic = Traffic(int(rate * seconds) // len(DEVICES) * len(DEVICES), 1, taken_at_ms)
    files = write_traffic(place.folder, traffic, DEVICES, place.passwords)
    wait_until_ready(place, held)
    memory_mib: list[float] = []
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(pid, done, memory_mib))
    watch.start()
    with published(place.publisher, place.port, files, rate) as sent:
        time.sleep(_LAST_RECEIPTS_S)
    done.set()
    watch.join()
    waits_ms = array.array("d")
    for alias, file in zip(DEVICES, files, strict=True):
        waits_ms.extend(_waits_ms(file, payloads(alias, traffic, len(DEVICES)), own))
    if len(waits_ms) != sent.acknowledged:
        raise SystemExit(f"receipts cover {len(waits_ms)} of {sent.acknowledged} messages")
    took_s = (sent.until_ns - sent.from_ns) / 1e9
    return Soak(sent.acknowledged / took_s, sorted(waits_ms), memory_mib)


def _waits_ms(file: Path, sent: Iterable[bytes], own: NoteVerifier) -> Iterator[float]:
    """Verified after the run, so that it does not slow the run down; what that took is added to the wait."""
    left_ns = array.array("q", file.with_name(f"{file.name}.sent").read_bytes())
    digests = (sha256(payload).digest() for payload in sent)
    covered, chain = 0, START
    for came_ns, note in _notes(file.with_name(f"{file.name}.received").read_bytes()):
        began_ns = time.perf_counter_ns()
        runs = open_receipt(note, [own]).runs
        assert runs is not None
        first, through = covered + 1, runs.all[0]
        for number in range(first, through.last + 1):
            chain = chained(chain, Accounted(number, Status.HELD, next(digests)))
        if chain != through.chain:
            raise SystemExit(f"{file.name}: the receipt through {through.last} has another chain than ours")
        covered = through.last
        verified_ns = came_ns + time.perf_counter_ns() - began_ns
        yield from ((verified_ns - left_ns[number - 1]) / 1e6 for number in range(first, covered + 1))


def _notes(received: bytes) -> Iterator[tuple[int, bytes]]:
    """When each receipt came, and its text: the payload of PUBLISH packets at QoS 0."""
    at = 0
    while at < len(received):
        came_ns, length = _WHEN_AND_LENGTH.unpack_from(received, at)
        at += _WHEN_AND_LENGTH.size
        packet = received[at : at + length]
        at += length
        head = 1 + next(i for i in range(1, 5) if packet[i] < 128)
        topic_bytes = int.from_bytes(packet[head : head + 2])
        yield came_ns, packet[head + 2 + topic_bytes :]


def _watch(pid: int, done: threading.Event, memory_mib: list[float]) -> None:
    while not done.wait(1):
        status = Path(f"/proc/{pid}/status").read_text()
        resident_kib = status.partition("VmRSS:")[2].split()[0]
        memory_mib.append(int(resident_kib) / 1024)
