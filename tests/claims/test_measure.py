"""The committed sentences are judged as their labels say, as well as issue 7 asks."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from traceability.claims.check import check
from traceability.claims.read_facts import now_in, read_facts

HERE = Path(__file__).parent
ROWS = [json.loads(line) for line in (HERE / "labelled.jsonl").read_text("utf-8").splitlines()]
FACTS = {
    file.stem: read_facts(json.loads(file.read_text("utf-8"))) for file in (HERE / "traces").glob("*.json")
}


@cache
def verdict(number):
    row = ROWS[number]
    facts = FACTS[row["trace"]]
    said_at = datetime.fromisoformat(row["on"]) if "on" in row else now_in(facts)
    return check(row["text"], facts, said_at).verdict.value


def judged(language=None, part=None):
    """Pairs of wanted and given verdict."""
    return [
        (row["verdict"], verdict(number))
        for number, row in enumerate(ROWS)
        if language in (None, row["language"]) and part in (None, row["part"])
    ]


@pytest.mark.parametrize("part", ["development", "held aside", "second author", "third author"])
@pytest.mark.parametrize("verdict", ["contradicted", "forbidden"])
def test_what_is_called_false_or_forbidden_is_so_and_little_of_it_is_missed(verdict, part):
    pairs = judged(part=part)

    given = [wanted for wanted, got in pairs if got == verdict]
    wanted = [got for wanted, got in pairs if wanted == verdict]

    assert given.count(verdict) / len(given) >= 0.95
    assert wanted.count(verdict) / len(wanted) >= 0.85


@pytest.mark.parametrize("language", ["zh", "en"])
def test_most_sentences_of_either_language_are_judged_as_labelled(language):
    pairs = judged(language=language)

    assert sum(wanted == got for wanted, got in pairs) / len(pairs) >= 0.9


def test_the_set_holds_enough_of_both_languages_and_of_what_is_no_claim():
    assert len(ROWS) >= 400
    assert sum(row["language"] == "zh" for row in ROWS) >= 200
    assert sum(row["language"] == "en" for row in ROWS) >= 200
    assert sum(row["verdict"] == "no_claim" for row in ROWS) >= 80
    assert sum(row["part"] == "held aside" for row in ROWS) >= 300
