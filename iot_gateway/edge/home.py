"""A box's own little home: its bundle, its logins, its file of what is kept."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from iot_gateway.edge.bundle import Bundle, parse, to_json
from iot_gateway.logins import GATEWAY, Address, address, group_of_gateways, make_passwords, password_of
from traceability.errors import InvalidInput, Refused
from traceability.keys.files import read_secret, write_secret
from traceability.one_at_a_time import OneAtATime


@dataclass(frozen=True, slots=True)
class BoxHome:
    folder: Path

    @property
    def kept_file(self) -> Path:
        return self.folder / "edge.db"

    @property
    def _keys(self) -> Path:
        return self.folder / "keys"

    @property
    def _bundle_file(self) -> Path:
        return self._keys / "edge-bundle.json"

    @property
    def _login_file(self) -> Path:
        return self._keys / "edge-login.json"

    @property
    def _passphrase_file(self) -> Path:
        return self.folder / "passphrase"

    @property
    def _ca_file(self) -> Path:
        return self.folder / "uplink-ca.pem"

    def take(self, bundle: Bundle) -> None:
        """Make the home if there is none. A newer bundle replaces the one that is there."""
        if (self.folder / "trust.txt").exists():
            raise Refused(f"{self.folder} is the home of an installation: give the box one of its own")
        self._keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if not self._passphrase_file.exists():
            # Opens the key of the authority that vouches for the box's own broker, if that speaks TLS.
            write_secret(self._passphrase_file, secrets.token_urlsafe(48).encode())
        if bundle.ca is not None:
            self._ca_file.write_text(bundle.ca, "ascii")
        write_secret(self._bundle_file, to_json(bundle).encode())

    def bundle(self) -> Bundle:
        """Raises `InvalidInput`, also if there is none."""
        if not self._bundle_file.exists():
            raise InvalidInput(
                f"{self.folder} is no home of a box: make a bundle with `guoji edge bundle` where the "
                "installation runs, and take it here with `guoji edge init`"
            )
        return parse(read_secret(self._bundle_file))

    def uplinks(self, bundle: Bundle) -> dict[str, Address]:
        """Of each device at the broker of the centre."""
        ca = None if bundle.ca is None else self._ca_file
        return {
            alias: address(bundle.uplink, alias, password, ca) for alias, password in bundle.passwords.items()
        }

    def logins(self, bundle: Bundle) -> Mapping[str, str]:
        """Passwords at the box's own broker: the devices' are those of the centre, ours is made here."""
        own = make_passwords(self._login_file, [GATEWAY])
        return {**bundle.passwords, GATEWAY: password_of(GATEWAY, own)}

    def group(self) -> str:
        """Of our one gateway at a broker that is not ours, once there are logins."""
        return group_of_gateways(self._login_file)

    @property
    def alone(self) -> OneAtATime:
        """Two boxes over one file would push each other out of every connection."""
        return OneAtATime(self.folder / "edge.lock", f"`guoji edge` runs already in {self.folder}")
