"""The public JSON of a trace, which other tools read."""

import pytest

from api.document import trace_document
from tests.api.samples import NOW, a_trace, a_traced_event
from traceability.proof.verdict import Contradicted, Unchecked, Verified


def test_the_public_document_keeps_its_names():
    document = trace_document(a_trace(harvested_at=NOW))

    assert list(document) == [
        "format",
        "subject",
        "product",
        "origin",
        "harvested_at",
        "verdict",
        "events",
        "curves",
        "profile",
        "remaining",
        "lab_results",
        "credentials",
        "findings",
        "contradictions",
        "balance",
        "over_yields",
        "staged",
        "chain_label",
        "recalls",
        "on_air",
        "is_cut",
        "claims_left_out",
        "lost",
        "made_at",
    ]
    assert document["harvested_at"] == "2026-11-14T04:00:00Z"
    assert document["verdict"] == {
        "is": "verified",
        "verified": 13,
        "total": 13,
        "through": document["events"][-1]["verdict"]["anchored_at"],
    }


@pytest.mark.parametrize(
    ("verdict", "written"),
    [
        (Verified(NOW), {"is": "verified", "anchored_at": "2026-11-14T04:00:00Z"}),
        (Contradicted("log", "differs"), {"is": "contradicted", "step": "log", "reason": "differs"}),
        (Unchecked("away"), {"is": "unchecked", "reason": "away"}),
    ],
)
def test_the_document_tells_the_verdicts_apart(verdict, written):
    assert (
        trace_document(a_trace(events=(a_traced_event(verdict=verdict),)))["events"][0]["verdict"] == written
    )
