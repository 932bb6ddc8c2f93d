"""An installation of real processes under `guoji up`, and what tests do to it."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from iot_gateway.logins import GATEWAY, PASSWORDS, address, make_passwords, password_of, read_passwords
from iot_gateway.simulator import SimulatedDevice
from tests.audit import audit
from tests.builders import CONTEXT, FARM, FIELD, LOGGER, LOT, PALLET, STATION, a_fitting, a_harvest, a_packing
from traceability.ledger.grant import Grant
from traceability.own_policy import own_gateways, own_logs, policy_text
from traceability.own_store import Store, open_store
from traceability.settings import PREFIX, Settings
from traceability.telemetry.device import Device
from traceability.upkeep.installation import make

GUOJI = [sys.executable, "-m", "traceability.cli.main"]
PARTS = ("broker", "devnet", "gateway", "seal", "publish", "anchor", "alert", "notify", "air", "serve")
DEVICES = (
    Device("logger-1", LOGGER, FARM, {}, FIELD, cold_chain=True),
    Device("station-1", STATION, FARM, {}, FIELD, cold_chain=False),
)
STRANGER = "stranger"
"""May log in at the broker, and is no device that we know."""
STORY = (a_harvest(0), a_harvest(1, lot=LOT), a_fitting(2, PALLET, LOGGER), a_packing(3, PALLET, [LOT]))


@dataclass
class Running:
    home: Path
    given: dict[str, str] = field(default_factory=dict)
    """Settings beyond those that make everything fast."""
    up_process: subprocess.Popen[bytes] | None = None
    _opened: tuple[str, Store] | None = None

    @property
    def environment(self) -> dict[str, str]:
        pace = {"SEAL_EVERY_S": "1", "PUBLISH_EVERY_S": "0.3", "ANCHOR_EVERY_S": "0.5"}
        ours = {
            PREFIX + name: value for name, value in {"HOME": str(self.home), **pace, **self.given}.items()
        }
        return {**{k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}, **ours}

    @property
    def settings(self) -> Settings:
        """With the addresses of what runs now."""
        return Settings.read(self.environment)

    @property
    def store(self) -> Store:
        """Opened anew for another trust policy, since a new contract makes other anchors count."""
        policy = policy_text(self.settings)
        if self._opened is None or self._opened[0] != policy:
            self.close()
            self._opened = policy, open_store(self.settings)
        return self._opened[1]

    def close(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
        self._opened = None

    def make(self) -> None:
        make(self.settings)
        for device in DEVICES:
            self.store.devices.keep(device)
        make_passwords(self.settings.keys / PASSWORDS, [GATEWAY, STRANGER, *(each.alias for each in DEVICES)])
        self.token = self.store.tokens.issue("partner", Grant("capture", FARM))

    def up(self) -> None:
        with (self.home / "up.log").open("ab") as log:
            self.up_process = subprocess.Popen(
                [*GUOJI, "up"], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.wait_for(
            "all parts to run", lambda: bool(self.settings.mqtt_url) and self.ready()["store"] == "ok"
        )

    def down(self) -> None:
        """As Ctrl-C would. Nothing of ours reads the store meanwhile, so that it can be replaced."""
        self.close()
        if self.up_process is not None:
            self.up_process.terminate()
            self.up_process.wait(60)

    def pids(self) -> dict[str, int]:
        """The processes that `guoji up` has started; not those that they start."""
        files = (self.home / "run").glob("*.pid")
        return {file.stem: int(text) for file in files if (text := file.read_text().strip())}

    def kill(self, part: str) -> None:
        with suppress(ProcessLookupError):  # it was killed a moment ago and is not started again yet
            os.kill(self.pids()[part], signal.SIGKILL)

    def wait_for(self, what: str, reached, within_s: float = 90) -> None:
        give_up_at_s = time.monotonic() + within_s
        while not self._reached(reached):
            assert self.up_process is None or self.up_process.poll() is None, (
                f"`guoji up` ended:\n{self.said()}"
            )
            assert time.monotonic() < give_up_at_s, f"waited {within_s:g} s for {what}:\n{self.said()}"
            time.sleep(0.1)

    @staticmethod
    def _reached(reached) -> bool:
        try:
            return bool(reached())
        except (URLError, OSError):
            return False

    def said(self) -> str:
        """The last of what all parts have logged."""
        return (self.home / "up.log").read_text(errors="replace")[-6000:]

    def guoji(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*GUOJI, *words],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def status(self) -> dict[str, object]:
        return json.loads(self.guoji("status", "--json").stdout)

    def get(self, path: str, accept: str = "text/html", language: str = "en") -> str:
        headers = {"Accept": accept, "Accept-Language": language}
        url = f"http://127.0.0.1:{self.settings.http_port}{path}"
        with urlopen(Request(url, headers=headers), timeout=60) as answer:
            return answer.read().decode()

    def page(self, language: str = "en") -> str:
        return self.get(urlsplit(LOT).path, language=language)

    def ready(self) -> dict[str, str]:
        return json.loads(self.get("/readyz"))

    def capture(self, *events) -> None:
        """Send events as a partner's own system does."""
        document = {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-22T00:00:00.000Z",
            "epcisBody": {"eventList": [event.body for event in events]},
        }
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/ld+json"}
        url = f"http://127.0.0.1:{self.settings.http_port}/capture"
        try:
            urlopen(Request(url, json.dumps(document).encode(), headers), timeout=60).close()
        except HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def address_of(self, user: str):
        passwords = read_passwords(self.settings.keys / PASSWORDS)
        return address(self.settings.mqtt_url, user, password_of(user, passwords))

    def device(self, alias: str, epoch: int = 9) -> SimulatedDevice:
        device = SimulatedDevice(self.address_of(alias), own_gateways(self.settings), epoch, resend_after_s=2)
        device.open()
        return device

    def wait_until_anchored(self, within_s: float = 120) -> None:
        """Everything that was sent is in a batch, in the log, and in the contract for good."""
        store = self.store

        def anchored() -> bool:
            # In the order of the way: what is sealed after the first look is counted by the second.
            waiting = any(store.sealing.unsealed(device.alias, 1) for device in DEVICES)
            counted = store.counts.all()
            entries = counted["log_entries"]
            return (
                not waiting
                and not counted["events_waiting_for_the_log"]
                and (counted["log_entries_anchored"] == entries > 0)
            )

        self.wait_for("everything to be anchored", anchored, within_s)

    def audit(self) -> None:
        """By the slow twin, and by what an operator has."""
        audit(self.store, *own_logs(self.settings))
        done = self.guoji("fsck", "--all")
        assert done.returncode == 0, done.stdout + done.stderr

    def logged(self) -> int:
        """How many events are in the log."""
        counted = self.store.counts.all()
        return counted["events"] - counted["events_waiting_for_the_log"]

    def proof(self, subject: str = LOT) -> dict[str, object]:
        return json.loads(self.get(f"/proof?subject={quote(subject, safe='')}", accept="*/*"))

    def verify(self, proof: dict[str, object], *options: str) -> subprocess.CompletedProcess[str]:
        """As a stranger: with the trust file of this installation, if `options` name none."""
        file = self.home / "proof.json"
        file.write_text(json.dumps(proof))
        return self.guoji("verify", str(file), *(options or ("--trust", str(self.settings.trust_file))))
