"""The browser's verifier comes to the verdict that each shared vector names, in node and in Chromium."""

import json
from pathlib import Path

import pytest

from scripts.screenshots import CHROMIUM
from tests.browser.running import a_job, chromium, in_node, in_page

VECTORS = Path(__file__).parents[1] / "vectors"
PROOFS = {path.stem: json.loads(path.read_text()) for path in sorted((VECTORS / "proof").glob("*.json"))}
CODES = {path.stem: json.loads(path.read_text()) for path in sorted((VECTORS / "codes").glob("*.json"))}
TREES = {path.stem: path.read_text() for path in sorted((VECTORS / "log").glob("inclusion-*.json"))}

STEPS = {
    "lie-prehash-digest-changed": {"step": "inclusion"},
    "lie-names-digest-changed": {"step": "inclusion"},
}
"""Contradicted as well, but by a later step: pre-hash and names need the whole of the CBV rules."""


def in_chromium(name, jobs):
    with chromium() as page:
        return in_page(page, name, jobs)


MACHINES = [
    in_node,
    pytest.param(
        in_chromium,
        marks=[
            pytest.mark.slow,
            pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
        ],
    ),
]


def judged(result, want):
    """A result as vectors write verdicts; `complete` where the vector has it."""
    verdict = {"verdict": result.get("verdict", result.get("error"))}
    if verdict["verdict"] == "contradicted":
        verdict["step"] = result["step"]
    return verdict | ({"complete": result["complete"]["outcome"]} if "complete" in want else {})


@pytest.mark.parametrize("machine", MACHINES)
def test_each_proof_comes_to_its_verdict_at_its_step(machine):
    found = machine("check", [a_job(vector) for vector in PROOFS.values()])

    wanted = {name: vector["want"] | STEPS.get(name, {}) for name, vector in PROOFS.items()}
    for want in wanted.values():
        want.pop("reason", None)
    results = dict(zip(PROOFS, found, strict=True))
    assert {name: judged(result, wanted[name]) for name, result in results.items()} == wanted


@pytest.mark.parametrize("machine", MACHINES)
def test_each_item_code_comes_to_its_verdict_at_its_step(machine):
    found = machine("check", [a_job(vector) for vector in CODES.values()])

    wanted = {
        name: {key: vector["want"][key] for key in vector["want"] if key != "reason"}
        for name, vector in CODES.items()
    }
    assert {name: judged(result, {}) for name, result in zip(CODES, found, strict=True)} == wanted


def test_no_vector_is_listed_for_a_step_that_it_wants_anyway():
    assert all(PROOFS[name]["want"] | step != PROOFS[name]["want"] for name, step in STEPS.items())


@pytest.mark.parametrize("machine", MACHINES)
def test_each_inclusion_proof_holds_or_not(machine):
    found = machine("checkLog", list(TREES.values()))

    wanted = {name: {"valid": json.loads(text)["valid"]} for name, text in TREES.items()}
    assert dict(zip(TREES, found, strict=True)) == wanted
