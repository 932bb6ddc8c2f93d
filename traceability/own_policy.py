"""The trust policy that an installation publishes about itself: its log, its gateway, its chain."""

from traceability import keyfiles
from traceability.errors import InvalidInput
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.proof.trust import TrustPolicy
from traceability.settings import Settings

DEVNET_LABEL = "private test chain, editable by its operator"


def log_signer(settings: Settings) -> NoteSigner:
    return NoteSigner(settings.origin, keyfiles.signing_key(settings.keys / keyfiles.LOG))


def gateway_signer(settings: Settings) -> NoteSigner:
    key = keyfiles.signing_key(settings.keys / keyfiles.GATEWAY)
    return NoteSigner(f"{settings.origin}/gateway", key)


def write_policy(settings: Settings, *chain_lines: str) -> None:
    """Replace the file, whole or not at all."""
    lines = [
        "# Trust policy of a Guoji installation: C2SP tlog-policy and our chain lines, see docs/formats.md",
        f"log {NoteVerifier.of(log_signer(settings)).vkey}",
        "quorum none",
        f"gateway {NoteVerifier.of(gateway_signer(settings)).vkey}",
        *chain_lines,
    ]
    unfinished = settings.trust_file.with_suffix(".new")
    unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    unfinished.rename(settings.trust_file)


def devnet_lines(chain_id: int, contract: str, endpoint: str) -> tuple[str, ...]:
    """What to believe of the embedded chain: its one endpoint, and that it proves nothing to a stranger."""
    return (
        f"chain {chain_id}",
        f"contract {contract}",
        "finality finalized",
        f"endpoint {endpoint}",
        "agree 1",
        f"label {DEVNET_LABEL}",
    )


def chain_lines(chain_id: int, contract: str) -> tuple[str, ...]:
    """What to believe of a chain of one's own choice.

    Our own endpoint is not among it: its address may hold a key, and a stranger must not have to believe it.
    """
    return (
        f"chain {chain_id}",
        f"contract {contract}",
        "finality finalized",
        "# Add lines `endpoint URL` for endpoints that others run; by default two of them must agree.",
    )


def policy_text(settings: Settings) -> str:
    try:
        return settings.trust_file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            f"cannot read {settings.trust_file}: {error.strerror}; `guoji init` makes it"
        ) from error


def policy(settings: Settings) -> TrustPolicy:
    return TrustPolicy.parse(policy_text(settings))


def own_log(settings: Settings) -> NoteVerifier:
    """The public half of our log's key. Raises `InvalidInput` if the settings speak of another log."""
    logs = policy(settings).logs
    ours = next((log for log in logs if log.name == settings.origin), None)
    if ours is None:
        names = ", ".join(log.name for log in logs)
        raise InvalidInput(
            f"setting origin is {settings.origin}, but {settings.trust_file} speaks of {names}: "
            "the name of a log cannot be changed"
        )
    return ours


def own_gateways(settings: Settings) -> tuple[NoteVerifier, ...]:
    """The keys whose receipts our devices believe."""
    return policy(settings).gateways
