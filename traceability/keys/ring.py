"""The private keys of an installation: made, opened, replaced, and encrypted under one passphrase."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.errors import InvalidInput
from traceability.keys.files import (
    KeyFile,
    PrivateKey,
    check_folder,
    is_encrypted,
    read_key,
    read_passphrase,
    read_secret,
    sync_names,
    write_key,
    write_secret,
)

LOG, GATEWAY, CHAIN, SERIALS = "log.pem", "gateway.pem", "chain.key", "serials.key"
BROKER_CA = "broker-ca.key"
"""Signs the certificates of our broker. Only an installation whose broker speaks TLS has it."""
NEXT, OLD = ".next", ".old"
"""Ends the name of a key that is about to take another's place, and of one that has lost it."""

_MAKERS: dict[str, Callable[[], PrivateKey]] = {
    LOG: Ed25519PrivateKey.generate,
    GATEWAY: Ed25519PrivateKey.generate,
    CHAIN: lambda: generate_private_key(SECP256K1()),
    BROKER_CA: lambda: generate_private_key(SECP256R1()),
}


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys in one folder, and the file with the passphrase that opens them."""

    folder: Path
    passphrase_file: Path

    def make_missing(self) -> list[Path]:
        """Make the files that are not there yet, and say which. What is there is never touched.

        Raises `InvalidInput` if keys are there without their passphrase: a new one would open none.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = []
        self._check_passphrase()
        if not self.passphrase_files():
            write_secret(self.passphrase_file, _a_passphrase())
            made.append(self.passphrase_file)
        for name in (LOG, GATEWAY, CHAIN):
            if not self.has(name):
                self._make(name, self.folder / name)
                made.append(self.folder / name)
        if not self.has(SERIALS):
            write_secret(self.folder / SERIALS, secrets.token_hex(32).encode() + b"\n")
            made.append(self.folder / SERIALS)
        return made

    def signing_key(self, name: str) -> Ed25519PrivateKey:
        """Raises `InvalidInput` if it is missing, not encrypted, of another kind, or does not open."""
        key = self._open(name)
        if not isinstance(key, Ed25519PrivateKey):
            raise InvalidInput(f"{self.folder / name} holds another kind of key, want Ed25519")
        return key

    def account_key(self, name: str) -> EllipticCurvePrivateKey:
        """Of an account on a chain. Raises like `signing_key`."""
        key = self._open(name)
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256K1):
            raise InvalidInput(f"{self.folder / name} holds another kind of key, want secp256k1")
        return key

    def authority_key(self) -> EllipticCurvePrivateKey:
        """Of the broker's certificates, made when it is first asked for. Raises like `signing_key`."""
        if not self.has(BROKER_CA):
            self._make(BROKER_CA, self.folder / BROKER_CA)
        key = self._open(BROKER_CA)
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
            raise InvalidInput(f"{self.folder / BROKER_CA} holds another kind of key, want P-256")
        return key

    def has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def all(self) -> list[KeyFile]:
        """Every key that is there, those of a rotation under way included, encrypted or not."""
        passphrases = self._passphrases()
        return [read_key(file, passphrases) for file in self._files()]

    def make_next(self, name: str) -> None:
        """Make the key that is to take the place of `name`, unless an interrupted rotation has made it."""
        if not self.has(name + NEXT):
            self._make(name, self.folder / (name + NEXT))

    def switch(self, name: str, keep_old: bool = False) -> None:
        """The next key takes the place of `name`, whose old key is destroyed unless it is to be kept."""
        self._open(name + NEXT)  # what does not open must not take the place of what does
        old = self.folder / (name + OLD)
        if keep_old and not old.exists():
            old.hardlink_to(self.folder / name)
        (self.folder / (name + NEXT)).replace(self.folder / name)
        sync_names(self.folder)

    def destroy_old(self, name: str) -> None:
        (self.folder / (name + OLD)).unlink()
        sync_names(self.folder)

    def encrypt_anew(self) -> None:
        """Encrypt every key under a new passphrase; also those of older installations, which had none.

        Raises like `make_missing`.
        """
        # The order is the whole point: (1) keep the new passphrase beside the old one, (2) write each key
        # anew, (3) let the new passphrase take the old one's place.
        #
        # Whoever opens a key tries both, so a crash on any line leaves keys that open, and the next call goes
        # on with the same new passphrase. Without (1), a crash in (2) could leave keys that nothing opens.

        self._check_passphrase()
        # (1)
        if not self._next_passphrase.exists():
            write_secret(self._next_passphrase, _a_passphrase())
        new = read_passphrase(self._next_passphrase)
        # (2)
        for held in self.all():
            write_key(held.file, held.key, new, held.made_at)
        # (3)
        self._next_passphrase.replace(self.passphrase_file)
        sync_names(self.passphrase_file.parent)

    @property
    def _next_passphrase(self) -> Path:
        return self.passphrase_file.with_name(self.passphrase_file.name + NEXT)

    def passphrase_files(self) -> list[Path]:
        """Those that are there: two while the keys are being encrypted anew."""
        return [file for file in (self.passphrase_file, self._next_passphrase) if file.exists()]

    def _check_passphrase(self) -> None:
        if self.passphrase_files():
            return
        for file in self._files():
            if is_encrypted(read_secret(file)):
                raise InvalidInput(
                    f"{self.passphrase_file} is missing, and only it opens {file}: put it back"
                )

    def _passphrases(self) -> list[bytes]:
        self._check_passphrase()
        return [read_passphrase(file) for file in self.passphrase_files() or [self.passphrase_file]]

    def _files(self) -> list[Path]:
        names = [name + state for name in _MAKERS for state in ("", NEXT, OLD)]
        return [self.folder / name for name in names if self.has(name)]

    def _make(self, name: str, file: Path) -> None:
        write_key(file, _MAKERS[name](), self._passphrases()[0], datetime.now(UTC))

    def _open(self, name: str) -> PrivateKey:
        held = read_key(self.folder / name, self._passphrases())
        check_folder(self.folder)
        if not held.encrypted:
            raise InvalidInput(f"{held.file} is not encrypted; `guoji keys encrypt` makes it so")
        return held.key


def _a_passphrase() -> bytes:
    return secrets.token_urlsafe(32).encode() + b"\n"
