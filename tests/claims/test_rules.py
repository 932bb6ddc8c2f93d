"""The rules are sound data: each can be found, judged, explained and answered with better words."""

import json
import re
from dataclasses import replace
from pathlib import Path
from re import _parser
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.claims.check import Verdict, check
from traceability.claims.data import load
from traceability.claims.judges.topics import JUDGES
from traceability.claims.read_facts import now_in
from traceability.claims.rulebook import rules
from traceability.claims.safe import safe_words, said_safely

TABLES = (
    "claims",
    "forbidden",
    "lookalikes",
    "moments",
    "papers",
    "places",
    "speech",
    "units",
    "varieties",
    "words",
)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_states_its_version(name):
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", load(name)["version"])


def test_no_two_rules_share_a_name():
    names = [rule.id for rule in rules()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_rule_has_a_judge_a_source_and_words_in_both_languages(rule):
    assert rule.topic in JUDGES
    assert rule.source
    assert set(rule.suggest) == {"zh", "en"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_suggestions_ask_only_for_what_facts_can_fill(traced, language):
    known = {name for facts in traced.values() for name in safe_words(facts, now_in(facts), language)}

    wanted = {name for rule in rules() for _, name, _, _ in Formatter().parse(rule.suggest[language]) if name}

    assert wanted <= known


def repeats_of_repeats(parsed, inside=False):
    """Endless repeats within endless ones: on hostile words they take steps without bound."""
    for name, found in parsed:
        if name in (_parser.MAX_REPEAT, _parser.MIN_REPEAT):
            endless = found[1] is _parser.MAXREPEAT
            if endless and inside:
                yield found[2]
            yield from repeats_of_repeats(found[2], inside or endless)
        elif name is _parser.SUBPATTERN:
            yield from repeats_of_repeats(found[3], inside)
        elif name is _parser.BRANCH:
            for each in found[1]:
                yield from repeats_of_repeats(each, inside)
        elif name in (_parser.ASSERT, _parser.ASSERT_NOT):
            yield from repeats_of_repeats(found[1], inside)


def patterns_in(value):
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from patterns_in(each)


@pytest.mark.parametrize("name", [each for each in TABLES if each != "lookalikes"])
def test_no_pattern_repeats_without_end_what_repeats_without_end(name):
    table = dict(load(name))
    misheard = [heard for heard, _ in table.pop("misheard", {"words": []})["words"]]

    patterns = [*patterns_in(table), *misheard]

    assert [each for each in patterns if any(repeats_of_repeats(_parser.parse(each)))] == []


def test_a_repeat_of_a_repeat_would_be_found():
    assert any(repeats_of_repeats(_parser.parse("a(?:b|(?:c+d)*)+$")))


LABELLED = (Path(__file__).parent / "labelled.jsonl").read_text("utf-8").splitlines()
PRAISE = ("全网最甜草莓", "今早现摘", "有机苹果", "the best apples in the world", "13.6 Brix", "")


@given(st.sampled_from(LABELLED), st.sampled_from(PRAISE), st.sampled_from(PRAISE))
def test_words_to_say_instead_are_never_found_fault_with_whatever_the_goods_are_called(
    traced, line, product, origin
):
    row = json.loads(line)
    facts = traced[row["trace"]]
    named = replace(facts, product=facts.product | {"zh": product}, origin=facts.origin | {"en": origin})

    instead = check(row["text"], named, now_in(named)).suggestion

    if instead is not None:
        assert check(instead, named, now_in(named)).verdict in (Verdict.SUPPORTED, Verdict.NO_CLAIM), instead


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_offered_as_safe_is_never_found_fault_with(traced, language):
    for facts in traced.values():
        for sentence in said_safely(safe_words(facts, now_in(facts), language), language):
            verdict = check(sentence, facts, now_in(facts)).verdict.value
            assert verdict in ("supported", "no_claim"), sentence
