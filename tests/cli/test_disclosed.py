"""`guoji verify` says which personal data is only committed to, and whether what it was shown is that."""

import json

import pytest

from tests.cli.recorded_chain import serving
from tests.vectors.proof.world import World, policy, shipping
from traceability.cli.main import main
from traceability.proof.personal import Disclosure, disclosures_json
from traceability.proof.proof_file import to_bytes

DRIVER = Disclosure("guoji:driverName", bytes(16), "张三\x1b[2J")
PHONE = Disclosure("guoji:driverPhone", b"\1" * 16, "13812345678")
FIELDS = {each.name: {"guoji:commitment": each.commitment} for each in (DRIVER, PHONE)}
WORLD = World([(shipping(**FIELDS), None), (shipping(disposition="a"), None)])
FORGED = Disclosure(DRIVER.name, DRIVER.salt, "李四")


@pytest.fixture
def verify(tmp_path, capsys):
    def run(*disclosures, proof=None, trust=True, as_json=False):
        (tmp_path / "proof.json").write_bytes(to_bytes(proof or WORLD.proof(0)))
        (tmp_path / "shown.json").write_text(json.dumps(disclosures_json(disclosures)))
        words = [str(tmp_path / "proof.json")]
        words += ["--disclosure", str(tmp_path / "shown.json")] if disclosures else []
        words += ["--json"] if as_json else []
        with serving() as server:
            server.chain = WORLD.chain()
            (tmp_path / "trust").write_text(f"{policy()}endpoint {server.url}\n")
            words += ["--trust", str(tmp_path / "trust")] if trust else []
            code = main(["verify", *words])
        return code, capsys.readouterr().out

    return run


def test_what_nobody_showed_is_named_and_takes_nothing_from_the_verdict(verify):
    code, printed = verify()

    assert code == 0
    assert "  guoji:driverName: committed, not shown\n  guoji:driverPhone: committed, not shown\n" in printed


def test_what_was_shown_matches_and_cannot_steer_the_terminal(verify):
    code, printed = verify(DRIVER)

    assert code == 0
    assert "  guoji:driverName: 张三 [2J (matches the commitment)\n" in printed
    assert "  guoji:driverPhone: committed, not shown\n" in printed


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (FORGED, "'guoji:driverName' was disclosed as something that hashes to"),
        (Disclosure("guoji:pickerName", bytes(16), "张三"), "no event commits to a field 'guoji:pickerName'"),
    ],
)
def test_what_the_event_does_not_commit_to_is_contradicted(verify, forged, reason):
    code, printed = verify(DRIVER, forged)
    without, said = verify(forged, trust=False)

    assert code == 1
    assert f"\nContradicted: personal: {reason}" in printed
    assert without == 2
    assert f"\nUnchecked: no trust policy was given; personal: {reason}" in said
    assert "李四" not in printed + said


def test_of_a_trace_one_event_that_commits_to_it_is_enough(verify):
    sound, printed = verify(PHONE, proof=WORLD.trace())
    lie, _ = verify(FORGED, proof=WORLD.trace())

    assert (sound, lie) == (0, 1)
    assert "  guoji:driverPhone: 13812345678 (matches the commitment)\n" in printed


def test_a_lie_in_the_proof_itself_stays_the_first_thing_said(verify):
    changed = WORLD.proof(0)
    changed.event["bizStep"] = "receiving"
    try:
        code, printed = verify(FORGED, proof=changed)
    finally:
        changed.event["bizStep"] = "shipping"

    assert code == 1
    assert "\nContradicted: event: " in printed


def test_machines_are_told_the_same(verify):
    _, event = verify(PHONE, as_json=True)
    _, trace = verify(PHONE, proof=WORLD.trace(), as_json=True)

    told = [
        {"name": DRIVER.name, "commitment": DRIVER.commitment, "value": None},
        {"name": PHONE.name, "commitment": PHONE.commitment, "value": "13812345678"},
    ]
    assert json.loads(event)["personal"] == told
    assert [each["personal"] for each in json.loads(trace)["events"]] == [told, []]
