"""What routes are given: the ledger they call, the reader's language, who may write, and what was sent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request

from api.chain_relay import ChainRelay
from api.live import Live
from api.live_desk import LiveDesk
from api.page_cache import PageCache, Standing
from api.pages import Pages
from api.problems import TooLarge, Unauthenticated, WrongMedia
from api.readiness import Health, Readiness
from api.room_relay import RoomRelay
from api.scan_visit import ScanDesk
from api.words import Words, preferred
from traceability.errors import NotAuthorised
from traceability.farm.farm import Farm
from traceability.imports.importer import Importer
from traceability.ledger.capture_jobs import CaptureJobs
from traceability.ledger.grant import ADMIN, CAPTURE, READ, Grant
from traceability.ledger.links import Links
from traceability.ledger.named_queries import NamedQueries
from traceability.ledger.personal import Kept
from traceability.ledger.ports import Captured
from traceability.ledger.search import Search
from traceability.ledger.subscriptions import Subscriptions
from traceability.ledger.trace import Trace
from traceability.live.lot_page import LotPages
from traceability.live.studio import Studio
from traceability.live.viewers import Viewers
from traceability.recaller import Recaller

WHOLE = ["GET", "HEAD"]
"""Methods of a route that answers with one whole thing."""
LARGEST_BODY = 2 * 1024 * 1024
_MEDIA = {"application/json", "application/ld+json"}


class Made(Protocol):
    """A trace that was just made."""

    @property
    def trace(self) -> Trace: ...
    @property
    def standing(self) -> Standing: ...


class Ledger(Protocol):
    """What the web asks of the system. Every method may raise `Unavailable`."""

    def trace(self, subject: str) -> Trace:
        """All that is known about a canonical Digital Link. Raises `Unknown`."""

    def made(self, subject: str) -> Made:
        """The same trace, and whether it still stands."""

    def watch(self, names: Iterable[str]) -> Standing:
        """Holds until an event names one of these Digital Links, or a link is registered."""

    def holds(self, subject: str) -> bool:
        """Whether any event names it; far cheaper than its trace.

        Raises `NeverActivated` or `CodeWithdrawn`, as do `trace`, `made` and both proofs.
        """

    def proof(self, key: str) -> bytes:
        """The JSON proof file of one event, by the hex leaf hash of its entry. Raises `Unknown`."""

    def trace_proof(self, subject: str) -> tuple[bytes, Standing]:
        """The JSON bundle of the proofs of all events of a trace, and whether it stands. Raises `Unknown`."""

    def room_proof(self, urn: str) -> tuple[bytes, Standing]:
        """The same of the on-air record of a live room, by its URN. Raises `NotInLogYet`."""

    def code_proof(self, item: str) -> bytes:
        """The JSON file that shows that the code of an item was issued, and is active. Raises `Unknown`."""

    def batch(self, root: str) -> bytes:
        """What a batch event's rawData points at, by the hex root. Raises `Unknown`."""

    def document(self, digest: str) -> bytes:
        """A file that an event names, by its hex SHA-256. Raises `Unknown`."""

    def capture(self, body: bytes, grant: Grant) -> Sequence[Captured]:
        """Take an EPCIS document or event. Raises `InvalidInput`, `NotAuthorised`."""

    def hand_in(self, body: bytes, event_key: str, party: str) -> Sequence[str]:
        """Keep disclosures of commitments in an event of this party; the commitments.

        Raises `InvalidInput`, `Unknown`, `NotAuthorised`, `Erased`.
        """

    def disclosure(self, commitment: str, grant: Grant) -> Kept:
        """What opens a commitment, if whoever has this grant may see it.

        Raises `Unknown`, `NotAuthorised`, `Erased`.
        """

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint. Raises `Unknown` before the first."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        """`width` (1 to 256) hashes. Raises `Unknown` for a tile that does not hold as many."""

    def entry_bundle(self, index: int, width: int) -> bytes:
        """`width` (1 to 256) entries, each after its length (C2SP tlog-tiles). Raises `Unknown`."""

    def names_bundle(self, index: int, width: int) -> bytes:
        """The name hashes of the same entries, each after their number. Raises `Unknown`."""

    def trust_policy(self) -> str:
        """The policy that this installation publishes about itself."""

    def ask_chain(self, method: str, *params: object) -> object:
        """The `result` of one JSON-RPC call to our chain, not looked at. Raises `ChainUnavailable`."""

    @property
    def search(self) -> Search:
        """Finds events by what is asked of them."""

    @property
    def jobs(self) -> CaptureJobs:
        """Captures documents as jobs, and single events."""

    @property
    def links(self) -> Links:
        """Where the codes lead that brand owners have registered links for."""

    @property
    def queries(self) -> NamedQueries:
        """Queries that parties have given names."""

    @property
    def subscriptions(self) -> Subscriptions:
        """Who is sent what answers a named query."""

    def authorise(self, token: str) -> Grant:
        """Raises `NotAuthorised` for a token that we did not issue."""

    def health(self) -> Health: ...

    def status(self) -> Mapping[str, float]:
        """Counters and gauges by name."""


@dataclass(frozen=True, slots=True)
class Site:
    """What one running web server is made of."""

    ledger: Ledger
    pages: Pages
    kept: PageCache
    live: Live
    overlay_feed: Callable[[str, str], bytes]
    """What the overlay of a lot shows now, by its Digital Link and a language."""
    room_relay: RoomRelay | None
    readiness: Readiness
    chain: ChainRelay
    languages: Mapping[str, Words]
    public_url: str
    """What links and QR codes say; no slash at its end."""
    farm: Farm | None
    importer: Importer | None
    recaller: Recaller | None
    check_issued: Callable[[str], None]
    """Raises `NotIssued` for a link to an item with a forged serial; asked before anything is looked up."""
    scan_desk: ScanDesk | None
    studio: Studio | None
    """Where hosts command live rooms; None where there are none."""
    live_desk: LiveDesk | None
    """What their pages show; None, as `studio`, where there are none."""
    viewers: Viewers | None
    """Of live rooms; None, as `lot_pages`, where there are none."""
    lot_pages: LotPages | None


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteDep = Annotated[Site, Depends(_site)]


def _ledger(site: SiteDep) -> Ledger:
    return site.ledger


def words_for(request: Request) -> Words:
    """The reader's language, for routes and error pages alike."""
    site = _site(request)
    return preferred(
        request.query_params.get("lang"), request.headers.get("accept-language", ""), site.languages
    )


def is_large(request: Request) -> bool:
    """Whether the reader wants large type."""
    return request.query_params.get("type") == "large"


LedgerDep = Annotated[Ledger, Depends(_ledger)]
WordsDep = Annotated[Words, Depends(words_for)]


def bearer_of(request: Request) -> str:
    """The token in the header. Raises `Unauthenticated` without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("no bearer token; want the header Authorization: Bearer TOKEN")
    return token.strip()


def granted(*roles: str) -> Callable[[Request, Ledger], Grant]:
    """A dependency that lets a request through only with a bearer token of one of `roles`."""

    def check(request: Request, ledger: LedgerDep) -> Grant:
        try:
            grant = ledger.authorise(bearer_of(request))
        except NotAuthorised as error:
            raise Unauthenticated(str(error), "invalid_token") from error
        if grant.role not in roles:
            raise NotAuthorised(f"the token has role {grant.role}, want {' or '.join(roles)}")
        return grant

    return check


async def body_of(request: Request, at_most_bytes: int) -> bytes:
    """The whole body of JSON, read no further than the limit. Raises `WrongMedia` or `TooLarge`."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in _MEDIA:
        xml = "; EPCIS XML is not read here, send the same events as JSON" if media.endswith("xml") else ""
        wanted = " or ".join(sorted(_MEDIA))
        raise WrongMedia(f"content type is {media[:80] or 'missing'}, want {wanted}{xml}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > at_most_bytes:
            raise TooLarge(f"body is longer than {at_most_bytes} bytes")
    return bytes(body)


async def _body(request: Request) -> bytes:
    return await body_of(request, LARGEST_BODY)


# Routes name the token before the body: a stranger's body is never read.
WriterDep = Annotated[Grant, Depends(granted(CAPTURE, ADMIN))]
ReaderDep = Annotated[Grant, Depends(granted(READ, CAPTURE, ADMIN))]


def _search(grant: ReaderDep, ledger: LedgerDep) -> Search:
    return ledger.search if grant.reads == "all" else ledger.search.only_for(grant.party or "")


SearchDep = Annotated[Search, Depends(_search)]
"""Finds the events that whoever asks may read; nobody else gets so far."""
BodyDep = Annotated[bytes, Depends(_body)]
