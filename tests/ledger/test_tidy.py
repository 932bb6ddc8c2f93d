"""What may not be kept for ever goes at its time."""

from dataclasses import dataclass, field

from tests.ledger.fake_personal import FakePersonal
from traceability.ledger.personal import Erasure
from traceability.ledger.tidy import Tidied, tidy

NOW_MS = 1_790_000_000_000


@dataclass
class FakeQuarantine:
    asked: list[int] = field(default_factory=list)

    def drop_payloads(self, received_before_ms):
        self.asked.append(received_before_ms)
        return 3


def test_bytes_go_after_so_many_days():
    quarantine = FakeQuarantine()

    assert tidy(quarantine, FakePersonal(), NOW_MS, 1.5) == Tidied(dropped=3, swept=True)
    assert quarantine.asked == [NOW_MS - 36 * 3_600_000]


def test_files_that_were_read_when_a_value_was_erased_are_swept_later():
    personal = FakePersonal(read_meanwhile=True)
    personal.erase([Erasure("ab" * 32, NOW_MS, "asked")])

    assert not tidy(FakeQuarantine(), personal, NOW_MS, 90).swept
    personal.read_meanwhile = False
    assert tidy(FakeQuarantine(), personal, NOW_MS, 90).swept
