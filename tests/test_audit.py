"""The audit sees what was tampered with, wherever in the store it was."""

import pytest
from sqlalchemy import text

from tests.audit import audit
from tests.builders import FARM, a_harvest
from tests.fakes import FakeMark
from traceability.ledger.capture import capture
from traceability.ledger.publish import publish
from traceability.log.note import NoteVerifier
from traceability.own_policy import log_signer
from traceability.store.schema import open_engine

SIZE = 300
"""More than one tile."""


@pytest.fixture
def verifier(settings, store):
    capture([a_harvest(kg=number + 1) for number in range(SIZE)], FARM, store.events, 5)
    publish(store.log, store.checkpoints, FakeMark(), log_signer(settings))
    return NoteVerifier.of(log_signer(settings))


def test_an_honest_store_passes(store, verifier):
    audit(store, verifier)


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE event SET body = replace(body, 'KGM', 'GRM') WHERE id = 7",
        "UPDATE event SET submitter = '9521234000013' WHERE id = 7",
        "UPDATE event SET event_hash = replace(event_hash, 'a', 'b') WHERE id = 7",
        'UPDATE log_entry SET "index" = 301 WHERE "index" = 7',
        'DELETE FROM log_entry WHERE "index" = 299',
        'UPDATE tile SET hashes = zeroblob(32) || substr(hashes, 33) WHERE level = 0 AND "index" = 1',
        "UPDATE tile SET hashes = zeroblob(32) WHERE level = 1",
        "UPDATE checkpoint SET note = replace(note, '301', '300')",
        'UPDATE log_entry SET entry = zeroblob(51) WHERE "index" = 300',
        'UPDATE tile SET hashes = substr(hashes, 1, 1408) || zeroblob(32) WHERE level = 0 AND "index" = 1',
        "UPDATE event SET names = zeroblob(32) WHERE id = 7",
    ],
)
def test_a_lie_is_seen(settings, store, verifier, lie):
    with open_engine(settings.database_url).begin() as connection:
        assert connection.execute(text(lie)).rowcount == 1

    with pytest.raises(Exception):  # noqa: B017 - an audit may stumble over a lie in any way
        audit(store, verifier)
