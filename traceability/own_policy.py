"""The trust policy that an installation publishes about itself: its log, its gateway, its chain."""

import os
from collections.abc import Sequence

from traceability.errors import InvalidInput, Unavailable
from traceability.keys.files import sync_names
from traceability.keys.ring import GATEWAY, LOG
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.proof.issuers import TrustedIssuer
from traceability.proof.trust import TrustPolicy
from traceability.settings import Settings

DEVNET_LABEL = "private test chain, editable by its operator"


def log_signer(settings: Settings) -> NoteSigner:
    """Signs our checkpoints. Raises `Unavailable` for another key than the newest that the policy names."""
    signer = NoteSigner(signs_as(settings, LOG), settings.key_ring.signing_key(LOG))
    return _believed(signer, own_logs(settings), settings, LOG)


def gateway_signer(settings: Settings) -> NoteSigner:
    """Signs our receipts. Raises like `log_signer`."""
    signer = NoteSigner(signs_as(settings, GATEWAY), settings.key_ring.signing_key(GATEWAY))
    return _believed(signer, own_gateways(settings), settings, GATEWAY)


def write_policy(settings: Settings, *chain_lines: str) -> None:
    """Replace the file, whole or not at all: the keys that it names, ours at first, and `chain_lines`."""
    if settings.trust_file.exists():
        known = policy(settings)
        logs, gateways, devices, issuers = known.logs, known.gateways, known.devices, known.issuers
    else:
        logs = (public_half(settings, LOG),)
        gateways, devices, issuers = (public_half(settings, GATEWAY),), (), ()
    lines = [
        "# Trust policy of a Guoji installation: C2SP tlog-policy and our chain lines, see docs/formats.md",
        *(f"log {key.vkey}" for key in logs),
        "quorum none",
        *(f"gateway {key.vkey}" for key in gateways),
        *(f"device {each.giai} {each.key}" for each in devices),
        *(f"issuer {each.text}" for each in issuers),
        *chain_lines,
    ]
    _replace(settings, lines)


def add_key(settings: Settings, word: str, key: NoteVerifier) -> None:
    """Believe one more `log` or `gateway` key, unless it is believed already.

    The ones before it stay: they vouch for what they signed.
    """
    lines = policy_text(settings).rstrip("\n").split("\n")
    new = f"{word} {key.vkey}"
    if new not in lines:
        last = max(at for at, line in enumerate(lines) if line.split()[:1] == [word])
        _replace(settings, [*lines[: last + 1], new, *lines[last + 1 :]])


def believe_issuer(settings: Settings, issuer: TrustedIssuer) -> None:
    """Believe what a laboratory or certifier signs, as described now and no longer as before."""
    _replace(settings, [*_without_issuer(settings, issuer.id), f"issuer {issuer.text}"])


def disbelieve_issuer(settings: Settings, issuer_id: str) -> bool:
    """Whether it was believed until now."""
    kept = _without_issuer(settings, issuer_id)
    known = any(each.id == issuer_id for each in policy(settings).issuers)
    if known:
        _replace(settings, kept)
    return known


def _without_issuer(settings: Settings, issuer_id: str) -> list[str]:
    """The lines of the policy but for the one about this issuer."""
    return [line for line in policy_text(settings).rstrip("\n").split("\n") if _issuer_of(line) != issuer_id]


def _issuer_of(line: str) -> str | None:
    words = line.split()
    return TrustedIssuer.parse(" ".join(words[1:])).id if words[:1] == ["issuer"] else None


def public_half(settings: Settings, name: str) -> NoteVerifier:
    """Of a key of the log or the gateway, by the name of its file."""
    return NoteVerifier.of(NoteSigner(signs_as(settings, name), settings.key_ring.signing_key(name)))


def check_named(settings: Settings, name: str) -> None:
    """Raises `InvalidInput` if the key of the log or the gateway is none that the policy names."""
    named = own_logs(settings) if name == LOG else own_gateways(settings)
    if public_half(settings, name) not in named:
        raise InvalidInput(names_others(settings, name))


def names_others(settings: Settings, name: str) -> str:
    """What to say where the key that the policy names is not there: a new one would be believed by nobody."""
    return (
        f"{settings.trust_file} names other keys than {settings.keys / name}: "
        "put keys/ and passphrase back from where you keep them"
    )


def signs_as(settings: Settings, name: str) -> str:
    """Under which name the key in this file signs."""
    return settings.origin if name.startswith(LOG) else f"{settings.origin}/gateway"


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


def own_logs(settings: Settings) -> tuple[NoteVerifier, ...]:
    """The keys of our log, newest last. Raises `InvalidInput` if the settings speak of another log.

    All of them signed the same growing tree, each under a log id of its own in the contract.
    """
    logs = policy(settings).logs
    ours = tuple(log for log in logs if log.name == settings.origin)
    if not ours:
        names = ", ".join(log.name for log in logs)
        raise InvalidInput(
            f"setting origin is {settings.origin}, but {settings.trust_file} speaks of {names}: "
            "the name of a log cannot be changed"
        )
    return ours


def own_log(settings: Settings) -> NoteVerifier:
    """The key that signs now. Raises like `own_logs`."""
    return own_logs(settings)[-1]


def own_gateways(settings: Settings) -> tuple[NoteVerifier, ...]:
    """The keys whose receipts our devices believe, newest last."""
    return policy(settings).gateways


def _believed(signer: NoteSigner, known: Sequence[NoteVerifier], settings: Settings, name: str) -> NoteSigner:
    key = NoteVerifier.of(signer)
    if key not in known:
        raise Unavailable(names_others(settings, name))
    if key != known[-1]:
        raise Unavailable(
            f"{settings.keys / name} is not the newest key that {settings.trust_file} names for "
            f"{signer.name}: `guoji keys rotate {name.partition('.')[0]}` finishes what was interrupted"
        )
    return signer


def _replace(settings: Settings, lines: Sequence[str]) -> None:
    unfinished = settings.trust_file.with_suffix(".new")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(settings.trust_file)
    sync_names(settings.home)
