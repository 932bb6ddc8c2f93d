"""A whole installation under `.demo/`, made anew and run by `guoji up`."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from demo import cast
from demo.chapters import CODED, ITEM_KG, Lot
from demo.laboratory import ISSUER, trusted
from demo.shapes import CONTEXT
from demo.story import Document, Submission
from iot_gateway.logins import GATEWAY, PASSWORDS, address, make_passwords, password_of
from iot_gateway.simulator import SimulatedDevice
from traceability.children import die_with_parent
from traceability.errors import Refused
from traceability.laboratory.sign import LaboratoryKey
from traceability.ledger.codes import CodeSet
from traceability.ledger.codes_issue import Wanted
from traceability.ledger.grant import FARM, Grant
from traceability.own_files import documents
from traceability.own_policy import believe_issuer, own_gateways
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import codes, public_url

PROJECT = Path(__file__).parent.parent
HOME = PROJECT / ".demo"
GUOJI = [sys.executable, "-m", "traceability.cli.main"]
UP_WITHIN_S = 120
ALL_WITHIN_S = 240


def _only_demo_here() -> IO[str]:
    """The lock that says so; a second demo would wipe the first one's folder under it. Raises `Refused`."""
    lock = (PROJECT / ".demo.lock").open("w")
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Refused("a demo runs in this folder already: end it first with Ctrl-C") from error
    return lock


class Stage:
    """The installation, and the `guoji up` that runs it. Leaving it as a context ends everything."""

    def __init__(self, public: str | None) -> None:
        self._lock = _only_demo_here()
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir()
        # In the file, so that whoever types `guoji` with this home meets the same log.
        (HOME / "guoji.toml").write_text(_settings(public), encoding="utf-8")
        (HOME / "cold-chain.toml").write_text(f'gtin.{cast.PUNNET.gtin} = "strawberry"\n', encoding="utf-8")
        self.environment = {"GUOJI_HOME": str(HOME)}
        make(Settings.read(self.environment))
        self.laboratory = LaboratoryKey.make(ISSUER)
        believe_issuer(Settings.read(self.environment), trusted(self.laboratory))
        self.store = open_store(Settings.read(self.environment))
        for device in cast.INSTRUMENTS:
            self.store.devices.keep(device)
        self._tokens = {
            party.gln: self.store.tokens.issue(party.name["en"], Grant("capture", party.gln))
            for party in cast.PARTIES
        }
        self.farm_token = self.store.tokens.issue("farmer", Grant(FARM, cast.FARM.gln))
        self._log = (HOME / "up.log").open("wb")
        self._up = subprocess.Popen(
            [*GUOJI, "up"],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            process_group=0,  # Ctrl-C reaches us alone, so that we end it in order
            preexec_fn=die_with_parent,
        )

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self._up.terminate()
        self._up.wait()
        self._log.close()
        self._lock.close()

    @property
    def settings(self) -> Settings:
        """With the addresses of what is running."""
        return Settings.read(self.environment)

    @property
    def local_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.http_port}"

    @property
    def public_url(self) -> str:
        return public_url(self.settings)

    def wait_until_up(self) -> None:
        self.wait_for("all parts to run", lambda: bool(self.settings.mqtt_url) and self._ready(), UP_WITHIN_S)
        self.store = open_store(self.settings)  # which counts by the contract, and there is one only now

    def stay_up(self) -> None:
        """Until Ctrl-C. Raises `Refused` if `guoji up` ends before."""
        self._up.wait()
        raise self._ended()

    def _ended(self) -> Refused:
        return Refused(f"`guoji up` ended by itself; {self._log.name} says why")

    def wait_for(self, what: str, reached: Callable[[], bool], within_s: float = ALL_WITHIN_S) -> None:
        """Raises `Refused` if it takes too long, or if `guoji up` ends meanwhile."""
        deadline = time.monotonic() + within_s
        while not reached():
            if self._up.poll() is not None:
                raise self._ended()
            if time.monotonic() > deadline:
                raise Refused(f"waited {within_s:g} s for {what}; {self._log.name} may say why")
            time.sleep(0.2)

    def issue(self, lot: Lot, count: int) -> CodeSet:
        """Codes for punnets of a lot that is packed out, as the packhouse has them before it labels."""
        at, each = lot.harvested_at + CODED, Decimal(str(ITEM_KG))
        wanted = Wanted(lot.link, count, cast.PACKHOUSE.gln, each, at=at)
        return codes(self.settings, self.store).issue(wanted)

    def keep(self, papers: Iterable[Document]) -> None:
        for paper in papers:
            documents(self.settings).keep(paper.content)

    def capture(self, submission: Submission) -> None:
        """Send one event as its party's own system would."""
        event = submission.event
        document = {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": event["eventTime"],
            "epcisBody": {"eventList": [event]},
        }
        headers = {
            "Authorization": f"Bearer {self._tokens[submission.submitter]}",
            "Content-Type": "application/ld+json",
        }
        request = Request(f"{self.local_url}/capture", json.dumps(document).encode(), headers)
        try:
            urlopen(request, timeout=30).close()
        except HTTPError as error:
            raise Refused(f"capture of {event['eventTime']}: {error.read().decode()[:500]}") from error

    def token_of(self, party: cast.Party) -> str:
        return self._tokens[party.gln]

    def ask(self, path: str, token: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        """What a program that posts JSON is answered. Raises `Refused`."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            with urlopen(
                Request(self.local_url + path, json.dumps(body).encode(), headers), timeout=30
            ) as answer:
                told: Mapping[str, Any] = json.loads(answer.read())
                return told
        except HTTPError as error:
            raise Refused(f"POST {path}: {error.code} {error.read().decode()[:300]}") from error

    def device(self, alias: str) -> SimulatedDevice:
        users = [GATEWAY, *(device.alias for device in cast.INSTRUMENTS)]
        passwords = make_passwords(self.settings.keys / PASSWORDS, users)
        where = address(self.settings.mqtt_url, alias, password_of(alias, passwords))
        return SimulatedDevice(where, own_gateways(self.settings))

    def guoji(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a `guoji` command as its own process."""
        return subprocess.run(
            [*GUOJI, *arguments],
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def get(self, path: str, accept: str = "text/html") -> bytes:
        """What the web server answers. Raises `Refused` for anything but success."""
        try:
            with urlopen(Request(self.local_url + path, headers={"Accept": accept}), timeout=30) as answer:
                content: bytes = answer.read()
                return content
        except HTTPError as error:
            raise Refused(f"GET {path}: {error.code} {error.read().decode()[:300]}") from error

    def status(self, path: str) -> int:
        """What the web server answers to a reader."""
        try:
            with urlopen(
                Request(self.local_url + path, headers={"Accept": "text/html"}), timeout=30
            ) as answer:
                status: int = answer.status
                return status
        except HTTPError as error:
            return error.code

    def _ready(self) -> bool:
        try:
            urlopen(f"{self.local_url}/readyz", timeout=2).close()
        except (URLError, OSError):
            return False
        return True


def _settings(public: str | None) -> str:
    # A string of JSON is the same in TOML.
    return f"""\
origin = "demo.guoji.example/log"
public_url = {json.dumps(public or "")}
seal_every_s = 2
publish_every_s = 0.5
anchor_every_s = 1
"""
