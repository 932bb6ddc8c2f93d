"""`guoji codes` leads from a lot to labelled goods and back, and a stranger checks one code."""

import json
from pathlib import Path

import pytest

from tests.builders import CONTEXT, FARM, LOT, a_harvest
from tests.proof.recorded_chain import RecordedChain
from traceability.cli import verify
from traceability.cli.main import main
from traceability.epcis.event import Event
from traceability.ledger.capture import as_stored
from traceability.own_store import open_store
from traceability.settings import Settings

VECTORS = Path(__file__).parents[1] / "vectors" / "codes"
REFUSED = 65


@pytest.fixture
def home(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path))
    assert main(["init", "--party", FARM]) == 0
    store = open_store(Settings.read({"GUOJI_HOME": str(tmp_path)}))
    harvest = Event(a_harvest(0, lot=LOT, kg=60).body, CONTEXT)
    store.events.insert([as_stored(harvest, FARM, 1, bytes(16))])
    store.close()
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def guoji(capsys):
    def run(*arguments):
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return run


def test_from_a_lot_to_labelled_goods_and_back(home, guoji):
    file = home / "codes.csv"
    issue = ["codes", "issue", LOT, "--each", "0.5", "-o"]
    assert guoji(*issue, str(file), "--count", "110") == (
        0,
        [
            f"set 1: 110 codes issued for {LOT}, in the name of party {FARM}",
            "next: print them, label the goods, then `guoji codes activate 1`",
        ],
        "",
    )
    head, *lines = file.read_text().splitlines()
    assert (head, len(lines), file.stat().st_mode & 0o777) == ("serial,item", 110, 0o600)
    items = [line.partition(",")[2] for line in lines]

    code, _, said = guoji(*issue, str(home / "more.csv"), "--count", "11")
    assert (code, "10 are left, asked were 11" in said) == (REFUSED, True)
    assert not (home / "more.csv").exists()
    code, _, said = guoji(*issue, str(file), "--count", "1")
    assert (code, "is there already" in said) == (REFUSED, True)

    assert guoji("codes", "show", items[0])[1] == [f"number 1 of set 1, issued for {LOT}: not active yet"]
    assert guoji("codes", "activate", "1", "--range", "1-5")[1] == ["5 codes made active"]
    (home / "used.csv").write_text("\n".join([head, *lines[5:7], items[7], ""]))
    assert guoji("codes", "activate", "1", "--file", str(home / "used.csv"))[1] == ["3 codes made active"]
    assert guoji("codes", "activate", "1", "--range", "1-105")[1] == ["97 codes made active"]
    assert guoji("codes", "activate", "1", "--range", "1-105")[1] == ["nothing to do: all of them are active"]
    assert ": active since " in guoji("codes", "show", items[0])[1][0]
    assert guoji("codes", "withdraw", "1")[1] == ["5 codes withdrawn; 105 are on goods and stay active"]
    assert guoji("codes", "show", "1")[1][1] == "105 codes active, 0 not yet, 5 withdrawn"
    assert "withdrawn" in guoji("codes", "show", items[109])[1][0]
    [listed] = guoji("codes", "list")[1]
    assert listed.startswith("1  ")
    assert f"{LOT}  110 codes, 0.5 KGM each, 5 withdrawn  by {FARM}  event " in listed
    assert guoji("codes", "give-out", "1", "--range", "104-110")[1] == [head, *lines[103:105]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["give-out", "7"], "there is no set of codes 7"),
        (["show", "https://id.gs1.org/01/09521234000020/21/A1"], "no such code was issued here"),
        (["activate", "1", "--range", "3-1"], "range '3-1' is none of set 1, want e.g. 1-2"),
        (["activate", "1", "--range", "1-3"], "range '1-3' is none of set 1, want e.g. 1-2"),
        (["activate", "1", "--file", "/nowhere"], "cannot read /nowhere"),
        (["prove", "https://id.gs1.org/01/09521234000020/21/A1"], "no code was issued for"),
        (["withdraw", "1", "--as", "9521234000020"], f"was issued by party {FARM}"),
        (["issue", "https://id.gs1.org/00/095212340000000013", "--count", "1"], "no canonical link of a lot"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_is_wrong(home, guoji, arguments, said):
    assert guoji("codes", "issue", LOT, "--count", "2", "--each", "0.5")[0] == 0

    code, _, error = guoji("codes", *arguments)

    assert (code, said in error) == (REFUSED, True), error


@pytest.mark.parametrize(
    ("name", "exit_code", "line"),
    [
        ("sound-active", verify.VERIFIED, "Verified: unaltered since"),
        ("lie-other-serial", verify.CONTRADICTED, "Contradicted: code: inclusion proof"),
        ("unchecked-not-active", verify.UNCHECKED, "Unchecked: active: the code was issued"),
    ],
)
def test_a_stranger_checks_the_file_of_a_code(name, exit_code, line, tmp_path, monkeypatch, guoji):
    vector = json.loads((VECTORS / f"{name}.json").read_text())
    proof, trust = tmp_path / "code.json", tmp_path / "trust"
    proof.write_text(json.dumps(vector["proof"]))
    trust.write_text(vector["policy"] + "endpoint https://chain-a.example\n")
    monkeypatch.setattr(verify, "RpcChain", lambda _: RecordedChain(vector["chains"][0]))

    code, lines, _ = guoji("verify", str(proof), "--trust", str(trust))

    assert code == exit_code
    assert any(each.startswith(line) for each in lines)
    found = json.loads("\n".join(guoji("verify", str(proof), "--trust", str(trust), "--json")[1]))
    assert found["item"] == vector["proof"]["item"]
    assert [step["name"] for step in found["steps"]] == ["code", "active"]
