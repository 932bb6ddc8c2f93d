"""The trust policy: what a verifier believes beforehand, as C2SP tlog-policy lines and ours on the chain."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.log.note import NoteVerifier
from traceability.log.text import decimal, from_hex, to_hex
from traceability.proof.chain_reader import Finality
from traceability.proof.issuers import TrustedIssuer
from traceability.telemetry.public_key import PublicKey

FINALIZED = Finality()
MAX_CHARACTERS = 256 * 1024
REPEATABLE = {"log", "gateway", "device", "issuer", "endpoint"}


@dataclass(frozen=True, slots=True)
class TrustedDevice:
    """A key that is believed to be a device's own."""

    giai: str
    """Canonical Digital Link (8004)."""
    key: PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """Never made from anything that a proof says."""

    logs: tuple[NoteVerifier, ...] = ()
    gateways: tuple[NoteVerifier, ...] = ()
    """Keys that sign receipts of readings."""
    devices: tuple[TrustedDevice, ...] = ()
    """Keys that sign readings."""
    issuers: tuple[TrustedIssuer, ...] = ()
    """Whose credentials about goods are believed."""
    chain_id: int | None = None
    contract: str | None = None
    """Lower-case 0x hex; given with `chain_id` or not at all."""
    finality: Finality = FINALIZED
    endpoints: tuple[str, ...] = ()
    agree: int = 2
    """How many endpoints must say the same before it is believed."""
    label: str | None = None
    """What a person should know of it, e.g. that its chain is a private test chain."""

    def __post_init__(self) -> None:
        if self.agree < 1:
            raise InvalidInput(f"trust policy wants {self.agree} endpoints to agree, want at least 1")

    @staticmethod
    def parse(text: str) -> "TrustPolicy":
        """Raises `InvalidInput` that names the line: an unknown word, a malformed or a repeated value."""
        if len(text) > MAX_CHARACTERS:
            raise InvalidInput(f"trust policy has {len(text)} characters, want at most {MAX_CHARACTERS}")
        policy = TrustPolicy()
        seen: set[str] = set()
        for number, line in enumerate(text.split("\n"), start=1):
            try:
                words = _words(line)
                if not words:
                    continue
                if words[0] in seen - REPEATABLE:
                    raise InvalidInput(f"a second {words[0]} line")
                seen.add(words[0])
                policy = _with_line(policy, words)
            except InvalidInput as error:
                raise InvalidInput(f"trust policy, line {number}: {error}") from error
        if "quorum" not in seen:
            raise InvalidInput("trust policy has no quorum line, want 'quorum none'")
        if ("chain" in seen) != ("contract" in seen):
            raise InvalidInput("trust policy needs both a chain and a contract line, or neither")
        return policy


def _words(line: str) -> list[str]:
    if any((character < " " and character != "\t") or character == "\x7f" for character in line):
        raise InvalidInput("control character (lines end in a plain newline)")
    words = re.split(r"[ \t]+", line.strip(" \t"))
    return [] if words[0] == "" or words[0].startswith("#") else words


def _with_line(policy: TrustPolicy, words: list[str]) -> TrustPolicy:
    match words:
        case ["log", vkey] | ["log", vkey, _]:
            return replace(policy, logs=_with_key(policy.logs, vkey))
        case ["gateway", vkey]:
            return replace(policy, gateways=_with_key(policy.gateways, vkey))
        case ["device", giai, algorithm, key]:
            return replace(policy, devices=_with_device(policy.devices, giai, f"{algorithm} {key}"))
        case ["issuer", _, *_]:
            return replace(policy, issuers=_with_issuer(policy.issuers, " ".join(words[1:])))
        case ["label", _, *_]:
            return replace(policy, label=" ".join(words[1:]))
        case ["quorum", "none"]:
            return policy
        case ["quorum" | "witness" | "group", *_]:
            # To pass over a quorum would be to believe a checkpoint that this policy does not.
            raise InvalidInput(
                "cosignatures of witnesses are not checked, want 'quorum none' and no witnesses"
            )
    return _with_chain_line(policy, words)


def _with_chain_line(policy: TrustPolicy, words: list[str]) -> TrustPolicy:
    match words:
        case ["chain", number]:
            return replace(policy, chain_id=decimal(number, "chain id"))
        case ["contract", address]:
            return replace(policy, contract=to_hex(from_hex(address.lower(), "contract address", 20)))
        case ["finality", "finalized"]:
            return replace(policy, finality=FINALIZED)
        case ["finality", "confirmations", number]:
            return replace(policy, finality=Finality(decimal(number, "confirmations")))
        case ["endpoint", url]:
            return replace(policy, endpoints=_with_endpoint(policy.endpoints, url))
        case ["agree", number]:
            return replace(policy, agree=decimal(number, "agree"))
    raise InvalidInput(f"cannot read {' '.join(words)[:80]!r}")


def _with_key(keys: tuple[NoteVerifier, ...], vkey: str) -> tuple[NoteVerifier, ...]:
    key = NoteVerifier.from_vkey(vkey)
    if any(key.public_key == known.public_key for known in keys):
        raise InvalidInput(f"the public key of {key.name} is already listed")
    return (*keys, key)


def _with_device(devices: tuple[TrustedDevice, ...], giai: str, key: str) -> tuple[TrustedDevice, ...]:
    if digital_link.identity(giai) != giai or digital_link.kind(giai) != "device":
        raise InvalidInput(f"device {giai[:80]!r} is not the canonical Digital Link of a GIAI")
    new = TrustedDevice(giai, PublicKey.parse(key))
    if any(known.key == new.key for known in devices):
        raise InvalidInput(f"the key {new.key.key_id.hex()} is already listed")
    return (*devices, new)


def _with_issuer(issuers: tuple[TrustedIssuer, ...], text: str) -> tuple[TrustedIssuer, ...]:
    new = TrustedIssuer.parse(text)
    if any(known.id == new.id for known in issuers):
        raise InvalidInput(f"issuer {new.id[:80]} is already listed")
    return (*issuers, new)


def _with_endpoint(endpoints: tuple[str, ...], url: str) -> tuple[str, ...]:
    # One endpoint named twice would agree with itself.
    if url in endpoints:
        raise InvalidInput(f"endpoint {url[:80]} is already listed")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidInput(f"endpoint {url[:80]!r} is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(f"endpoint {url[:80]!r} is not an http or https URL")
    if "@" in parts.netloc:
        # Not quoted: a policy is handed on, and so are its error messages.
        raise InvalidInput(f"endpoint at {parts.hostname} has a user name or password before it, want none")
    return (*endpoints, url)
