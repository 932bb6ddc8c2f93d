"""fsck names a set of codes that is not the one to which its event commits."""

import re
import shutil
from decimal import Decimal

import pytest

from tests.builders import FARM, LOT, a_harvest
from tests.fsck.filled_store import change, found
from traceability.ledger.capture import capture
from traceability.ledger.codes_issue import Wanted
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import codes

HEX = "[0-9a-f]+"
LIES = {
    "UPDATE code SET serial = 'A' WHERE position = 3": f"the root over them is {HEX}, want {HEX}",
    "DELETE FROM code WHERE position = 299": "how many there are is 299, want 300",
    "UPDATE code_set SET secret = :zero": f"the root over them is {HEX}, want {HEX}",
    "UPDATE code_tile SET hashes = :zero WHERE level = 1": f"their tree is {HEX}.*, want {HEX}.*",
    "UPDATE code_set SET event_key = 'a'": "the event that commits to them is missing, want a",
    "UPDATE code_set SET event_key = (SELECT key FROM event WHERE id = 1)": (
        "the event that commits to them is another .*, want one that does"
    ),
}


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    """The home of an installation with a set of more codes than a tile has hashes."""
    home = tmp_path_factory.mktemp("issued")
    settings = Settings.read({"GUOJI_HOME": str(home)})
    make(settings)
    store = open_store(settings)
    capture([a_harvest(lot=LOT, kg=300)], FARM, store.events, 5)
    codes(settings, store).issue(Wanted(LOT, 300, FARM, Decimal(1)))
    store.close()
    return home


def test_sets_of_codes_that_fit_their_events_are_whole(issued):
    assert found(Settings.read({"GUOJI_HOME": str(issued)})) == []


@pytest.mark.parametrize("lie", LIES)
def test_a_set_that_its_event_does_not_commit_to_is_named(issued, tmp_path, lie):
    shutil.copytree(issued, tmp_path / "home")
    settings = Settings.read({"GUOJI_HOME": str(tmp_path / "home")})
    change(settings, lie, zero=bytes(32))

    assert re.fullmatch(f"set 1 of codes: {LIES[lie]}", found(settings)[0]), found(settings)
