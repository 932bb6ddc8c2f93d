"""What the interface of the contract promises, in the compiler's own reading of its comments."""

from pathlib import Path

import pytest
import solcx

PROJECT = Path(__file__).parents[2]
SOURCE = "contracts/ITraceLog.sol"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def interface():
    question = {
        "language": "Solidity",
        "sources": {SOURCE: {"content": (PROJECT / SOURCE).read_text(encoding="utf-8")}},
        "settings": {"outputSelection": {"*": {"ITraceLog": ["abi", "userdoc", "devdoc"]}}},
    }
    answer = solcx.compile_standard(question, base_path=PROJECT, solc_binary=PROJECT / "scripts" / "solc")
    return answer["contracts"][SOURCE]["ITraceLog"]


def signature(element):
    return f"{element['name']}({','.join(given['type'] for given in element['inputs'])})"


def of_kind(interface, kind):
    """(signature, its ABI, what users and what developers are told of it)"""
    where = {"function": "methods", "event": "events", "error": "errors"}[kind]
    for element in interface["abi"]:
        if element["type"] == kind:
            name = signature(element)
            told = [interface[part].get(where, {}).get(name, {}) for part in ("userdoc", "devdoc")]
            # One error or function may have several comments, as far as the compiler knows.
            yield name, element, *(each[0] if isinstance(each, list) else each for each in told)


@pytest.mark.parametrize(("kind", "count"), [("function", 8), ("event", 2), ("error", 6)])
def test_each_has_a_notice_and_a_word_on_each_parameter(interface, kind, count):
    found = list(of_kind(interface, kind))

    assert len(found) == count
    for name, element, user, developer in found:
        assert user.get("notice"), name
        assert list(developer.get("params", {})) == sorted(given["name"] for given in element["inputs"]), name


def test_each_function_says_what_it_returns(interface):
    for name, element, _, developer in of_kind(interface, "function"):
        assert set(developer.get("returns", {})) == {given["name"] for given in element["outputs"]}, name


@pytest.mark.parametrize(
    ("function", "own"),
    [
        ("append", ["TraceLogSucceeded", "TraceLogStale", "TraceLogNotGrowing", "TraceLogRewritten"]),
        ("succeed", ["TraceLogSucceeded", "TraceLogEmpty", "TraceLogNotEmpty"]),
    ],
)
def test_each_error_that_a_call_ends_with_is_named_in_the_order_of_the_checks(interface, function, own):
    (told,) = (
        developer["details"]
        for name, _, _, developer in of_kind(interface, "function")
        if name.startswith(function)
    )
    places = [told.index(error) for error in ["AccessControlUnauthorizedAccount", "EnforcedPause", *own]]

    assert places == sorted(places)
    assert set(own) <= {element["name"] for _, element, *_ in of_kind(interface, "error")}
