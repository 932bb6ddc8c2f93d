"""Deliver what lies in the outbox for one target, and try again later what could not be."""

from collections.abc import Callable

from traceability.alerts.alert import Notice
from traceability.alerts.ports import Outbox
from traceability.errors import InvalidInput, Unavailable

Send = Callable[[Notice], None]
"""Raises `Unavailable` or `InvalidInput` unless the target has taken it."""

LEASE_MS = 60_000
"""Longer than a delivery can take. Whoever dies during one leaves it to be tried again after this."""
MOST_TRIES = 14
LONGEST_WAIT_MS = 600_000


def deliver(outbox: Outbox, target: str, send: Send, now_ms: int) -> str | None:
    """Deliver the next notice that is due to `target`: "sent", or why not. None if nothing is due."""
    # (1) claim, (2) send, (3) say that it was sent. A crash between (2) and (3) sends it again after the
    # lease: it may come twice, never not at all, and its key tells the receiver.
    claimed = outbox.claim(target, now_ms, now_ms + LEASE_MS)  # (1)
    if claimed is None:
        return None
    notice, tries = claimed
    if tries >= MOST_TRIES:  # whoever sent it died of it each time
        outbox.failed(notice, why := f"tried {tries} times", None)
        return f"{why}; given up"
    try:
        send(notice)  # (2)
    except (Unavailable, InvalidInput) as trouble:
        again_in_ms = min(1_000 * 2**tries, LONGEST_WAIT_MS)
        due_at_ms = None if tries + 1 >= MOST_TRIES else now_ms + again_in_ms
        outbox.failed(notice, str(trouble), due_at_ms)
        return f"{trouble}; {'given up' if due_at_ms is None else f'again in {again_in_ms // 1000} s'}"
    outbox.sent(notice)  # (3)
    return "sent"
