"""Tell subscribers: look at what the log took since the last look, keep what is to be sent, then send it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import orjson

from traceability.epcis.query.answer import query_document
from traceability.epcis.query.query import Query
from traceability.errors import InvalidInput, NotAuthorised, Unavailable
from traceability.ledger.grant import Grant
from traceability.ledger.ports import StoredEvent
from traceability.ledger.subscriptions import Subscription, Tokens, due_after

EVENTS_AT_ONCE = 100
"""In one delivery, to begin with."""
LEASE_MS = 60_000
"""Longer than a delivery can take. Whoever dies during one leaves it to be tried again after this."""
MOST_OF_AN_OWNER = 2
"""Deliveries under way at a time, about: whose receivers never answer keeps nobody else from theirs."""
MOST_TRIES = 36
LONGEST_WAIT_MS = 2 * 3_600_000
_TOO_LARGE = 413

Post = Callable[[str, str | None, str, bytes], int]
"""Sends to a URL, with a secret, under an ID, a body; the status of the answer.

Raises `Unavailable` where nobody answers, `InvalidInput` where nothing may be sent.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription, and how far it has looked."""

    subscription: Subscription
    version: int
    """Grows with each look: of two that look at once, the slower one is refused."""
    next_index: int
    """Of the log: all entries before it were looked at."""
    run_until: int | None
    """Where the run of a schedule that is under way ends."""
    run_found: bool
    """Whether it has found anything."""
    due_at_ms: int | None
    """When a schedule is due next."""
    events_at_once: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One document to one subscriber. Delivered at least once; `id` tells the receiver which came again."""

    subscription: Subscription
    number: int
    events: tuple[int, ...]
    """Numbers of events: they never change, so each try sends the same."""
    from_index: int
    to_index: int
    """Of the log: what was looked at for it."""
    made_at_ms: int
    tries: int = 0

    @property
    def id(self) -> str:
        return f"{self.subscription.id}-{self.number}"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to."""

    before: Standing
    after: Standing
    delivery: Delivery | None


@dataclass(frozen=True, slots=True)
class Answers:
    events: tuple[int, ...]
    """Numbers of events."""
    end: int
    """Of the log: all entries before it were looked at."""


class LogEvents(Protocol):
    """The events in the order of the log: an index is given once, and none is visible before a lower one.

    The numbers of events would not do: of two that are captured at once, the one with the higher number may
    be committed first, and a look between the two commits would pass the other over for ever.
    """

    def size(self) -> int: ...

    def answers(self, query: Query, start: int, end: int, at_most: int, grant: Grant) -> Answers:
        """Of the entries from `start` to `end`, the first events that answer and that `grant` may read.

        Ends early where many were looked at, or where those found are large.
        """

    def events(self, numbers: Sequence[int], grant: Grant) -> Sequence[StoredEvent]:
        """Those that `grant` may read, in the order of `numbers`."""


class Notices(Protocol):
    def due(self, size: int, now_ms: int) -> Sequence[Standing]:
        """Those to look for in a log of this size, and for which nothing waits to be delivered.

        Streams for which there is something new, and schedules that are due or under way.
        """

    def keep(self, looks: Sequence[Looked]) -> None:
        """How far each has looked and what is to be delivered, all in one commit.

        Raises `Unavailable` and keeps nothing if somebody else has looked meanwhile.
        """

    def stop(self, subscription_id: str, why: str) -> None:
        """Nothing is looked for and nothing delivered any more; it stays visible."""

    def claim(self, now_ms: int, until_ms: int) -> Delivery | None:
        """One that is due, the oldest of its subscription. Nobody else gets it until then.

        None of an owner who has `MOST_OF_AN_OWNER` under way.
        """

    def sent(self, delivery: Delivery, now_ms: int) -> None: ...

    def failed(self, delivery: Delivery, why: str, due_at_ms: int | None) -> None:
        """To be tried again at that time; None: never, and it stays visible."""

    def take_back(self, delivery: Delivery, events_at_once: int) -> bool:
        """In one commit, forget it and look again where it began, for at most so many events at once.

        Only if nothing was looked for since; whether it was so.
        """


def look(notices: Notices, log: LogEvents, tokens: Tokens, now_ms: int) -> int:
    """Look at what is new for each subscription; how many deliveries were made."""
    # How far each has looked and what is to be sent to it are one commit. A crash before it looks again at
    # the same entries and comes to the same; after it, what is to be sent is kept.
    looks = []
    size = log.size()
    for standing in notices.due(size, now_ms):
        try:
            grant = tokens.named(standing.subscription.token)
            looks.append(_look(standing, size, log, grant, now_ms))
        except InvalidInput as why:  # its token is not valid any more, or its query not understood
            notices.stop(standing.subscription.id, str(why))
    notices.keep(looks)
    return sum(each.delivery is not None for each in looks)


def _look(before: Standing, size: int, log: LogEvents, grant: Grant, now_ms: int) -> Looked:
    subscription, start = before.subscription, before.next_index
    until = size if before.run_until is None else before.run_until
    answers = log.answers(subscription.asked(), start, until, before.events_at_once, grant)
    found, is_done = before.run_found or bool(answers.events), answers.end >= until
    after = replace(
        before,
        subscription=replace(subscription, looked_at_ms=now_ms),
        version=before.version + 1,
        next_index=answers.end,
    )
    if subscription.schedule is not None and is_done:
        due_at_ms = due_after(subscription.schedule, now_ms)
        after = replace(after, run_until=None, run_found=False, due_at_ms=due_at_ms)
    elif subscription.schedule is not None:
        after = replace(after, run_until=until, run_found=found)
    is_empty_report = is_done and not found and subscription.report_if_empty
    if not answers.events and not is_empty_report:
        return Looked(before, after, None)
    made = Delivery(subscription, after.version, answers.events, start, answers.end, now_ms)
    return Looked(before, after, made)


def deliver(
    notices: Notices, log: LogEvents, tokens: Tokens, post: Post, now_ms: int
) -> tuple[Delivery, str] | None:
    """Send the next delivery that is due: what became of it. None if nothing is due."""
    # (1) claim, (2) send, (3) say that it was sent. A crash between (2) and (3) sends it again after the
    # lease: it may come twice, never not at all, and its ID tells the receiver.
    delivery = notices.claim(now_ms, now_ms + LEASE_MS)  # (1)
    if delivery is None:
        return None
    if delivery.tries >= MOST_TRIES:  # whoever sent it died of it each time
        notices.failed(delivery, why := f"tried {delivery.tries} times", None)
        return delivery, f"{why}; given up"
    try:
        # What its maker may read now, not when it was found.
        grant = tokens.named(delivery.subscription.token)
    except NotAuthorised as why:
        notices.stop(delivery.subscription.id, str(why))
        return delivery, f"stopped: {why}"
    return delivery, _send(delivery, notices, log.events(delivery.events, grant), post, now_ms)


def _send(
    delivery: Delivery, notices: Notices, events: Sequence[StoredEvent], post: Post, now_ms: int
) -> str:
    try:
        status = None
        if events or not delivery.events:
            to = delivery.subscription
            status = post(to.dest, to.secret, delivery.id, body_of(delivery, events))  # (2)
    except (Unavailable, InvalidInput) as trouble:
        return _try_again(delivery, notices, str(trouble), now_ms)
    if status is None or 200 <= status < 300:
        notices.sent(delivery, now_ms)  # (3)
        return "sent"
    if status == _TOO_LARGE and len(events) > 1 and notices.take_back(delivery, len(events) // 2):
        return "too large for its receiver; again in smaller parts"
    return _try_again(delivery, notices, f"its receiver answered {status}, want 2xx", now_ms)


def _try_again(delivery: Delivery, notices: Notices, why: str, now_ms: int) -> str:
    again_in_ms = min(1_000 * 2**delivery.tries, LONGEST_WAIT_MS)
    due_at_ms = None if delivery.tries + 1 >= MOST_TRIES else now_ms + again_in_ms
    notices.failed(delivery, why, due_at_ms)
    return f"{why}; {'given up' if due_at_ms is None else f'again in {again_in_ms // 1000} s'}"


def body_of(delivery: Delivery, events: Sequence[StoredEvent]) -> bytes:
    """An EPCISQueryDocument, the same at each try."""
    made_at = datetime.fromtimestamp(delivery.made_at_ms / 1000, UTC)
    to = delivery.subscription
    return orjson.dumps(query_document(events, made_at, to.query.name, to.id))
