"""Whatever a device sends is judged, as a slow twin judges it: a message, or refused for a reason."""

import json

import cbor2
import pytest

from tests.fuzz import twin
from tests.fuzz.hostile import ALIAS, DEVICE, NOW_MS, hostile, sound
from traceability.errors import InvalidInput
from traceability.telemetry import cbor, topics
from traceability.telemetry.authenticate import authenticate, content_digest
from traceability.telemetry.reading import Authenticated
from traceability.telemetry.senml import MAX_PAYLOAD_BYTES, decode, open_pack
from traceability.telemetry.senml_cbor import cbor_of

pytestmark = pytest.mark.slow

LONGEST_REASON = 1_500
"""Characters: a reason quotes a little of a message, never all of it."""


@pytest.fixture(scope="module")
def inputs(rounds):
    """4,000 here and 1,000 through each kind of store in `make test`; 160,000 and 40,000 in `make soak`."""
    return 4_000 if rounds == 3 else 3_200 * rounds


def judged(judge, *given):
    """What `judge` makes of it; None for a refusal, which says why in a few words."""
    try:
        return judge(*given)
    except InvalidInput as refusal:
        reason = str(refusal)
    assert 0 < len(reason) < LONGEST_REASON
    return None


def test_what_nobody_altered_is_sound():
    messages = [sound(seed) for seed in range(200)]

    assert {message[0] for message in messages} >= {0x82 + 1, 0xD2, ord("[")}
    for message in messages:
        assert decode(authenticate(message, DEVICE, NOW_MS).senml, ALIAS).measurements


def test_every_message_is_judged_and_as_the_twin_judges_it(inputs):
    accepted = signed = 0
    for seed in range(inputs):
        payload = hostile(seed).payload
        content_digest(payload, ALIAS)
        authentic = judged(authenticate, payload, DEVICE, NOW_MS)
        assert_signed_as_the_twin_says(payload, authentic, seed)
        if authentic is not None:
            accepted += assert_read_as_the_twin_reads(authentic.senml, seed)
            signed += authentic.how is Authenticated.SIGNED
        assert_read_as_the_twin_reads(payload, seed)

    # Else it would be bytes that are thrown, and no messages.
    assert inputs > accepted > inputs / 20
    assert signed > inputs / 50


def assert_read_as_the_twin_reads(senml, seed):
    """True if it is a message."""
    message = judged(decode, senml, ALIAS)
    pack = judged(open_pack, senml, ALIAS)
    number, values = twin.read(senml, ALIAS)
    assert (pack and (pack.epoch, pack.sequence)) == number, f"seed {seed}"
    assert (message and rows(message)) == values, f"seed {seed}"
    if message is None:
        return False
    assert_written_again_it_says_the_same(message)
    return True


def rows(message):
    return [(each.metric, each.unit, each.value, each.taken_at_ms) for each in message.measurements]


def assert_written_again_it_says_the_same(message):
    records = [
        {"n": "epoch", "u": "count", "v": message.epoch},
        {"n": "seq", "u": "count", "v": message.sequence},
    ]
    for each in message.measurements:
        value = {"vb": each.value} if each.unit is None else {"v": each.value, "u": each.unit}
        records.append({"n": each.metric, "t": each.taken_at_ms / 1000, **value})

    assert decode(json.dumps(records).encode(), ALIAS) == message
    assert decode(cbor_of(records), ALIAS) == message


def assert_signed_as_the_twin_says(payload, authentic, seed):
    if not payload.startswith(b"\xd2") or len(payload) > MAX_PAYLOAD_BYTES:
        return
    senml = twin.signed_by(payload, [key.public for key in DEVICE.keys], ALIAS)
    if authentic is not None:
        assert authentic.senml == senml, f"seed {seed}"
    elif senml and 0x80 <= senml[0] <= 0x9F:
        # cbor2 takes more of CBOR than we do; everything else that it believes we must believe.
        with pytest.raises(InvalidInput, match=r"^CBOR (has|ends|is|tag)"):
            authenticate(payload, DEVICE, NOW_MS)


def test_cbor_is_read_as_another_program_reads_it(inputs):
    compared = 0
    for seed in range(inputs):
        payload = hostile(seed).payload
        ours = judged(cbor.decode, payload)
        try:
            theirs = cbor2.loads(payload)
        except Exception:  # noqa: BLE001 - it has many
            assert ours is None or tagged_within(ours), f"seed {seed}: read, cbor2 refuses it"
            continue
        if isinstance(ours, cbor.Tagged) and ours.number == 18:
            ours, theirs = ours.content, theirs.value
        if ours is not None and not tagged_within(ours):
            assert repr(ours) == repr(theirs), f"seed {seed}"
            compared += 1

    assert compared > inputs / 10


def tagged_within(item):
    """Whether cbor2 makes something of its own of a part of `item`."""
    match item:
        case cbor.Tagged():
            return True
        case list():
            return any(map(tagged_within, item))
        case dict():
            return any(map(tagged_within, item.values()))
    return False


def test_every_topic_names_its_device_or_none(inputs):
    for seed in range(inputs):
        topic = hostile(seed).topic
        alias = topics.alias_in(topic)
        assert alias is None or topic.split("/")[2] == alias
        assert (topic == topics.readings(ALIAS)) == (alias == ALIAS and topic.endswith("7/readings"))
