"""Whatever is changed in a sound proof file, the browser never believes what Python does not."""

import json
import random
from copy import deepcopy
from pathlib import Path

import pytest

from tests.browser.running import a_job, in_node
from tests.proof.recorded_chain import RecordedChain
from traceability.errors import InvalidInput
from traceability.proof.proof_file import Proof, parse_proof_file
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import TraceVerified, Verified
from traceability.proof.verify import verify
from traceability.proof.verify_trace import verify_trace

VECTORS = Path(__file__).parents[1] / "vectors" / "proof"
SOUND = [json.loads(path.read_text()) for path in sorted(VECTORS.glob("sound-*.json"))]
EACH = 1000


def by_python(vector, file):
    """The report, or why there is none."""
    chains = [RecordedChain(answers) for answers in vector["chains"]]
    try:
        proof = parse_proof_file(file)
        check = verify if isinstance(proof, Proof) else verify_trace
        return check(proof, TrustPolicy.parse(vector["policy"]), chains)
    except InvalidInput as error:
        return error


def told_of(report):
    """Of a Verified verdict: how many events of how many, and what `complete` found, if it passed."""
    match getattr(report, "verdict", report):
        case Verified() | {"verdict": "verified", "anchored_at": _}:
            return 1, 1
        case TraceVerified(n, of):
            return n, of, report.whole and (report.whole.index, report.whole.count, report.whole.newer)
        case {"verdict": "verified", "verified": n, "total": of, "complete": whole}:
            found = (whole["index"], whole["count"], whole["newer"]) if "index" in whole else None
            return n, of, found
    return None


def byte_changed(dice, vector):
    file = json.dumps(vector["proof"], ensure_ascii=False).encode()
    at = dice.randrange(len(file))
    flipped, any_other = bytes([file[at] ^ 1 << dice.randrange(8)]), bytes([dice.randrange(256)])
    new = dice.choice([b"", flipped, any_other, b" ", b"0"])
    return file[:at] + new + file[at + dice.randrange(2) :]


def value_changed(dice, vector):
    """One value of the JSON is another, is gone, is spelt otherwise, or is there twice."""
    proof = deepcopy(vector["proof"])
    holder, name = dice.choice(list(places(proof)))
    other = dice.choice(SOUND)["proof"]
    change = dice.choice(["else", "gone", "new", "twice", "float", "foreign", "text"])
    if change == "gone":
        del holder[name]
    elif change == "new" and isinstance(holder, dict):
        holder[f"{name}2"] = holder[name]
    elif change == "foreign":
        holder[name] = dice.choice([inner[key] for inner, key in places(other)])
    elif change == "text":
        holder[name] = json.dumps(holder[name])
    elif change == "else":
        holder[name] = dice.choice([None, 0, 1, -1, 2**53, 1.5, True, "", "x", [], {}, [None]])
    file = json.dumps(proof, ensure_ascii=False)
    spelt = json.dumps(name) + ": " if isinstance(name, str) else ""
    if change == "twice" and spelt:
        file = file.replace(spelt, f"{spelt}null, {spelt}", 1)
    if change == "float" and spelt and type(holder[name]) is int:
        whole = f"{spelt}{holder[name]}"
        file = file.replace(whole, whole + dice.choice([".0", "e0", ".5", "e400", "0" * 20]), 1)
    return file.encode()


def places(value):
    """Each holder and name by which a value in the JSON can be reached."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield value, name
        yield from places(inner)


@pytest.mark.parametrize("change", [byte_changed, value_changed])
def test_the_browser_verifies_just_what_python_verifies(change):
    dice = random.Random(9)
    changed = [(vector, change(dice, vector)) for vector in dice.choices(SOUND, k=EACH)]

    found = in_node("check", [a_job(vector, file) for vector, file in changed])

    for (vector, file), result in zip(changed, found, strict=True):
        by_both = (told_of(result), told_of(by_python(vector, file)))
        assert by_both[0] == by_both[1], file.decode(errors="replace")
