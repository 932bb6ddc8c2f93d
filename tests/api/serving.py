"""A ledger of sample traces, and a real web server over it."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import uvicorn

from api.app import create_app
from api.deps import Ledger
from api.event_front import EventFront
from api.front import Front
from api.kept_protocol import KeptProtocol
from api.room_relay import RoomRelay
from api.scan_visit import ScanDesk
from tests.fakes import FakeLinks
from traceability.errors import ChainUnavailable, Erased, InvalidInput, NotAuthorised, Unavailable, Unknown
from traceability.farm.farm import Farm
from traceability.imports.importer import Importer
from traceability.ledger.grant import Grant
from traceability.ledger.links import Links
from traceability.ledger.parties import Register
from traceability.ledger.personal import Kept
from traceability.ledger.ports import Captured
from traceability.ledger.trace import Trace
from traceability.live.lot_page import LotPages
from traceability.live.studio import Studio
from traceability.live.viewers import Viewers
from traceability.proof.personal import Disclosure
from traceability.recaller import Recaller

PUBLIC_URL = "https://guoji.example"


@dataclass(frozen=True, slots=True)
class SampleHealth:
    store: str | None = None
    broker: str | None = None
    chain: str | None = None


@dataclass(frozen=True, slots=True)
class SampleStanding:
    ledger: "SampleLedger"
    is_so: Callable[[], bool]

    def holds(self) -> bool:
        return not self.ledger.silent and self.ledger.away is None and self.is_so()

    def is_found_to_hold(self) -> bool:
        self.ledger.look()
        return self.is_so()

    def lags(self) -> bool:
        return self.holds() or self.ledger.bears_lag


@dataclass(frozen=True, slots=True)
class SampleMade:
    trace: Trace
    standing: SampleStanding


@dataclass
class SampleLedger:
    """A ledger that holds `traces` by subject, and knows tokens called as their roles, and "nobody"."""

    traces: dict[str, Trace] = field(default_factory=dict)
    captured: list[tuple[bytes, str]] = field(default_factory=list)
    handed_in: list[tuple[bytes, str, str]] = field(default_factory=list)
    state_of_health: SampleHealth = SampleHealth()
    silent: bool = False
    """Whether looks at a trace are refused for now."""
    policy: str = "quorum none\n"
    bundle: bytes | None = None
    """The proof file of every trace; without one it is no proof."""
    chain: Callable[..., object] | None = None
    """Answers JSON-RPC calls, by method and params."""
    away: Exception | None = None
    """Raised by every look at a trace."""
    bears_lag: bool = False
    """Whether what changed takes nothing back."""
    traced: int = 0
    """How many traces were made."""
    links: Links = field(
        default_factory=lambda: Links(
            FakeLinks(), lambda: Register.of([]), lambda _: {}, PUBLIC_URL, lambda: 1
        )
    )

    def trace(self, subject: str) -> Trace:
        self.look()
        if subject not in self.traces:
            raise Unknown(f"we hold no event for {subject}")
        self.traced += 1
        return self.traces[subject]

    def made(self, subject: str) -> SampleMade:
        trace = self.trace(subject)
        return SampleMade(trace, SampleStanding(self, lambda: self.traces.get(subject) is trace))

    def watch(self, _names: Iterable[str]) -> SampleStanding:
        self.look()
        held = self.traces.keys() | ()
        return SampleStanding(self, lambda: self.traces.keys() == held)

    def look(self) -> None:
        if self.silent:
            raise Unavailable("the store does not answer")
        if self.away is not None:
            raise self.away

    def holds(self, subject: str) -> bool:
        return subject in self.traces

    def proof(self, key: str) -> bytes:
        return b'{"proof":"%s"}' % key.encode()

    def trace_proof(self, subject: str) -> tuple[bytes, SampleStanding]:
        bundle = self.bundle
        made = bundle or b'{"bundle":"%s"}' % subject.encode()
        return made, SampleStanding(self, lambda: self.bundle is bundle)

    def room_proof(self, urn: str) -> tuple[bytes, SampleStanding]:
        return self.trace_proof(urn)

    def code_proof(self, item: str) -> bytes:
        return b'{"code":"%s"}' % item.encode()

    def batch(self, root: str) -> bytes:
        return b"leaves of " + root.encode()

    def document(self, digest: str) -> bytes:
        return b"<script>1</script>" if digest.startswith("a") else b"\xff\x00"

    def capture(self, body: bytes, grant: Grant) -> tuple[Captured, ...]:
        if b"wrong" in body:
            raise InvalidInput("event 1 has no eventTime")
        self.captured.append((body, grant.submitter))
        return (Captured("ab" * 32, "ni:///sha-256;00?ver=CBV2.0", False),)

    def hand_in(self, body: bytes, event_key: str, party: str) -> tuple[str, ...]:
        if b"wrong" in body:
            raise InvalidInput("disclosure 1 has no salt")
        self.handed_in.append((body, event_key, party))
        return ("cd" * 32,)

    def disclosure(self, commitment: str, grant: Grant) -> Kept:
        if commitment == "erased":
            raise Erased("the value was erased on 2026-11-20: asked")
        if commitment != "cd" * 32:
            raise Unknown(f"no value of {commitment} was ever handed in here")
        return Kept(Disclosure("farm:driverName", bytes(16), "张三"), "ab" * 32, str(grant.party), 5)

    def checkpoint(self) -> bytes:
        return b"guoji.example/log\n7\n"

    def tile(self, level: int, index: int, width: int) -> bytes:
        if index > 1_000_000:
            raise Unknown(f"the log has no tile {index}")
        return f"tile {level} {index} {width}".encode()

    def entry_bundle(self, index: int, width: int) -> bytes:
        return f"entries {index} {width}".encode()

    def names_bundle(self, index: int, width: int) -> bytes:
        return f"names {index} {width}".encode()

    def trust_policy(self) -> str:
        return self.policy

    def ask_chain(self, method: str, *params: object) -> object:
        if self.chain is None:
            raise ChainUnavailable("chain at 10.0.0.7:8545 does not answer")
        return self.chain(method, *params)

    def authorise(self, token: str) -> Grant:
        known = {
            "capture": Grant("capture", "9521234000013"),
            "read": Grant("read", None),
            "farm": Grant("farm", "9521234000013"),
            "nobody": Grant("capture", None),
        }
        if token not in known:
            raise NotAuthorised("we did not issue this token")
        return known[token]

    def health(self) -> SampleHealth:
        return self.state_of_health

    def status(self) -> dict[str, float]:
        return {"readings_stored": 2000, "entries_waiting": 3}


@contextmanager
def served(
    ledger: Ledger,
    live_every_s: float = 1,
    farm: Farm | None = None,
    public_url: str = PUBLIC_URL,
    importer: Importer | None = None,
    recaller: Recaller | None = None,
    check_issued: Callable[[str], None] = lambda _: None,
    scan_desk: ScanDesk | None = None,
    room_relay: RoomRelay | None = None,
    studio: Studio | None = None,
    viewers: Viewers | None = None,
    lot_pages: LotPages | None = None,
) -> Iterator[str]:
    """The address of the application over `ledger` on a free port, for as long as the block lasts."""
    app = create_app(
        ledger,
        public_url,
        live_every_s,
        farm,
        importer,
        recaller,
        check_issued,
        scan_desk,
        room_relay=room_relay,
        studio=studio,
        viewers=viewers,
        lot_pages=lot_pages,
    )
    front = Front(app, app.state.site.kept)
    config = uvicorn.Config(
        EventFront(front),
        port=0,
        http=partial(KeptProtocol, front),
        ws="none",
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
