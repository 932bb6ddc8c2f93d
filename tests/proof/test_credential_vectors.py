"""Every credential vector comes to the outcome that stands in it."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.builders import CONTEXT
from tests.laboratories import ARecord
from traceability.epcis.event import Event
from traceability.proof.confirm import CREDENTIAL, About, Belief, judge
from traceability.proof.grown import Grown
from traceability.proof.issuers import TrustedIssuer

VECTORS = Path(__file__).parents[1] / "vectors" / "credentials"


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("*.json")))
def test_each_vector_comes_to_its_outcome(name):
    vector = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    at_ms = int(datetime.fromisoformat(vector["captured_at"]).timestamp() * 1000)
    record = ARecord(Event(vector["event"], CONTEXT), captured_at_ms=at_ms)
    issuers = [TrustedIssuer.parse(text) for text in vector["issuers"]]
    belief = Belief(issuers, vector["lists"], datetime.fromisoformat(vector["now"]))

    past = [
        ARecord(Event(each["event"], CONTEXT), f"{n:064x}", each["submitter"])
        for n, each in enumerate(vector.get("history", []))
    ]

    found = judge(vector["event"][CREDENTIAL], belief, About.of(record, Grown(past)))

    assert found.outcome.value == vector["want"], found.reason
