"""The only place that builds real objects: from the settings to the parts that a role needs."""

import socket
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from traceability import own_policy
from traceability.alerts.partner_post import PartnerPost
from traceability.alerts.webhook import Allowed
from traceability.chain.rpc import RpcChain
from traceability.claims.facts import Facts
from traceability.errors import InvalidInput, Unavailable
from traceability.farm.farm import Farm
from traceability.imports.importer import Importer
from traceability.keys.files import read_secret
from traceability.keys.ring import SERIALS
from traceability.ledger.capture_jobs import CaptureJobs
from traceability.ledger.codes import Codes
from traceability.ledger.codes_gtins import Gtins
from traceability.ledger.credentials import Credentials
from traceability.ledger.follow import Follower
from traceability.ledger.footing import Footing
from traceability.ledger.issued import Issued, check_used
from traceability.ledger.ledger import Authority, Health, Ledger
from traceability.ledger.links import Links
from traceability.ledger.links_first import First, firsts
from traceability.ledger.named_queries import NamedQueries
from traceability.ledger.over_issue import OverIssue
from traceability.ledger.own_word import OwnWord
from traceability.ledger.permission import Permission
from traceability.ledger.personal import Personal
from traceability.ledger.prove import Prover
from traceability.ledger.public_log import PublicLog
from traceability.ledger.read_trace import TraceReader
from traceability.ledger.recalled import RecallReader
from traceability.ledger.recent import RecentTraces
from traceability.ledger.scans import Scans
from traceability.ledger.shared import Shared
from traceability.ledger.subscriptions import Subscriptions
from traceability.ledger.trace import Trace
from traceability.live.corrected import Corrections
from traceability.live.lot_page import LotPages
from traceability.live.studio import Studio
from traceability.live.viewers import Viewers
from traceability.own_chain import ANSWER_WITHIN_S, ask_chain, rpc_url
from traceability.own_files import alert_plan, documents, profiles, status_lists
from traceability.own_store import Store, open_store
from traceability.recaller import Recaller
from traceability.settings import Settings

SHARED_VERDICTS, SHARED_CURVES = 100_000, 64
"""Of events and of attachments: how many are remembered for other traces."""


def public_url(settings: Settings) -> str:
    """What links and QR codes say, without a slash at its end."""
    return settings.public_url.rstrip("/") or f"http://{settings.http_host}:{settings.http_port}"


def farm(settings: Settings, store: Store) -> Farm:
    return Farm(
        store.tokens,
        store.farm,
        store.alerts,
        store.events,
        permission(settings, store),
        lambda: datetime.now(UTC),
    )


def importer(settings: Settings, store: Store) -> Importer:
    return Importer(_jobs(settings, store), store.imports, lambda: datetime.now(UTC))


def recaller(settings: Settings, store: Store) -> Recaller:
    return Recaller(
        store.events,
        store.recalls,
        permission(settings, store),
        store.parties.register,
        documents(settings).keep,
        lambda: alert_plan(settings).parties,
        store.alerts.undelivered,
        public_url(settings),
        lambda: datetime.now(UTC),
    )


def codes(settings: Settings, store: Store) -> Codes:
    return Codes(
        store.codes,
        store.events,
        store.parties.register,
        permission(settings, store),
        _prover(settings, store),
        lambda: read_secret(settings.keys / SERIALS),
        Gtins(store.codes.beside_others),
        lambda: datetime.now(UTC),
    )


def issued(settings: Settings, store: Store) -> Issued:
    made = codes(settings, store)
    return Issued(read_secret(settings.keys / SERIALS), made.issues_for, made.status_of)


def scans(settings: Settings, store: Store, trace: Callable[[str], Trace]) -> Scans:
    return Scans(
        store.scans,
        trace,
        read_secret(settings.keys / SERIALS),
        settings.scan_salt_days,
        _now_ms,
    )


def viewers(store: Store) -> Viewers:
    return Viewers(store.rooms, store.visits, _now_ms)


def lot_pages(store: Store) -> LotPages:
    return LotPages(store.rooms, Corrections(store.air))


def studio(store: Store, held: Ledger, facts: Callable[[str], Facts]) -> Studio:
    return Studio.of(store.rooms, store.air, held.holds, facts, _now_ms)


def _prover(settings: Settings, store: Store) -> Prover:
    logs, policy = own_policy.own_logs(settings), own_policy.policy(settings)
    return Prover(store.log, store.checkpoints, store.anchors, store.names, store.history, logs, policy)


def _jobs(settings: Settings, store: Store) -> CaptureJobs:
    return CaptureJobs(store.jobs, store.events, permission(settings, store), _now_ms)


def authority(settings: Settings, store: Store) -> Authority:
    """Who says what a bearer token allows: we, or an identity provider, too."""
    if not settings.oauth_issuer:
        return store.tokens
    from traceability.access.bearer import Bearer, Either, Provider
    from traceability.access.key_set import KeySet, reader_of

    for name in ("oauth_audience", "oauth_jwks", "oauth_party_claim"):
        if not getattr(settings, name):
            raise InvalidInput(f"setting {name} is empty; with oauth_issuer it is wanted")
    provider = Provider(settings.oauth_issuer, settings.oauth_audience, settings.oauth_party_claim)
    keys = KeySet(reader_of(settings.oauth_jwks, settings.home))
    return Either(store.tokens, Bearer(provider, keys, store.parties.register))


def links(settings: Settings, store: Store) -> Links:
    def makers(anchors: Collection[str]) -> Mapping[str, First]:
        return firsts(anchors, store.events.telling, store.codes.sets)

    return Links(store.links, store.parties.register, makers, public_url(settings), _now_ms)


def permission(settings: Settings, store: Store) -> Permission:
    issue = OverIssue(store.events) if settings.refuse_over_issue else None
    return Permission(store.parties.register, store.events, issue)


def ledger(settings: Settings, store: Store | None = None) -> Ledger:
    """Over `store`, or one of its own."""
    store = store or open_store(settings)
    prover, policy = _prover(settings, store), own_policy.policy(settings)
    lists, own_codes = status_lists(settings), codes(settings, store)
    # Many roles read traces, and few may see the key with which serials are made.
    is_used = partial(check_used, own_codes.status_of)
    follower = Follower(store.changes(), time.monotonic, lambda: datetime.now(UTC))
    traces = TraceReader(
        store.events,
        store.history,
        OwnWord(prover),
        store.personal,
        policy.label,
        profiles(settings),
        store.names,
        RecallReader(store.recalls, store.parties),
        store.plots,
        Credentials(policy.issuers, lists.texts),
        store.parties.register,
        Shared(follower, SHARED_VERDICTS),
        Shared(follower, SHARED_CURVES),
    )

    def read(subject: str, footing: Footing) -> Trace:
        # What activates a code, or is declared wrong again, names the item: its trace is made anew then.
        is_used(subject)
        return traces.read(subject, datetime.now(UTC), footing)

    return Ledger(
        events=store.events,
        public_log=PublicLog(store.log, store.checkpoints),
        batches=store.history,
        documents=documents(settings),
        authority=authority(settings, store),
        permission=permission(settings, store),
        personal=Personal(store.events, store.personal, lambda: datetime.now(UTC)),
        prover=prover,
        codes=own_codes,
        check_used=is_used,
        traces=traces,
        recent=RecentTraces(read, follower),
        follower=follower,
        search=store.search,
        jobs=_jobs(settings, store),
        queries=NamedQueries(store.named_queries, _now_ms),
        links=links(settings, store),
        subscriptions=Subscriptions(
            store.named_queries, store.subscriptions, store.tokens, partner_post(settings).check, _now_ms
        ),
        policy_text=own_policy.policy_text(settings),
        now=lambda: datetime.now(UTC),
        ask_chain=lambda method, *params: ask_chain(settings, method, *params),
        health=lambda: Health(
            store=_trouble(store.counts.check),
            broker=_trouble(lambda: _reach(settings.mqtt_url)),
            chain=_trouble(lambda: RpcChain(rpc_url(settings), ANSWER_WITHIN_S).chain_id()),
        ),
        status=store.counts.all,
    )


def partner_post(settings: Settings) -> PartnerPost:
    """Sends what partners have subscribed to."""
    return PartnerPost(Allowed.read(settings.subscription_private_hosts, settings.subscription_loopback))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _trouble(ask: Callable[[], object]) -> str | None:
    try:
        ask()
    except (Unavailable, InvalidInput) as reason:
        return str(reason)
    return None


def _reach(mqtt_url: str) -> None:
    parts = urlsplit(mqtt_url)
    port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
    try:
        socket.create_connection((parts.hostname or "", port), ANSWER_WITHIN_S).close()
    except OSError as error:
        raise Unavailable(f"broker at {parts.hostname}:{port}: {error.strerror or error}") from error
