"""What a scan of an item leads to: it is kept, coarsely, and whoever scanned is told what was seen before."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from traceability.errors import InvalidInput, Unknown
from traceability.gs1 import digital_link, serials
from traceability.ledger.scan import DAY_MS, HOUR_MS, Cell, Scan, Scanned, ScanStore
from traceability.ledger.scan_hint import Visitor, hints
from traceability.ledger.scan_verdict import Flood, ScanVerdict, judge
from traceability.ledger.trace import Trace

HANDED_ON = frozenset({"shipping", "departing", "receiving", "arriving", "accepting", "retail_selling"})
"""Business steps with which goods change hands, or leave for whoever has them next."""
MOST_LOOKED_AT = 1_000
"""Items that are judged to list the odd ones: those scanned from the most networks."""
MOST_TRIES = 10
"""Of a network, at the scratch code of an item within an hour: enough to mistype."""
MOST_TRIES_OF_ALL = 600
"""Too few to guess one of 2^40, and too many for a few networks to use them up for the buyer."""
ODD_FOR_MS = 7 * DAY_MS
"""For so long what is odd is told. What somebody made up of a stranger's fruit does not stick to it; a copy
that is still about is opened again."""
SAME_PRESS_MS = 10 * 60_000
"""Whoever presses again within this time, on what looks like the same phone, has not seen the answer."""


@dataclass(frozen=True, slots=True)
class ScratchAnswer:
    """What is said of a scratch code."""

    is_right: bool
    opened_at_ms: int | None = None
    """When it was first right, if it is right and that was before this time."""
    wait_ms: int = 0
    """How long until there are tries again; 0 while there are."""


@dataclass(frozen=True, slots=True)
class Scans:
    store: ScanStore
    trace: Callable[[str], Trace]
    """Of an item. Raises `Unknown`, also of one whose code is on no goods: so no scan is older than that."""
    serial_key: bytes = field(repr=False)
    salt_days: float
    now_ms: Callable[[], int]

    def seen(
        self, link: str, visitor: Visitor, cell: Cell | None, party: str | None = None, is_new: bool = True
    ) -> ScanVerdict:
        """Keep a scan of an item and tell what came before it.

        `party`: GLN, if one of the trade scans. `is_new` is False where a phone only adds its place to a scan
        that it has told of. Raises `InvalidInput` for what is no item, `Unknown`.
        """
        item, now = item_of(link), self.now_ms()
        since = handed_on_ms(self.trace(item))
        device, network = hints(self._salt(now), item, visitor, party)
        scan = Scan(now, now, device, network, cell, int(is_new), party is not None, told=not is_new)
        before = self.store.add(item, scan)
        return judge(before if is_new else _without(before, scan), since, scan, now - ODD_FOR_MS)

    def odd(self, since_ms: int, gtin: str = "") -> list[tuple[str, ScanVerdict]]:
        """Items, of one product if `gtin` is given, scanned since then in an odd way; the worst first."""
        prefix = digital_link.product(gtin) + "/" if gtin else ""
        items = self.store.most_scanned(since_ms, MOST_LOOKED_AT, prefix)
        judged = [
            (item, judge(self.store.of(item), self._since_ms(item), odd_from_ms=since_ms)) for item in items
        ]
        # Sorting is stable: among equals the order of the store stays.
        return sorted(
            (each for each in judged if each[1].odd), key=lambda each: _badness(each[1]), reverse=True
        )

    def _since_ms(self, item: str) -> int:
        """0 of one that is on no goods any more, since what put it there was declared wrong."""
        try:
            return handed_on_ms(self.trace(item))
        except Unknown:
            return 0

    def scratch(self, link: str, typed: str, visitor: Visitor) -> ScratchAnswer:
        """Whether `typed` is the scratch code of an item, and when it was first opened. Raises as `seen`."""
        # The order is the whole point: (1) use up a try, (2) compare, (3) keep the opening, then answer.
        #
        # A crash after (1) costs a try and tells nothing, so nobody guesses for free by cutting the line. One
        # after (3) leaves an opening that nobody was told of: who presses again is told that they are first.

        item, now = item_of(link), self.now_ms()
        self.trace(item)
        device, network = hints(self._salt(now), item, visitor, None)
        # (1)
        if not self.store.take_try(item, now // HOUR_MS, network, MOST_TRIES, MOST_TRIES_OF_ALL):
            return ScratchAnswer(False, wait_ms=HOUR_MS - now % HOUR_MS)
        # (2)
        parts = dict(digital_link.parse(item).path)
        if not serials.is_scratch_code(self.serial_key, parts["01"], parts["21"], typed):
            return ScratchAnswer(False)
        # (3)
        opened_at_ms, by = self.store.open_scratch(item, device, now)
        is_one = device != network and hmac.compare_digest(by, device)
        is_again = is_one and now - opened_at_ms <= SAME_PRESS_MS
        return ScratchAnswer(True, None if is_again else opened_at_ms)

    def _salt(self, now_ms: int) -> bytes:
        return self.store.salt(salt_period(now_ms, self.salt_days))


def _without(seen: Scanned, mine: Scan) -> Scanned:
    """As if the phone had not told of the look to which it now adds its place."""
    others = [each for each in seen.scans if (each.device, each.hour) != (mine.device, mine.hour)]
    earlier = [replace(each, posts=each.posts - 1) for each in seen.scans if each not in others]
    return replace(seen, scans=(*others, *(each for each in earlier if each.posts > 0)))


def salt_period(now_ms: int, salt_days: float) -> int:
    return now_ms // round(salt_days * DAY_MS)


def item_of(link: str) -> str:
    """The item's name: its product and serial, whatever else the link says. Raises `InvalidInput`."""
    parsed = digital_link.parse(link)
    if digital_link.kind(parsed) != "item":
        raise InvalidInput(f"{link[:80]!r} names a thing of kind {digital_link.kind(parsed)}, want an item")
    parts = dict(parsed.path)
    return digital_link.item(parts["01"], parts["21"])


def _badness(verdict: ScanVerdict) -> tuple[int, int]:
    """A flood can be one person's joke; it ranks below what takes many."""
    return sum(not isinstance(each, Flood) for each in verdict.odd), len(verdict.odd)


def handed_on_ms(trace: Trace) -> int:
    """When the goods last changed hands, or left for whoever has them next; 0 if nobody recorded that.

    Never later than it was recorded: a clock that is ahead, or a lie, puts off no scan that is still to come.
    """
    return max(
        (
            int(min(each.event.event_time, each.captured_at).timestamp() * 1000)
            for each in trace.events
            if each.event.step in HANDED_ON and not each.voided and not each.claimed
        ),
        default=0,
    )
