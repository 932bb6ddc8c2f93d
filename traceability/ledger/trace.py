"""What is known about one lot, item or logistic unit: what pages, proofs and claims are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from traceability.cold_chain.excursions import Excursion
from traceability.cold_chain.exposure import Exposure
from traceability.cold_chain.profiles import Profile
from traceability.cold_chain.shelf_life import Remaining
from traceability.epcis.event import Event
from traceability.ledger.contradictions import Contradiction
from traceability.ledger.credentials import CarriedCredential
from traceability.ledger.personal import PersonalField
from traceability.ledger.recalled import RecallNotice
from traceability.ledger.yields import OverYield
from traceability.proof.balance import Balance
from traceability.proof.verdict import TraceVerdict, Verdict
from traceability.telemetry.curve import Point, Stretch
from traceability.telemetry.device import Calibration
from traceability.telemetry.findings import Finding


class Grade(Enum):
    """Where a record comes from. The first two are worth the same: the word of whoever holds a token."""

    IMPORTED = "imported"
    """A partner's system sent it."""
    PERSON = "person"
    """A person typed it into a form of this system."""
    DEVICE = "device"
    """A device sent it that the broker had authenticated."""
    SIGNED_DEVICE = "signed-device"
    """A device signed it."""


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """One event of the trace, with what this server says of its proof."""

    key: str
    """Hex SHA-256 leaf hash of its entry; its proof is served at /proof/<key>."""
    event: Event
    submitter: str
    """GLN of the party that captured it."""
    captured_at: datetime
    grade: Grade
    verdict: Verdict
    staged: Mapping[str, str] | None
    """What about it is staged or simulated, by language, as whoever staged it says; None if nothing is."""
    voided: bool
    """A later error declaration by the same submitter says it did not occur, or not so."""
    personal: tuple[PersonalField, ...] = ()
    claimed: bool = False
    """Its submitter never held the goods: this is shown, and says nothing of them."""
    registered: str = ""
    """What the operator registered the submitter as; empty if it did not."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What one device measured of one metric while its readings applied to the subject, oldest first.

    The readings are clipped to the time they apply: a logger's from its installing to its removing, a
    station's while the lot stood at its place.
    """

    device: str
    """Canonical Digital Link of the device (8004)."""
    alias: str
    name: Mapping[str, str]
    """Of the device, by language; may be empty; the text is hostile."""
    metric: str
    """As in the telemetry table of metrics, e.g. "air_temperature"."""
    unit: str
    """UNECE Rec 20 code, e.g. "CEL"."""
    cold_chain: bool
    """Whether the device travelled with the goods; otherwise it stood where they grew."""
    points: tuple[Point, ...]
    low: float | None
    """Lower bound of the range that the product bears; None where there is no such range."""
    high: float | None
    excursions: tuple[Excursion, ...]
    silences: tuple[Stretch, ...]
    live: bool
    """Whether it still applies now, so that the newest point is the current value."""
    staged: Mapping[str, str] | None
    exposure: Exposure | None = None
    """Over all the time that the readings apply, up to now; None where the product has no range here."""
    chilled_ms: int = 0
    """How long it was colder than what may harm this product."""
    beyond_allowance: bool | None = None
    """Whether it was outside its range for longer than its profile allows; None where that says nothing."""
    calibration: Calibration | None = None
    """The newest that the device had by the last point."""


@dataclass(frozen=True, slots=True)
class LabResult:
    analyte: Mapping[str, str]
    """Name by language, as the laboratory wrote it; the text is hostile."""
    value: float
    unit: str
    limit: float | None
    tested_at: datetime
    laboratory: Mapping[str, str]
    """What the submitter calls itself, by language; may be empty."""
    submitter: str
    """GLN of the party that captured the report."""
    staged: Mapping[str, str] | None
    key: str = ""
    """Of the event that says so."""


@dataclass(frozen=True, slots=True)
class Trace:
    """All of it. Names map "zh" and "en" to text; either may be missing, and the text is hostile."""

    subject: str
    """Canonical Digital Link of the lot, item or logistic unit."""
    product: Mapping[str, str]
    origin: Mapping[str, str]
    """Name of the place where it was harvested."""
    harvested_at: datetime | None
    verdict: TraceVerdict
    events: tuple[TracedEvent, ...]
    """By event time."""
    curves: tuple[Curve, ...]
    """Cold chain first."""
    lab_results: tuple[LabResult, ...]
    findings: tuple[Finding, ...]
    staged: tuple[Mapping[str, str], ...]
    """Every different thing that is staged or simulated about this trace."""
    chain_label: str | None
    """What the trust policy says about its chain, e.g. "private test chain, editable by its operator"."""
    made_at: datetime
    profile: Profile | None = None
    """How this kind of produce is kept; None where its GTIN has no profile."""
    remaining: Remaining | None = None
    """What is left of its shelf life, by that profile."""
    contradictions: tuple[Contradiction, ...] = ()
    """Where its events do not fit together."""
    balance: Balance | None = None
    """Of all that its events say of amounts; None where the history is cut."""
    is_cut: bool = False
    """Whether the history reaches further than is walked: then events are missing here."""
    claims_left_out: int = 0
    """How many events by parties that never held the goods are only counted."""
    lost: int = 0
    """How many records name the subject in the log while this store no longer holds them."""
    recalls: tuple[RecallNotice, ...] = ()
    """Those that reach the goods, newest first; one that holds outranks every verdict."""
    over_yields: tuple[OverYield, ...] = ()
    """The lots of its harvests with which their plots gave more than they bear."""
    credentials: tuple[CarriedCredential, ...] = ()
    """Signed reports and certificates, by event time, and what each is worth."""
