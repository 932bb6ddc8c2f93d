"""Whatever is sent, all of a document is kept or none, or exactly its sound events; a refusal says where."""

import json
import random
from copy import deepcopy
from pathlib import Path

import pytest

from tests.api.capturing import a_capture_ledger, a_document, partner_of, post, refused
from tests.api.examples import alone, example_events
from traceability.epcis.document import read_document
from traceability.errors import InvalidInput

INVALID = sorted((Path(__file__).parents[1] / "vectors/epcis/invalid").glob("*.json"))


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_invalid_documents_are_refused_with_a_pointer_or_give_their_sound_events(partner, holdings, file):
    content = file.read_bytes()

    refused(post(partner, content), 400, "ValidationException")
    assert post(partner, content).json()["detail"].startswith(("/", "the document:"))
    assert holdings.kept() == []

    answer = post(partner, content, "proceed")
    assert answer.status_code in (202, 400)
    assert holdings.kept() == sound_alone(json.loads(content))


@pytest.mark.slow
def test_any_mutation_is_refused_with_a_pointer_or_gives_exactly_its_sound_events(tmp_path, rounds):
    outcomes = set()
    with a_capture_ledger(tmp_path) as holdings, partner_of(holdings) as partner:
        for seed in range(100 if rounds <= 3 else 1_000):
            outcomes.add(check_mutation(partner, holdings, seed))
    assert outcomes == {(202, 202), (400, 202), (400, 400)}


def check_mutation(partner, holdings, seed):
    chance = random.Random(seed)
    chosen = [alone(each.body, each.context) for each in chance.sample(example_events(), 3)]
    events = ({**body, "eventID": f"urn:x:{seed}-{number}"} for number, body in enumerate(chosen))
    document = deepcopy(a_document(*events))  # parts of it are other tests' too
    for _ in range(chance.randint(1, 3)):
        mutate(document, chance)
    holdings.now_ms += 1
    before, sound = len(holdings.kept()), sound_alone(document)

    strict = post(partner, document)
    assert strict.status_code in (202, 400), (seed, strict.text)
    if strict.status_code == 400:
        assert strict.json()["detail"].startswith(("/", "the document:", "found")), (seed, strict.text)
    kept = holdings.kept(before)
    assert kept == (once(sound) if strict.status_code == 202 else []), seed

    lenient = post(partner, document, "proceed")
    assert lenient.status_code in (202, 400), (seed, lenient.text)
    assert holdings.kept(before) == once(sound), seed
    return strict.status_code, lenient.status_code


def once(events):
    return [each for place, each in enumerate(events) if each not in events[:place]]


STRANGE = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "x",
    "urn:a:b",
    [],
    {},
    [[]],
    {"x": 1},
    "2026-11-20T07:00:00Z",
    "\u0000",
]


def mutate(document, chance):
    """Change, drop, add or move one member, anywhere."""
    places = list(containers(document))
    place = chance.choice(places)
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    act = chance.choice(["change", "drop", "add"])
    if act == "add" or not keys:
        strange = deepcopy(chance.choice(STRANGE))
        if isinstance(place, dict):
            place[chance.choice(["x", "guoji:x", "nope:y", "action", "ilmd", "type", "epcList"])] = strange
        else:
            place.insert(chance.randint(0, len(place)), strange)
    elif act == "drop":
        del place[chance.choice(keys)]
    else:
        place[chance.choice(keys)] = deepcopy(chance.choice(STRANGE))


def containers(value):
    if isinstance(value, dict | list):
        yield value
        for member in value.values() if isinstance(value, dict) else value:
            yield from containers(member)


def sound_alone(document):
    """Those events of a document that are accepted in the same document by themselves."""
    body = document.get("epcisBody") if isinstance(document, dict) else None
    listed = body.get("eventList") if isinstance(body, dict) else None
    found = []
    for each in listed if isinstance(listed, list) else []:
        alone = json.dumps(document | {"epcisBody": body | {"eventList": [each]}}).encode()
        try:
            [read] = read_document(alone)
        except InvalidInput:
            continue
        found.append(read.body)
    return found
