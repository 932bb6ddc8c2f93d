"""A store of scans in memory, that can die before or after it keeps a scratch code's opening."""

from dataclasses import dataclass, field, replace

from traceability.ledger.scan import Scan, Scanned


class Killed(Exception):
    """The process ends here."""


@dataclass
class FakeScans:
    known: dict[str, list[Scan]] = field(default_factory=dict)
    samples: dict[str, int] = field(default_factory=dict)
    tries: dict[tuple[str, int, bytes], int] = field(default_factory=dict)
    openings: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    dies: str = ""
    """Where: "tried" or "opened"; always after its effect."""

    def salt(self, period: int) -> bytes:
        return period.to_bytes(32)

    def add(self, item: str, scan: Scan) -> Scanned:
        rows = self.known.setdefault(item, [])
        first = rows[0].first_ms if rows else None
        before = Scanned(tuple(rows), first, 0, self.samples.get(item))
        same = [n for n, each in enumerate(rows) if (each.device, each.hour) == (scan.device, scan.hour)]
        if same:
            old = rows[same[0]]
            rows[same[0]] = replace(
                old,
                last_ms=scan.last_ms,
                posts=old.posts + scan.posts,
                cell=old.cell or scan.cell,
                told=old.told if old.cell else scan.told,
            )
        else:
            rows.append(scan)
        return before

    def of(self, item: str) -> Scanned:
        return Scanned(tuple(self.known.get(item, ())), None, 0, self.samples.get(item))

    def most_scanned(self, since_ms: int, most: int, prefix: str) -> list[str]:
        return [item for item in self.known if item.startswith(prefix)][:most]

    def take_try(self, item: str, hour: int, network: bytes, most: int, most_of_all: int) -> bool:
        used = self.tries.get((item, hour, network), 0)
        if sum(count for key, count in self.tries.items() if key[:2] == (item, hour)) >= most_of_all:
            return False
        self.tries[item, hour, network] = min(used + 1, most)
        self._die("tried")
        return used < most

    def open_scratch(self, item: str, device: bytes, now_ms: int) -> tuple[int, bytes]:
        opening = self.openings.setdefault(item, (now_ms, device))
        self._die("opened")
        return opening

    def _die(self, where: str) -> None:
        if self.dies == where:
            self.dies = ""
            raise Killed
