"""Subscriptions to named queries: whoever makes one is sent what answers, as it comes or by a schedule."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from traceability.epcis.parse import parse_json
from traceability.epcis.query.query import Condition, Query
from traceability.epcis.values import read_time
from traceability.errors import BadSubscription, InvalidInput, NotAuthorised
from traceability.ledger.capture_jobs import first_id
from traceability.ledger.grant import Grant
from traceability.ledger.named_queries import LARGEST_BYTES, NamedQuery, NamedQueryStore, owner_of
from traceability.ledger.schedule import Schedule, read_schedule
from traceability.telemetry.clock import YEAR_10000_MS

MOST_OF_AN_OWNER = 50
LONGEST_DEST = 2_000
SECRET_CHARACTERS = (16, 256)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEMBERS = frozenset(
    {"dest", "signatureToken", "secret", "stream", "schedule", "reportIfEmpty", "initialRecordTime"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    id: str
    """Hexadecimal digits; those of later ones are greater."""
    query: NamedQuery
    token: str
    """Name of the token that it was made with: what that may read is sent, and nothing once it is revoked."""
    dest: str
    secret: str | None = field(repr=False)
    """What deliveries are signed with."""
    schedule: Schedule | None
    """None for a stream."""
    report_if_empty: bool
    initial_record_time_ms: int | None
    """Of events captured before it nothing is sent. None: of those that are in the log already."""
    created_at_ms: int
    looked_at_ms: int
    notified_at_ms: int | None = None

    def asked(self) -> Query:
        """What events must answer to be sent."""
        query = self.query.query()
        if self.initial_record_time_ms is None:
            return query
        since = _EPOCH + timedelta(milliseconds=self.initial_record_time_ms)
        return Query((*query.conditions, Condition("GE", ("recordTime",), (since,))))


class SubscriptionStore(Protocol):
    def add(self, made: Subscription, due_at_ms: int | None, most_of_an_owner: int) -> None:
        """Looks begin at the end of the log, or at the first event captured at its initialRecordTime.

        Raises `InvalidInput` if its owner has so many already, `NoSuchName` if its query is gone.
        """

    def of(self, query: NamedQuery, after: str, at_most: int) -> Sequence[Subscription]:
        """Those to a query that have not stopped, oldest first, from after the ID `after` on."""

    def one(self, query: NamedQuery, subscription_id: str) -> Subscription:
        """Raises `Unknown`, also for one that has stopped."""

    def remove(self, query: NamedQuery, subscription_id: str) -> None:
        """With what is still to be delivered, in one commit. Raises `Unknown`."""


class Tokens(Protocol):
    def named(self, name: str) -> Grant:
        """What the holder of the token with this name may do by now. Raises `NotAuthorised`."""


@dataclass(frozen=True, slots=True)
class Subscriptions:
    queries: NamedQueryStore
    store: SubscriptionStore
    tokens: Tokens
    check_dest: Callable[[str], None]
    """Raises `InvalidInput` for where nothing may be sent."""
    now_ms: Callable[[], int]

    def add(self, query_name: str, body: bytes, grant: Grant) -> Subscription:
        """Subscribe to a query of the holder of a token, with what stands in a JSON body.

        Raises `NoSuchName`, `BadSubscription`, `InvalidInput`, and `NotAuthorised` for a token that is none
        of ours: nobody could revoke it.
        """
        query = self.queries.named(owner_of(grant), query_name)
        if not self._is_ours(grant):
            raise NotAuthorised(
                "a subscription lasts as long as its token: want one that `guoji token issue` made"
            )
        _check_subscribable(query.query())
        made = self._read(query, parse_json(body, LARGEST_BYTES), grant.name)
        self.check_dest(made.dest)
        self.store.add(made, due_after(made.schedule, made.created_at_ms), MOST_OF_AN_OWNER)
        return made

    def _is_ours(self, grant: Grant) -> bool:
        try:
            return self.tokens.named(grant.name) == grant
        except NotAuthorised:
            return False

    def _read(self, query: NamedQuery, sent: object, token: str) -> Subscription:
        if not isinstance(sent, dict):
            raise BadSubscription(f"a subscription is a {type(sent).__name__}, want an object")
        for name in sorted(set(sent) - _MEMBERS):
            raise BadSubscription(f"{name[:80]!r} is no member of a subscription, want {_listed()}")
        now_ms, initial_ms = self.now_ms(), _time_ms(sent.get("initialRecordTime"))
        return Subscription(
            id=first_id(now_ms) + secrets.token_hex(8),
            query=query,
            token=token,
            dest=_dest(sent.get("dest")),
            secret=_secret(sent),
            schedule=_schedule(sent),
            report_if_empty=_report_if_empty(sent),
            initial_record_time_ms=initial_ms,
            created_at_ms=now_ms,
            looked_at_ms=now_ms if initial_ms is None else initial_ms,
        )


def due_after(schedule: Schedule | None, at_ms: int) -> int | None:
    """When a schedule is due next; None for a stream."""
    due = None if schedule is None else schedule.after(_EPOCH + timedelta(milliseconds=at_ms))
    return None if due is None else (due - _EPOCH) // timedelta(milliseconds=1)


def _check_subscribable(query: Query) -> None:
    if query.order_by or query.event_count_limit or query.max_event_count:
        raise BadSubscription(
            "the query orders or counts its answers; a subscription sends each once, in the order of the log"
        )


def _schedule(sent: Mapping[str, Any]) -> Schedule | None:
    if ("schedule" in sent) == ("stream" in sent):
        raise BadSubscription("want either stream, which is true, or a schedule")
    if "schedule" in sent:
        return read_schedule(sent["schedule"])
    if sent["stream"] is not True:
        raise BadSubscription(f"stream is {sent['stream']!r:.80}, want true, or a schedule in its place")
    return None


def _report_if_empty(sent: Mapping[str, Any]) -> bool:
    report = sent.get("reportIfEmpty", False)
    if not isinstance(report, bool):
        raise BadSubscription(f"reportIfEmpty is {report!r:.80}, want true or false")
    if report and "stream" in sent:
        raise BadSubscription("reportIfEmpty goes with a schedule: a stream has no moment to be empty at")
    return report


def _dest(dest: object) -> str:
    if not isinstance(dest, str) or not 0 < len(dest) <= LONGEST_DEST:
        raise BadSubscription(f"dest is {dest!r:.80}, want a URL of at most {LONGEST_DEST} characters")
    return dest


def _secret(sent: Mapping[str, Any]) -> str | None:
    # The official schema calls it signatureToken, and in its list of what is required secret.
    given = {name: sent[name] for name in ("signatureToken", "secret") if name in sent}
    if not given:
        return None
    [secret, *others] = given.values()
    shortest, longest = SECRET_CHARACTERS
    sound = isinstance(secret, str) and shortest <= len(secret) <= longest and secret.isprintable()
    if not sound or others not in ([], [secret]):
        raise BadSubscription(f"signatureToken is not one text of {shortest} to {longest} characters")
    return str(secret)


def _time_ms(text: object) -> int | None:
    if text is None:
        return None
    try:
        moment = read_time(text) if isinstance(text, str) else None
        at_ms = -1 if moment is None else (moment - _EPOCH) // timedelta(milliseconds=1)
    except (InvalidInput, OverflowError):
        at_ms = -1
    if not 0 <= at_ms < YEAR_10000_MS:
        raise BadSubscription(f"initialRecordTime is {text!r:.80}, want an RFC 3339 time from 1970 on")
    return at_ms


def _listed() -> str:
    return ", ".join(sorted(_MEMBERS))
