"""What may not be kept for ever goes at its time."""

from dataclasses import dataclass, field

from tests.ledger.fake_personal import FakePersonal
from traceability.ledger.personal import Erasure
from traceability.ledger.tidy import DAY_MS, Kept, Tidied, tidy

NOW_MS = 1_790_000_000_000
KEPT = Kept(quarantine=1.5, scans=400, salt=30)


@dataclass
class FakeQuarantine:
    asked: list[int] = field(default_factory=list)

    def drop_payloads(self, received_before_ms):
        self.asked.append(received_before_ms)
        return 3


@dataclass
class FakeScans:
    asked: list[tuple[int, int, int]] = field(default_factory=list)

    def drop(self, before_ms, salts_before, presses_before_ms):
        self.asked.append((before_ms, salts_before, presses_before_ms))
        return 7


def test_bytes_and_scans_go_after_so_many_days():
    quarantine, scans = FakeQuarantine(), FakeScans()

    assert tidy(quarantine, FakePersonal(), scans, NOW_MS, KEPT) == Tidied(dropped=3, swept=True, scans=7)
    assert quarantine.asked == [NOW_MS - 36 * 3_600_000]
    assert scans.asked == [(NOW_MS - 400 * DAY_MS, NOW_MS // (30 * DAY_MS), NOW_MS - 10 * 60_000)]


def test_files_that_were_read_when_a_value_was_erased_are_swept_later():
    personal = FakePersonal(read_meanwhile=True)
    personal.erase([Erasure("ab" * 32, NOW_MS, "asked")])

    assert not tidy(FakeQuarantine(), personal, FakeScans(), NOW_MS, KEPT).swept
    personal.read_meanwhile = False
    assert tidy(FakeQuarantine(), personal, FakeScans(), NOW_MS, KEPT).swept
