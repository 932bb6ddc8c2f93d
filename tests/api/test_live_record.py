"""Everybody can have what was on air, those who may what was said; a stranger checks both."""

import json
from datetime import UTC, datetime
from urllib.parse import urljoin

import httpx
import pytest

from tests.api.serving import served
from tests.builders import LOT, a_harvest
from tests.live.broadcasting import AT_MS, CODE, Broadcast, a_room
from traceability.cli.main import main
from traceability.ledger.capture import capture
from traceability.ledger.grant import Grant
from traceability.ledger.personal import Erasure
from traceability.ledger.publish import publish
from traceability.live.host_key import digest_of, new_host_key
from traceability.live.room import Desk, Offer, Phase
from traceability.live.studio import Studio
from traceability.own_policy import log_signer
from traceability.store.high_water import HighWaterFile
from traceability.wiring import ledger

KEY = new_host_key()
ROOM = a_room(offers=(Offer("AK2M9Q", LOT, "桃"),), desk=Desk("AK2M9Q"))
SECOND_1 = datetime.fromtimestamp(AT_MS / 1000 + 1, UTC).isoformat()


@pytest.fixture
def on(store):
    """A room that has not been on air."""
    capture([a_harvest(0, lot=LOT)], ROOM.party, store.events, 1)
    on = Broadcast(store.rooms._engine)
    on.traces[LOT] = "verified"
    on.rooms.create(ROOM, digest_of(KEY))
    return on


def broadcast(on):
    """Half a minute on air, of which nothing is in the log yet."""
    on.phase(Phase.ON_AIR)
    on.after(0).teller.look()
    on.after(2).say("今早现摘")
    on.after(20).teller.look()
    on.after(10).phase(Phase.ENDED)
    on.after(0).teller.look()


@pytest.fixture
def publishing(settings, store):
    mark = HighWaterFile(settings.high_water_file)
    return lambda: publish(store.log, store.checkpoints, mark, log_signer(settings), [])


@pytest.fixture
def get(settings, store):
    tokens = {
        name: store.tokens.issue(name, grant)
        for name, grant in {
            "mine": Grant("capture", ROOM.party),
            "theirs": Grant("capture", "9521234000037"),
            "operator": Grant("admin", None),
            "reads": Grant("read", ROOM.party),
            "limited": Grant("capture", ROOM.party, about=("9521234",)),
        }.items()
    }
    held = ledger(settings, store)
    studio = Studio.of(store.rooms, store.air, held.holds, lambda _: None, lambda: AT_MS)
    with (
        served(held, studio=studio) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):

        def ask(path, who=None, **query):
            secret = KEY if who == "host" else tokens.get(who)
            headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
            return client.get(urljoin(f"/live/{CODE}/", path), params=query, headers=headers)

        yield ask


def verified(tmp_path, capsys, proof, *options):
    (tmp_path / "record.json").write_bytes(proof)
    code = main(["verify", str(tmp_path / "record.json"), "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_the_whole_record_is_one_proof_file_of_the_room(on, publishing, get, tmp_path, capsys):
    broadcast(on)
    publishing()

    answer = get("record")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="on-air-{CODE}.json"'
    code, found = verified(tmp_path, capsys, answer.content, "--at", SECOND_1)
    assert found["subject"] == ROOM.urn
    assert found["on_air"]["segments"] == [1, 2, 3]
    assert found["on_air"]["at"]["state"]["verdict"] == "verified"
    # Without a trust file nothing is believed; nothing is found untrue either.
    assert (code, found["verdict"]) == (2, "unchecked")
    assert "on air" not in found["reason"]


def test_of_a_moment_there_is_the_proof_of_the_one_event_that_tells_of_it(
    on, publishing, get, tmp_path, capsys
):
    broadcast(on)
    publishing()

    answer = get("record", at=SECOND_1)

    assert len(answer.content) < len(get("record").content) / 2
    _, found = verified(tmp_path, capsys, answer.content, "--at", SECOND_1)
    assert found["on_air"]["segments"] == [2]
    assert found["on_air"]["at"]["state"]["verdict"] == "verified"
    # As people type it into an address, with a plus sign that is not escaped.
    assert get("record", at=SECOND_1.replace("+", " ")).content == answer.content


def test_the_words_are_given_to_those_who_may_and_fit_the_record(on, publishing, get, tmp_path, capsys):
    broadcast(on)
    publishing()

    for who, query in (("host", {}), ("mine", {"at": SECOND_1}), ("operator", {})):
        answer = get("record/said", who, **query)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        (tmp_path / "said.json").write_bytes(answer.content)
        options = "--at", SECOND_1, "--disclosure", str(tmp_path / "said.json")
        _, found = verified(tmp_path, capsys, get("record", **query).content, *options)
        assert [each["text"] for each in found["on_air"]["at"]["said"]] == ["今早现摘"]
        assert "personal" not in found["reason"]


def test_nobody_else_is_told_what_was_said(on, store, publishing, get):
    broadcast(on)
    publishing()

    [commitment] = store.air.said_before(AT_MS + 60_000)
    for who, status in ((None, 401), ("theirs", 403), ("reads", 403), ("limited", 403)):
        for path in ("record/said", f"/personal/{commitment}"):
            answer = get(path, who)
            assert answer.status_code == status
            assert "今早" not in answer.text
    assert "今早" in get(f"/personal/{commitment}", "mine").text
    assert "今早" not in get("record").text


def test_before_there_is_anything_to_prove_the_answer_says_why(on, publishing, get):
    answer = get("record")
    assert (answer.status_code, "has not been on air" in answer.text) == (404, True)
    assert get("record/said", "host").status_code == 404

    broadcast(on)
    assert get("record").status_code == 503
    publishing()
    assert get("record").status_code == 200


def test_a_moment_outside_of_the_broadcast_is_told_as_what_it_is(on, publishing, get):
    broadcast(on)
    publishing()

    for seconds, reason in ((-1, "it began at"), (100, "it had ended")):
        answer = get("record", at=datetime.fromtimestamp(AT_MS / 1000 + seconds, UTC).isoformat())
        assert (answer.status_code, reason in answer.text) == (404, True)
    for at, reason in (("20:31:07", "want a time with its zone"), ("2026-11-22T20:31:07", "no time zone")):
        answer = get("record", at=at)
        assert (answer.status_code, reason in answer.text) == (400, True)


def test_what_is_not_told_yet_is_asked_for_again_later(on, publishing, get):
    on.phase(Phase.ON_AIR)
    on.after(0).teller.look()
    on.after(2).say("今早现摘")
    publishing()

    answer = get("record", at=SECOND_1)

    assert (answer.status_code, "in no event yet" in answer.text) == (503, True)


def test_words_that_were_erased_are_left_out_and_the_record_stands(on, store, publishing, get):
    broadcast(on)
    publishing()
    [commitment] = store.air.said_before(AT_MS + 60_000)
    store.personal.erase([Erasure(commitment, 1, "asked")])

    assert get("record/said", "host").json() == {"disclosures": []}
    assert get("record").status_code == 200
