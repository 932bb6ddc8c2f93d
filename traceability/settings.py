"""How one installation is set up: read once, from `guoji.toml` in its home and the environment."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from annotated_types import Interval
from pydantic import AfterValidator, AllowInfNan, ConfigDict, StringConstraints, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from traceability.errors import InvalidInput
from traceability.gs1.keys import gln
from traceability.keys.ring import KeyRing

PREFIX = "GUOJI_"
A_WEEK_S = 7 * 86_400


def _gln(text: str) -> str:
    try:
        return gln(text)
    except InvalidInput as error:
        raise ValueError(str(error)) from error  # the one error that pydantic names the setting for


def _log_name(text: str) -> str:
    if not text or "+" in text or " " in text or not text.isprintable():
        raise ValueError("want a name without spaces and plus signs")
    return text


def _url(*schemes: str) -> AfterValidator:
    """Empty, or a URL of one of `schemes` that names a host."""

    def check(text: str) -> str:
        try:
            parts = urlsplit(text)
            sound = parts.scheme in schemes and parts.hostname and parts.port != 0
        except ValueError:
            sound = False
        if text and not sound:
            raise ValueError(f"want {' or '.join(f'{scheme}://host:port' for scheme in schemes)}")
        return text

    return AfterValidator(check)


THREE_YEARS = 1_096
"""Days. What was said on air is kept for no less."""
Seconds = Annotated[float, Interval(gt=0, le=A_WEEK_S)]
LogName = Annotated[str, AfterValidator(_log_name)]
Gln = Annotated[str, AfterValidator(_gln)]
WebUrl = Annotated[str, _url("http", "https")]
BrokerUrl = Annotated[str, _url("mqtt", "mqtts")]
NatsUrl = Annotated[str, _url("nats", "tls")]
PlaceHeaders = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9-]+, ?[A-Za-z0-9-]+)?$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]*$")]
GatewayUser = Annotated[str, StringConstraints(pattern=r"^@[A-Za-z0-9_-]{1,32}$")]


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Settings:
    """Names are written in lower case in `guoji.toml`, and as GUOJI_<NAME> in the environment, which wins."""

    home: Path = Path("guoji-home")
    """Folder of this installation: settings, keys, database, broker and chain state."""
    database: str = ""
    """SQLAlchemy URL. Empty: SQLite in the home. PostgreSQL: postgresql+psycopg://user@host/name."""
    origin: LogName = "guoji.example/log"
    """Name of the log, as it stands in every checkpoint. Choose it once: a domain that you own."""
    party: Gln = "9521321000001"
    """GLN of the party that runs this installation; a device is its own unless another is named."""
    public_url: WebUrl = ""
    """What QR codes and links say. Empty: the address the web server listens on."""
    verifier_url: WebUrl = ""
    """A copy of the verifier's page that somebody else hosts; pages link there first."""
    http_host: str = "127.0.0.1"
    """Address to listen on. Loopback unless told otherwise."""
    http_port: Annotated[int, Interval(ge=0, le=65535)] = 8080
    """Port to listen on; `guoji up` takes another free one, and says so, if it is taken."""
    http_workers: Annotated[int, Interval(ge=1, le=64)] = 1
    """Processes that answer on it, each on a core of its own."""
    mqtt_url: BrokerUrl = ""
    """Broker, as mqtt://host:port, or mqtts:// for TLS. Empty: `guoji up` starts the embedded one."""
    mqtt_host: str = "127.0.0.1"
    """Address that the embedded broker listens on for devices. Any but loopback wants TLS."""
    mqtt_port: Annotated[int, Interval(ge=1, le=65535)] = 1883
    """Its port; `guoji up` takes another free one if it is taken, unless devices were told of it."""
    mqtt_public_url: BrokerUrl = ""
    """How devices call the broker. If mqtts://, the embedded one speaks TLS, with a certificate for it."""
    mqtt_ca_file: str = ""
    """Who vouches for a broker with TLS (PEM), from the home. Empty: whoever this machine believes."""
    nats_url: NatsUrl = ""
    """Native port of a broker that is NATS: nats://host:port or tls://. Empty: the gateway speaks MQTT."""
    gateway_user: GatewayUser = "@gateway"
    """Whom the gateway logs in as at the broker: another name for each of many gateways, all with an @."""
    edge_budget_mb: Annotated[float, Interval(ge=1), AllowInfNan(False)] = 1_000
    """Million bytes that a box at the edge keeps; then it acknowledges nothing more until some are freed."""
    rpc_url: WebUrl = ""
    """JSON-RPC endpoint of the chain. Empty: `guoji up` starts the embedded test chain."""
    chain_id: Annotated[int, Interval(ge=0)] = 0
    """The only chain to send anything to; 0: the one that the trust policy names."""
    max_fee_gwei: Annotated[float, Interval(ge=0), AllowInfNan(False)] = 0
    """The most to pay for one gas. While the chain asks more, anchoring waits. 0: whatever it asks."""
    seal_every_s: Seconds = 60
    """Seconds after which a device's readings are closed into a batch. Shorter proves a reading sooner."""
    publish_every_s: Seconds = 1
    """Seconds between checkpoints. Shorter proves a record sooner."""
    anchor_every_s: Seconds = 60
    """Seconds between anchors. Shorter is final sooner and costs more gas."""
    passphrase_file: str = "passphrase"  # noqa: S105 - its name, not what stands in it
    """File with the passphrase that opens the keys, best on another disk. From the home, if not absolute."""
    quarantine_days: Annotated[float, Interval(gt=0, le=36_500)] = 90
    """Days after which the bytes of a quarantined message are dropped: they may hold personal data."""
    refuse_over_issue: bool = False
    """Whether item codes for more of a lot than was harvested are refused, and not only found later."""
    cold_chain_file: str = "cold-chain.toml"
    """Own profiles of produce, and which GTIN has which. From the home, if not absolute; need not exist."""
    thresholds_file: str = "thresholds.toml"
    """Own limits of metrics and sites for findings. From the home, if not absolute; need not exist."""
    alerts_file: str = "alerts.toml"
    """What `guoji alert` watches, and whom it tells. From the home, if not absolute; need not exist."""
    alert_private_hosts: str = ""
    """Hosts with private addresses that webhooks may be sent to, with commas between them."""
    alert_loopback: bool = False
    """Whether webhooks may be sent to this machine, by http too."""
    oauth_issuer: str = ""
    """Identity provider whose access tokens count (claim iss). Empty: tokens of `guoji token` alone."""
    oauth_audience: str = ""
    """What its tokens for us have as claim aud."""
    oauth_jwks: str = ""
    """Its public keys: https URL of a JWK set (http on this machine), or a file, from the home."""
    oauth_party_claim: str = "gln"
    """Claim of its tokens that holds the GLN of a party."""
    subscription_private_hosts: str = ""
    """Hosts with private addresses that subscriptions may be delivered to, with commas between them."""
    subscription_loopback: bool = False
    """Whether subscriptions may be delivered to this machine, by http too."""
    scan_days: Annotated[float, Interval(gt=0, le=36_500)] = 400
    """Days after which what is kept of a shopper's look at an item's page is dropped."""
    scan_salt_days: Annotated[float, Interval(ge=1, le=400)] = 30
    """Days after which the salt that tells phones apart is destroyed, and another one made."""
    scan_place_headers: PlaceHeaders = ""
    """Headers with latitude and longitude that a reverse proxy sets: two names with a comma. Empty: none."""
    scan_address_header: HeaderName = ""
    """Header with the shopper's address that a reverse proxy sets. Empty: whoever connects is the shopper."""
    scratch_codes: bool = False
    """Whether labels have a scratch code, and the pages of items ask for it."""
    air_days: Annotated[float, Interval(ge=THREE_YEARS, le=36_500)] = THREE_YEARS
    """Days after which what was said on air is erased."""
    log_json: bool = False
    """One JSON object a line on stderr, for machines; otherwise lines for people."""

    @classmethod
    def read(cls, environment: Mapping[str, str], of_running: bool = True, **options: str) -> Self:
        """From the environment and the file. An unknown name stops: a typo must not mean the default.

        `of_running`: the addresses of what `guoji up` has started here count before those in the file.
        `options` of the command line count before all.
        """
        given = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environment.items()
            if name.startswith(PREFIX)
        }
        home = Path(given.pop("home", "guoji-home")).absolute()
        file = home / "guoji.toml"
        try:
            running = _read_toml(addresses_file(home)) if of_running else {}
            return cls(**{**_read_toml(file), **running, **given, **options, "home": home})
        except ValidationError as error:
            raise InvalidInput("; ".join(_explain(each, file, options) for each in error.errors())) from error

    def check_no_box(self) -> None:
        """Raises `InvalidInput` if the home is that of a box, as `guoji edge init` makes it."""
        if (self.keys / "edge-bundle.json").exists():
            raise InvalidInput(
                f"{self.home} is the home of a box, not of an installation: `guoji edge status`"
            )

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'guoji.db'}"

    @property
    def mqtt_ca(self) -> Path | None:
        return self.home / self.mqtt_ca_file if self.mqtt_ca_file else None

    @property
    def edge_budget_bytes(self) -> int:
        return round(self.edge_budget_mb * 1_000_000)

    @property
    def place_headers(self) -> tuple[str, ...]:
        """Their names: of latitude and longitude, or none."""
        return tuple(self.scan_place_headers.replace(",", " ").split())

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def key_ring(self) -> KeyRing:
        return KeyRing(self.keys, self.home / self.passphrase_file)

    @property
    def trust_file(self) -> Path:
        """The trust policy this installation publishes: its log, its chain, its contract."""
        return self.home / "trust.txt"

    @property
    def high_water_file(self) -> Path:
        """The newest checkpoint that was signed here."""
        return self.home / "high-water"

    @property
    def address_book(self) -> Path:
        """The contracts that this installation has deployed."""
        return self.home / "contracts.json"


def addresses_file(home: Path) -> Path:
    """Where `guoji up` writes what it has started, for the other commands on this machine."""
    return home / "run" / "addresses.toml"


def _read_toml(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file}: {error}") from error


def _explain(fault: ErrorDetails, file: Path, options: Iterable[str]) -> str:
    name = str(fault["loc"][0])
    where = f"setting {name} ({PREFIX}{name.upper()}, or {name} in {file})"
    if name in options:
        where = f"--{name.replace('_', '-')}"
    if fault["type"] == "unexpected_keyword_argument":
        known = sorted(field.name for field in fields(Settings))
        meant = get_close_matches(name, known, 1)
        hint = f"is {meant[0]} meant?" if meant else f"there are {', '.join(known)}"
        return f"{where}: there is no such setting; {hint}"
    return f"{where} is {fault['input']!r}: {fault['msg'].removeprefix('Value error, ')}"
