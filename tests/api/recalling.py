"""A farm, a shop that has some of each of its lots, and an authority, in one installation that can recall."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from secrets import token_bytes

from tests.api.serving import served
from tests.builders import CONTEXT, FARM, a_harvest, a_pack_out, a_packing, a_sighting
from traceability.epcis.event import Event
from traceability.gs1 import digital_link
from traceability.gs1.keys import check_digit
from traceability.ledger.capture import as_stored
from traceability.ledger.grant import Grant
from traceability.ledger.parties import Party
from traceability.own_store import Store, open_store
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import ledger, recaller

SHOP, OFFICE = "9521234000020", "9529999000002"
PLAN = f"""
[[target]]
name = "shop"
party = "{SHOP}"
webhook = "https://hooks.example.org/guoji"
secret_file = "shop.secret"
"""
GRANTS = {
    "farm": Grant("capture", FARM),
    "narrow": Grant("capture", FARM, about=("9529999",)),
    "shop": Grant("capture", SHOP),
    "office": Grant("capture", OFFICE),
    "admin": Grant("admin", None),
}


@dataclass
class Installed:
    store: Store
    address: str
    tokens: dict[str, str]
    """By the names of `GRANTS`."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


@contextmanager
def an_installation(home: Path) -> Iterator[Installed]:
    settings = Settings.read({"GUOJI_HOME": str(home)})
    make(settings)
    (home / "alerts.toml").write_text(PLAN, "utf-8")
    (home / "shop.secret").write_text("whsec_" + "A" * 32)
    (home / "shop.secret").chmod(0o600)
    store = open_store(settings)
    tokens = {name: store.tokens.issue(name, grant) for name, grant in GRANTS.items()}
    ours = recaller(settings, store)
    with served(ledger(settings, store), recaller=ours, public_url="http://farm.example") as address:
        yield Installed(store, address, tokens)
    store.close()


class Goods:
    """A lot of the farm that nobody else uses; some of it was packed, and lies with the shop."""

    def __init__(self, installed):
        self.store, number = installed.store, next(installed.numbers)
        self.store.parties.keep(Party(OFFICE, "Food safety office", (), is_authority=True))
        self.number = f"F{number}OF26"
        self.lot = digital_link.lot("09521234000013", self.number)
        self.printed = f"(01)09521234000013(10){self.number}"
        serial = f"09521234{number:09}"
        self.case = digital_link.sscc(serial + check_digit(serial))
        made = digital_link.lot("09521234000020", f"P{number}")
        self._tell(
            FARM, a_harvest(0, self.lot), a_pack_out(3, self.lot, made), a_packing(5, self.case, [made])
        )
        self._tell(SHOP, a_sighting(6, self.case, "receiving"))

    def _tell(self, party, *events):
        told = [Event(each.body, CONTEXT) for each in events]
        self.store.events.insert([as_stored(each, party, 1, token_bytes(16)) for each in told])

    def recorded(self):
        """How many recalls and releases of it."""
        return len(self.store.recalls.of([self.lot]))


class Programs:
    """Programs of those who hold `GRANTS`, and the goods that they are about."""

    def __init__(self, installed, client):
        self.goods = Goods(installed)
        self.store, self.tokens, self.client = installed.store, installed.tokens, client

    def ask(self, method, path, token="farm", **sent):
        headers = {"Authorization": f"Bearer {self.tokens[token]}"}
        return self.client.request(method, path, headers=headers, **sent)

    def recall(self, token="farm", **fields):
        asked = {"goods": self.goods.lot, "reason": {"zh": "农药残留超标", "en": "residue"}, **fields}
        return self.ask("POST", "/recalls", token, json=asked)

    def release(self, key, token="farm", **fields):
        documents = [b64encode(b"all of it was destroyed").decode()]
        asked = {"reason": "destroyed", "documents": documents, **fields}
        return self.ask("POST", f"/recalls/{key}/release", token, json=asked)

    def listed(self, token="farm"):
        found = self.ask("GET", "/recalls", token).json()["recalls"]
        return [each for each in found if each["goods"] == [self.goods.lot]]

    def states(self, token="farm"):
        return [each["state"] for each in self.listed(token)]
